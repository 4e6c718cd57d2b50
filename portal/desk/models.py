"""Why personal data was opened, the first of two approvals, and the town's own wording."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Area(models.TextChoices):
    """Kinds of personal data at the desk; each is opened for its own reason."""

    ACCESS = "access", _("wnioski o dostęp")
    MANDATES = "mandates", _("pełnomocnictwa")
    PAYMENTS = "payments", _("płatności i należności")
    LETTERS = "letters", _("pisma")
    REGISTERS = "registers", _("osoby w rejestrach")


class ReasonedSession(models.Model):
    """A member of staff looks into personal data of one area for a while, for a reason."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(_("dane"), max_length=10, choices=Area)
    reason = models.CharField(_("powód"), max_length=200)
    case_number = models.CharField(_("znak sprawy"), max_length=40, blank=True)
    opened_at = models.DateTimeField(_("od"))
    ends_at = models.DateTimeField(_("do"))
    closed_at = models.DateTimeField(_("zakończono"), null=True)

    class Meta:
        verbose_name = _("wgląd w dane osobowe")
        verbose_name_plural = _("wglądy w dane osobowe")
        ordering = ("-opened_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="desk_session_has_reason"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="desk_session_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.get_area_display()}: {self.why}"

    @property
    def why(self) -> str:
        """The reason with the number of the case."""
        return f"{self.reason} ({self.case_number})" if self.case_number else self.reason


class FirstApproval(models.Model):
    """What the first of two people approved; it waits for the second."""

    kind = models.CharField(_("rodzaj"), max_length=30)
    reference = models.UUIDField(_("sprawa"))
    terms = models.JSONField(_("co zatwierdzono"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("kto")
    )
    at = models.DateTimeField(_("kiedy"))

    class Meta:
        verbose_name = _("pierwsza zgoda")
        verbose_name_plural = _("pierwsze zgody")
        constraints = [
            models.UniqueConstraint(fields=("kind", "reference"), name="desk_one_first_approval"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Template(models.Model):
    """A sentence of the town's own to choose from instead of writing it each time."""

    class Use(models.TextChoices):
        OPENING = "opening", _("powód otwarcia danych osobowych")
        REFUSAL = "refusal", _("uzasadnienie odmowy")
        CORRECTION = "correction", _("prośba o poprawienie wniosku")

    use = models.CharField(_("do czego"), max_length=10, choices=Use)
    name = models.CharField(_("nazwa"), max_length=60)
    text = models.TextField(_("treść"), max_length=1000)
    order = models.PositiveSmallIntegerField(_("kolejność"), default=100)
    is_active = models.BooleanField(_("w użyciu"), default=True)

    class Meta:
        verbose_name = _("wzór tekstu")
        verbose_name_plural = _("wzory tekstów")
        ordering = ("use", "order", "name")
        constraints = [
            models.UniqueConstraint(fields=("use", "name"), name="desk_template_named_once"),
            models.CheckConstraint(condition=~Q(text=""), name="desk_template_has_text"),
        ]

    def __str__(self) -> str:
        return self.name
