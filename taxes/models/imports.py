"""Files of the domain systems: what came, what became of it, and by whose key."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taxes.models.sources import SourceSystem


class LedgerKey(models.Model):
    """A public key by which a domain system signs its requests. A revoked one opens nothing any more."""

    source = models.ForeignKey(
        SourceSystem, on_delete=models.PROTECT, related_name="keys", verbose_name=_("system dziedzinowy")
    )
    key_id = models.CharField(_("oznaczenie klucza"), max_length=16, unique=True, editable=False)
    public_key = models.CharField(_("klucz publiczny Ed25519 (base64)"), max_length=44)
    label = models.CharField(_("opis"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("dodano"), editable=False)
    created_by = models.UUIDField(_("kto dodał"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("unieważniono"), null=True, editable=False)

    class Meta:
        verbose_name = _("klucz systemu dziedzinowego")
        verbose_name_plural = _("klucze systemów dziedzinowych")
        ordering = ("source", "-created_at")
        constraints = [
            models.CheckConstraint(condition=Q(key_id__regex=r"^[0-9a-f]{16}$"), name="taxes_key_id_is_hex"),
        ]

    def __str__(self) -> str:
        return self.key_id


class UsedSignature(models.Model):
    """A signature that was taken once, kept until its moment is too old to be believed."""

    mark = models.CharField(max_length=64, unique=True, editable=False)
    used_at = models.DateTimeField(db_index=True, editable=False)

    class Meta:
        verbose_name = _("zużyty podpis")
        verbose_name_plural = _("zużyte podpisy")

    def __str__(self) -> str:
        return self.mark[:8]


class LedgerParty(models.Model):
    """Which subject a party of a domain system is here."""

    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, related_name="+", db_index=False)
    external_id = models.CharField(max_length=64, editable=False)
    subject = models.ForeignKey("people.Subject", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("strona w systemie dziedzinowym")
        verbose_name_plural = _("strony w systemach dziedzinowych")
        constraints = [
            models.UniqueConstraint(fields=("source", "external_id"), name="taxes_ledger_party_unique"),
            models.CheckConstraint(condition=~Q(external_id=""), name="taxes_ledger_party_has_id"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class LedgerImport(models.Model):
    """One file of a domain system. Nothing personal is in it but in the file itself, which goes once it is done."""

    class State(models.TextChoices):
        RECEIVED = "received", _("odebrany, czeka na sprawdzenie")
        CHECKING = "checking", _("sprawdzany i wczytywany")
        WAITING = "waiting", _("czeka na zatwierdzenie")
        LOADED = "loaded", _("wczytany")
        UNCHANGED = "unchanged", _("ten sam co poprzednio")
        REJECTED = "rejected", _("odrzucony")
        SUPERSEDED = "superseded", _("zastąpiony nowszym")

    class Channel(models.TextChoices):
        COMMAND = "command", _("polecenie")
        ENDPOINT = "endpoint", _("system dziedzinowy")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.ForeignKey(
        SourceSystem, on_delete=models.PROTECT, null=True, related_name="imports",
        verbose_name=_("system dziedzinowy"),
    )  # fmt: skip
    channel = models.CharField(_("droga"), max_length=10, choices=Channel)
    file_name = models.CharField(_("plik"), max_length=120)
    state = models.CharField(_("stan"), max_length=12, choices=State, default=State.RECEIVED)
    kind = models.CharField(_("rodzaj"), max_length=5, blank=True)
    sequence = models.BigIntegerField(_("numer"), null=True)
    previous_sequence = models.BigIntegerField(_("numer poprzedniego"), null=True)
    digest = models.CharField(_("skrót SHA-256"), max_length=64, blank=True)
    size = models.BigIntegerField(_("rozmiar w bajtach"), default=0)
    system = models.CharField(_("program"), max_length=130, blank=True)
    taken_at = models.DateTimeField(_("stan na"), null=True)
    received_at = models.DateTimeField(_("odebrano"))
    finished_at = models.DateTimeField(_("zakończono"), null=True)
    counts = models.JSONField(_("rekordy"), default=dict)
    changes = models.JSONField(_("zmiany"), default=dict)
    problems = models.JSONField(_("problemy"), default=list)
    problem_count = models.PositiveIntegerField(_("liczba problemów"), default=0)
    approved_by = models.UUIDField(_("kto zatwierdził"), null=True, editable=False)
    approved_at = models.DateTimeField(_("zatwierdzono"), null=True)

    class Meta:
        verbose_name = _("plik księgi")
        verbose_name_plural = _("pliki księgi")
        ordering = ("-received_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("source", "sequence"), condition=Q(state="loaded"), name="taxes_import_loaded_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "received", "checking", "waiting", "loaded", "unchanged", "rejected", "superseded",
                    ]
                ),
                name="taxes_import_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="loaded") | Q(source__isnull=False, sequence__isnull=False),
                name="taxes_import_loaded_of_source",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="taxes_import_approved_by_somebody",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=("source", "state", "-sequence"), name="taxes_import_by_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.sequence})"
