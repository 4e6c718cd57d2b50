"""Files filed with an application."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.access.models.application import AccessApplication
from portal.access.models.represented import Represented

MAX_FILE_BYTES = 5 * 2**20
MAX_TOTAL_BYTES = 20 * 2**20


class Attachment(models.Model):
    """A file of an application, byte for byte as it came. The signed document names its SHA-256.

    A draft's files come and go; from the moment the document is fixed to be signed they stay as they are.
    """

    class Purpose(models.TextChoices):
        BASIS = "basis", _("dokument podstawy")
        STAMP_DUTY = "stamp_duty", _("dowód opłaty skarbowej")
        OTHER = "other", _("inny dokument")

    class Mime(models.TextChoices):
        PDF = "application/pdf", "PDF"
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"
        XML = "text/xml", "XML"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        AccessApplication, on_delete=models.PROTECT, related_name="attachments", verbose_name=_("wniosek")
    )
    represented = models.ForeignKey(
        Represented, on_delete=models.PROTECT, null=True, related_name="attachments", verbose_name=_("czyj")
    )
    purpose = models.CharField(_("po co"), max_length=10, choices=Purpose)
    name = models.CharField(_("nazwa pliku"), max_length=120)
    mime = models.CharField(_("rodzaj"), max_length=20, choices=Mime)
    content = models.BinaryField(editable=False)
    size = models.PositiveIntegerField(_("rozmiar w bajtach"))
    sha256 = models.CharField(_("skrót SHA-256"), max_length=64, editable=False)
    added_at = models.DateTimeField(_("dodano"))

    class Meta:
        verbose_name = _("załącznik")
        verbose_name_plural = _("załączniki")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=MAX_FILE_BYTES), name="access_attachment_size"
            ),
            models.CheckConstraint(
                condition=Q(mime__in=["application/pdf", "image/jpeg", "image/png", "text/xml"]),
                name="access_attachment_kind",
            ),
            models.CheckConstraint(
                condition=Q(purpose="other", represented__isnull=True)
                | Q(purpose__in=["basis", "stamp_duty"], represented__isnull=False),
                name="access_attachment_whose",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(sha256=""), name="access_attachment_named"),
            models.UniqueConstraint(
                fields=("represented", "purpose", "sha256"),
                condition=Q(represented__isnull=False),
                name="access_attachment_once_each",
            ),
            models.UniqueConstraint(
                fields=("application", "sha256"), condition=Q(purpose="other"), name="access_attachment_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
