import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Record(models.Model):
    """Who saw or did what, for whom, when and why. Rows are only ever added.

    People are known by UUID, without foreign keys, so that a record outlives what it is about.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(_("kiedy"))
    actor_id = models.UUIDField(_("kto"), null=True)
    subject_id = models.UUIDField(_("czyje dane"), null=True)
    action = models.CharField(_("czynność"), max_length=60)
    reference = models.CharField(_("czego dotyczy"), max_length=80, blank=True)
    reason = models.CharField(_("powód"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("wpis dziennika")
        verbose_name_plural = _("dziennik")
        ordering = ("-at", "-pk")
        indexes = [
            models.Index(fields=("subject_id", "-at"), name="journal_by_subject"),
            models.Index(fields=("-at",), name="journal_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.reference}".strip()
