"""What was handed out to be signed in a program of the applicant's own, and what came back."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.access.models.application import AccessApplication


class PdfToSign(models.Model):
    """The application as the PDF that was handed out to be signed: rendered once, then only read."""

    application = models.OneToOneField(
        AccessApplication, on_delete=models.PROTECT, related_name="pdf_to_sign"
    )
    content = models.BinaryField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("PDF do podpisu")
        verbose_name_plural = _("PDF-y do podpisu")

    def __str__(self) -> str:
        return self.sha256


class Upload(models.Model):
    """A file that an applicant brought back from a signing program of their own, kept as it came."""

    class State(models.TextChoices):
        WAITING = "waiting", _("sprawdzany")
        ACCEPTED = "accepted", _("przyjęty")
        REFUSED = "refused", _("nieprzyjęty")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        AccessApplication, on_delete=models.PROTECT, related_name="uploads", verbose_name=_("wniosek")
    )
    content = models.BinaryField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("stan"), max_length=10, choices=State, default=State.WAITING)
    refusal_code = models.CharField(_("kod odmowy"), max_length=40, blank=True)
    report = models.JSONField(null=True, editable=False)
    received_at = models.DateTimeField(_("wgrano"))

    class Meta:
        verbose_name = _("wgrany plik")
        verbose_name_plural = _("wgrane pliki")
        ordering = ("received_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("application",), condition=~Q(state="refused"), name="access_one_live_upload"
            ),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(refusal_code="") | ~Q(state="refused") & Q(refusal_code=""),
                name="access_upload_refused_iff_code",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M} {self.state}"
