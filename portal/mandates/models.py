import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eurzad.lib import clock
from portal.people.fields import EncryptedTextField, FingerprintField
from portal.people.models import Subject


class Area(models.TextChoices):
    """What a mandate is about."""

    TAXES = "taxes", _("podatki")
    FEES = "fees", _("opłaty")
    CASES = "cases", _("sprawy")
    LETTERS = "letters", _("pisma")
    REGISTERS = "registers", _("rejestry")
    PAYMENTS = "payments", _("płatności")


class Right(models.TextChoices):
    """What a mandate lets one do."""

    SEE = "see", _("podgląd")
    PAY = "pay", _("płatność")
    FILE = "file", _("składanie pism")


class Party(models.TextChoices):
    """Who asked for a mandate, agreed to it or ended it."""

    PRINCIPAL = "principal", _("mocodawca")
    ATTORNEY = "attorney", _("pełnomocnik")
    CLERK = "clerk", _("urząd")
    CLOCK = "clock", _("upływ czasu")


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Verbs of mandates."""

    def in_force(self, on: date) -> Self:
        """Active mandates whose dates include `on`."""
        return self.not_ended(on).filter(valid_from__lte=on)

    def not_ended(self, on: date) -> Self:
        """Active mandates whose last day is not before `on`; they may begin later."""
        return self.filter(status=Mandate.Status.ACTIVE, valid_to__gte=on)


class Mandate(models.Model):
    """A principal lets an attorney act in some areas, with some rights, on one object or all, until a date.

    A side that was named by number and is not known to the portal yet is empty here and described by `named`.
    `text` is what was agreed to, word for word, and `text_sha256` the digest of its UTF-8 bytes.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("przygotowane")
        AWAITING_PRINCIPAL = "awaiting_principal", _("czeka na mocodawcę")
        AWAITING_CLERK = "awaiting_clerk", _("czeka na urząd")
        ACTIVE = "active", _("czynne")
        EXPIRED = "expired", _("wygasłe")
        REVOKED = "revoked", _("odwołane")
        REFUSED = "refused", _("odrzucone")

    public_id = models.UUIDField(
        _("identyfikator publiczny"), default=uuid.uuid4, unique=True, editable=False
    )
    principal = models.ForeignKey(
        Subject,
        models.PROTECT,
        related_name="mandates_given",
        null=True,
        blank=True,
        verbose_name=_("mocodawca"),
    )
    attorney = models.ForeignKey(
        Subject,
        models.PROTECT,
        related_name="mandates_held",
        null=True,
        blank=True,
        verbose_name=_("pełnomocnik"),
    )
    areas = models.JSONField(_("zakres"), default=list)
    rights = models.JSONField(_("uprawnienia"), default=list)
    object_kind = models.CharField(_("rodzaj sprawy"), max_length=40, blank=True)
    object_id = models.UUIDField(_("jedna sprawa"), null=True, blank=True)
    object_title = models.CharField(_("nazwa sprawy"), max_length=250, blank=True)
    valid_from = models.DateField(_("od"))
    valid_to = models.DateField(_("do"))
    status = models.CharField(_("stan"), max_length=18, choices=Status, default=Status.REQUESTED)
    is_statutory = models.BooleanField(_("reprezentacja z ustawy lub rejestru"), default=False)
    is_joint = models.BooleanField(_("reprezentacja łączna"), default=False)
    basis = models.CharField(_("podstawa"), max_length=200, blank=True)
    text = models.TextField(_("treść"), blank=True)
    text_sha256 = models.CharField(_("skrót treści"), max_length=64, blank=True)
    asked_by = models.CharField(_("kto wystąpił"), max_length=9, choices=Party, default=Party.CLERK)
    asked_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("utworzono"), default=clock.now)
    active_since = models.DateTimeField(_("czynne od chwili"), null=True, blank=True)
    ended_at = models.DateTimeField(_("zakończono"), null=True, blank=True)
    ended_by = models.CharField(_("kto zakończył"), max_length=9, choices=Party, blank=True)
    end_reason = models.CharField(_("powód"), max_length=200, blank=True)

    end_warned_on = models.DateField(_("uprzedzono o końcu"), null=True, blank=True)
    last_day_told_on = models.DateField(_("powiadomiono w ostatnim dniu"), null=True, blank=True)
    digested_on = models.DateField(_("ostatnie podsumowanie za dzień"), null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("pełnomocnictwo")
        verbose_name_plural = _("pełnomocnictwa")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="mandates_dates_in_order"
            ),
            models.CheckConstraint(condition=~Q(principal=F("attorney")), name="mandates_not_for_oneself"),
            models.CheckConstraint(
                condition=Q(principal__isnull=False) | Q(attorney__isnull=False), name="mandates_one_side_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(principal__isnull=False), name="mandates_active_has_principal"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=(
                        "requested", "awaiting_principal", "awaiting_clerk", "active", "expired", "revoked",
                        "refused",
                    )
                ),
                name="mandates_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("expired", "revoked", "refused"), ended_at__isnull=False)
                | Q(ended_at__isnull=True) & ~Q(status__in=("expired", "revoked", "refused")),
                name="mandates_ended_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(object_kind="", object_id__isnull=True) | ~Q(object_kind="") & Q(object_id__isnull=False),
                name="mandates_object_whole",
            ),
            models.CheckConstraint(
                condition=Q(text="", text_sha256="") | ~Q(text="") & ~Q(text_sha256=""),
                name="mandates_text_has_digest",
            ),
            models.CheckConstraint(
                condition=Q(is_joint=False) | Q(is_statutory=True), name="mandates_joint_is_statutory"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=("attorney", "status", "valid_to"), name="mandates_by_attorney"),
            models.Index(fields=("principal", "status", "valid_to"), name="mandates_by_principal"),
            models.Index(fields=("valid_to",), condition=Q(status="active"), name="mandates_by_last_day"),
        ]

    def __str__(self) -> str:
        return f"{self.principal or '?'} → {self.attorney or '?'}"

    def grants(self, right: str, area: str, obj: str = "") -> bool:
        """Tell whether the mandate's text covers `right` in `area` (its dates apart).

        A mandate for one object covers that object only; without `obj` the whole area is asked for.
        """
        is_inside = self.object_id is None or str(self.object_id) == str(obj)
        return right in self.rights and area in self.areas and is_inside

    def covers(self, day: date) -> bool:
        """Tell whether `day` is one of the mandate's days."""
        return self.valid_from <= day <= self.valid_to


class NamedParty(models.Model):
    """The side of a mandate that was named by its number and family name (or an organisation's name).

    Kept as typed, and shown to the side that typed it: whether the portal knows such a person is not told.
    """

    class Scheme(models.TextChoices):
        PESEL = "pesel", "PESEL"
        NIP = "nip", "NIP"

    mandate = models.OneToOneField(Mandate, on_delete=models.CASCADE, related_name="named")
    side = models.CharField(_("strona"), max_length=9, choices=Party)
    scheme = models.CharField(_("rodzaj numeru"), max_length=5, choices=Scheme)
    fingerprint = FingerprintField(of="encrypted_number", db_index=True)
    encrypted_number = EncryptedTextField()
    name = models.CharField(_("nazwisko albo nazwa"), max_length=250)

    class Meta:
        verbose_name = _("wskazana strona")
        verbose_name_plural = _("wskazane strony")
        constraints = [
            models.CheckConstraint(
                condition=Q(side__in=("principal", "attorney")), name="mandates_named_side"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """Somebody agreed to the text of a mandate: the principal, a representative, or a clerk who saw the document."""

    mandate = models.ForeignKey(Mandate, on_delete=models.CASCADE, related_name="approvals")
    role = models.CharField(_("rola"), max_length=9, choices=Party)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text_sha256 = models.CharField(_("skrót treści"), max_length=64)
    at = models.DateTimeField(_("kiedy"), default=clock.now)

    class Meta:
        verbose_name = _("zatwierdzenie")
        verbose_name_plural = _("zatwierdzenia")
        constraints = [
            models.UniqueConstraint(fields=("mandate", "user"), name="mandates_one_approval_each"),
            models.CheckConstraint(
                condition=Q(role__in=("principal", "clerk")), name="mandates_approval_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.at:%Y-%m-%d}"


class SignedDocument(models.Model):
    """The signed paper (scan) or file from which a clerk confirms a mandate."""

    mandate = models.OneToOneField(Mandate, on_delete=models.CASCADE, related_name="document")
    name = models.CharField(_("nazwa pliku"), max_length=100)
    mime = models.CharField(_("rodzaj"), max_length=40)
    content = models.BinaryField(_("plik"))
    sha256 = models.CharField(_("skrót pliku"), max_length=64)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("dodano"), default=clock.now)

    class Meta:
        verbose_name = _("podpisany dokument")
        verbose_name_plural = _("podpisane dokumenty")

    def __str__(self) -> str:
        return self.name
