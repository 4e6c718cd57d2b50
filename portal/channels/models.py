"""Channels between the town and a person, and the receipts they leave."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.channels import codes


class Channel(models.Model):
    """A way by which applications come in and letters go out. The town keeps the rows, the code knows the four."""

    class Code(models.TextChoices):
        PORTAL = "portal", _("Portal eUrząd")
        EPUAP = "epuap", _("ePUAP")
        EDORECZENIA = "edoreczenia", _("e-Doręczenia")
        PAPER = "paper", _("Papier")

    class ReceiptKind(models.TextChoices):
        UPP = "upp", _("urzędowe poświadczenie przedłożenia (UPP)")
        UPD = "upd", _("urzędowe poświadczenie doręczenia (UPD)")
        EVIDENCE = "evidence", _("dowód z e-Doręczeń")
        STAMP = "stamp", _("pieczęć wpływu na papierze")

    code = models.CharField(_("kod"), max_length=20, unique=True, choices=Code, editable=False)
    name = models.CharField(_("nazwa"), max_length=80)
    order = models.PositiveSmallIntegerField(_("kolejność"), default=100)
    takes_applications = models.BooleanField(
        _("przyjmuje wnioski"),
        default=False,
        help_text=_("Zmiana działa od razu: zamknięty kanał znika ze stron i nie przyjmuje nowych wniosków."),
    )
    sends_letters = models.BooleanField(_("wysyła pisma"), default=False)
    receipt_kind = models.CharField(_("poświadczenie"), max_length=10, choices=ReceiptKind, editable=False)
    legal_effect = models.TextField(
        _("skutek prawny"),
        help_text=_("Co znaczy w prawie złożenie pisma tym kanałem. Za treść odpowiada urząd."),
    )
    legal_effect_en = models.TextField(_("skutek prawny po angielsku"), blank=True)
    legal_effect_uk = models.TextField(_("skutek prawny po ukraińsku"), blank=True)

    class Meta:
        verbose_name = _("kanał")
        verbose_name_plural = _("kanały")
        ordering = ("order", "code")
        constraints = [
            models.CheckConstraint(condition=~Q(legal_effect=""), name="channels_channel_has_legal_effect"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def effects(self) -> dict[str, str]:
        """The legal effect by language, in those the town wrote it in."""
        texts = {"pl": self.legal_effect, "en": self.legal_effect_en, "uk": self.legal_effect_uk}
        return {language: text for language, text in texts.items() if text.strip()}


class Receipt(models.Model):
    """A receipt exactly as it was issued. `legal_effect` is what its channel said on that day, by language."""

    class Kind(models.TextChoices):
        UPP = "upp", _("UPP – urzędowe poświadczenie przedłożenia")
        UPD = "upd", _("UPD – urzędowe poświadczenie doręczenia")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("kod weryfikacyjny"), max_length=19, unique=True, default=codes.new_code)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("kanał")
    )
    kind = models.CharField(_("rodzaj"), max_length=3, choices=Kind)
    identifier = models.CharField(_("identyfikator poświadczenia"), max_length=255)
    content = models.BinaryField(_("treść"))
    sha256 = models.CharField(_("skrót SHA-256"), max_length=64)
    document_sha256 = models.CharField(_("skrót SHA-256 dokumentu"), max_length=64, db_index=True)
    is_own = models.BooleanField(_("wystawione przez urząd"))
    legal_effect = models.JSONField(default=dict, editable=False)
    issued_at = models.DateTimeField(_("wystawiono"))
    created_at = models.DateTimeField(_("zapisano"))

    class Meta:
        verbose_name = _("poświadczenie")
        verbose_name_plural = _("poświadczenia")
        ordering = ("-issued_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("identifier",), condition=Q(is_own=True), name="channels_own_receipt_once"
            ),
        ]

    def __str__(self) -> str:
        return self.identifier


def in_language(texts: dict[str, str]) -> tuple[str, str]:
    """Return the text in the reader's language, else the Polish one, and the language it is in."""
    language = (get_language() or "pl").split("-")[0]
    chosen = language if texts.get(language) else "pl"
    return texts.get(chosen, ""), chosen
