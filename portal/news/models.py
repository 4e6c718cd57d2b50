import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    """Verbs of announcements."""

    def published(self, at: datetime) -> Self:
        """Those that everyone may read at the moment `at`."""
        return self.filter(Q(published_to__isnull=True) | Q(published_to__gt=at), published_from__lte=at)


class Announcement(models.Model):
    """News of the town for everyone, or an emergency message for the top of the home page."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("tytuł"), max_length=160)
    body = models.TextField(_("treść"), help_text=_("Zwykły tekst; pusty wiersz zaczyna nowy akapit."))
    published_from = models.DateTimeField(_("opublikowane od"))
    published_to = models.DateTimeField(_("opublikowane do"), null=True, blank=True)
    is_emergency = models.BooleanField(
        _("komunikat pilny"),
        default=False,
        help_text=_("Pilny komunikat stoi na samej górze strony głównej."),
    )

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("ogłoszenie")
        verbose_name_plural = _("aktualności")
        ordering = ("-published_from", "-pk")
        constraints = [
            models.CheckConstraint(
                name="news_announcement_period",
                condition=Q(published_to__isnull=True) | Q(published_to__gt=F("published_from")),
                violation_error_message=_("Koniec publikacji musi być później niż jej początek."),
            ),
        ]
        indexes = [models.Index(fields=("-published_from", "-id"), name="news_by_date")]

    def __str__(self) -> str:
        return self.title
