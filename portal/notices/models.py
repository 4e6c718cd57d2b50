import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One piece of news for one user. The text stays in the portal; mail says only that there is news."""

    class EmailState(models.TextChoices):
        NONE = "none", _("bez e-maila")
        WAITING = "waiting", _("do wysłania")
        SENT = "sent", _("wysłany")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    topic = models.CharField(_("temat"), max_length=60)
    text = models.CharField(_("treść"), max_length=300)
    url = models.CharField(_("adres"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("kiedy"))
    read_at = models.DateTimeField(_("przeczytano"), null=True)
    email = models.EmailField(_("e-mail"), blank=True)
    email_state = models.CharField(
        _("stan e-maila"), max_length=8, choices=EmailState, default=EmailState.NONE
    )

    class Meta:
        verbose_name = _("powiadomienie")
        verbose_name_plural = _("powiadomienia")
        ordering = ("-created_at", "-pk")
        indexes = [
            models.Index(fields=("user", "-created_at"), name="notices_by_user"),
            models.Index(
                fields=("created_at",), condition=models.Q(email_state="waiting"), name="notices_unsent"
            ),
        ]

    def __str__(self) -> str:
        return self.topic
