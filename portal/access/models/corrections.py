"""What a clerk asks to be corrected, and the decision as it was written out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.access.models.application import AccessApplication


class CorrectionItem(models.TextChoices):
    """What of an application needs correcting."""

    OWN_DATA = "own_data", _("dane wnioskodawcy")
    REPRESENTED = "represented", _("dane reprezentowanej osoby albo firmy")
    BASIS = "basis", _("dokument, z którego wynika prawo do działania")
    STAMP_DUTY = "stamp_duty", _("opłata skarbowa")
    SCOPE = "scope", _("zakres albo czas dostępu")
    OTHER = "other", _("inna sprawa")


class Correction(models.Model):
    """A clerk's request to correct an application (art. 64 § 2 KPA: at least seven days).

    The office's time stands still from `asked_at` to the answer, or to the end of `answer_by`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("czeka na wnioskodawcę")
        ANSWERED = "answered", _("poprawiono")
        UNANSWERED = "unanswered", _("bez odpowiedzi w terminie")
        CLOSED = "closed", _("nieaktualna")

    application = models.ForeignKey(
        AccessApplication, on_delete=models.PROTECT, related_name="corrections", verbose_name=_("wniosek")
    )
    text = models.TextField(_("co poprawić"))
    items = models.JSONField(_("czego dotyczy"), default=list)
    answer_by = models.DateField(_("odpowiedź do"))
    state = models.CharField(_("stan"), max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("kto poprosił")
    )
    asked_at = models.DateTimeField(_("poproszono"))
    reminded_at = models.DateTimeField(_("przypomniano"), null=True, editable=False)
    answered_at = models.DateTimeField(_("odpowiedziano"), null=True)

    class Meta:
        verbose_name = _("prośba o poprawienie")
        verbose_name_plural = _("prośby o poprawienie")
        ordering = ("asked_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("application",), condition=Q(state="waiting"), name="access_one_correction_waits"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="access_correction_says_what"),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False)
                | ~Q(state="answered") & Q(answered_at__isnull=True),
                name="access_answered_iff_dated",
            ),
        ]
        indexes = [
            models.Index(fields=("answer_by",), condition=Q(state="waiting"), name="access_correction_by_day")
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.asked_at:%Y-%m-%d}"

    @property
    def item_labels(self) -> list[str]:
        """What it is about, in words."""
        return [str(CorrectionItem(item).label) for item in self.items]


class DecisionDocument(models.Model):
    """The decision as a PDF, kept as it was made; `sending` says whether it goes by the applicant's channel too."""

    class Sending(models.TextChoices):
        PORTAL = "portal", _("tylko w portalu")
        WAITING = "waiting", _("czeka na wysłanie")
        SENT = "sent", _("wysłano")

    application = models.OneToOneField(
        AccessApplication,
        on_delete=models.PROTECT,
        related_name="decision_document",
        verbose_name=_("wniosek"),
    )
    content = models.BinaryField(editable=False)
    sha256 = models.CharField(_("skrót SHA-256"), max_length=64, editable=False)
    made_at = models.DateTimeField(_("sporządzono"))
    sending = models.CharField(_("wysyłka"), max_length=8, choices=Sending, default=Sending.PORTAL)
    sent_at = models.DateTimeField(_("wysłano"), null=True)

    class Meta:
        verbose_name = _("decyzja w PDF")
        verbose_name_plural = _("decyzje w PDF")
        constraints = [
            models.CheckConstraint(condition=~Q(sha256=""), name="access_decision_has_digest"),
            models.CheckConstraint(
                condition=Q(sending="sent", sent_at__isnull=False)
                | ~Q(sending="sent") & Q(sent_at__isnull=True),
                name="access_decision_sent_iff_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256
