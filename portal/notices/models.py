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


class Preference(models.Model):
    """By which channels a user wants to hear of a topic; without a row the topic's own choice holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    topic = models.CharField(_("temat"), max_length=60)
    in_portal = models.BooleanField(_("w portalu"))
    by_email = models.BooleanField(_("e-mailem"))

    class Meta:
        verbose_name = _("wybór powiadomień")
        verbose_name_plural = _("wybory powiadomień")
        constraints = [
            models.UniqueConstraint(fields=("user", "topic"), name="notices_preference_one_per_topic"),
        ]

    def __str__(self) -> str:
        return self.topic


class CalendarFeed(models.Model):
    """A user's secret address of deadlines for calendar programs. Only the hash of the secret is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    has_details = models.BooleanField(_("z kwotami i nazwami"), default=False)
    created_at = models.DateTimeField(_("utworzono"))
    fetched_at = models.DateTimeField(_("ostatnio pobrano"), null=True)

    class Meta:
        verbose_name = _("kalendarz terminów")
        verbose_name_plural = _("kalendarze terminów")

    def __str__(self) -> str:
        return self.token_sha256[:8]


class SentReminder(models.Model):
    """That a user was reminded of a deadline. Kept until the day is long over, so that nobody is told twice."""

    class Kind(models.TextChoices):
        BEFORE = "before", _("przed terminem")
        ON_DAY = "on_day", _("w dniu terminu")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    uid = models.CharField(max_length=80, editable=False)
    day = models.DateField(_("termin"))
    kind = models.CharField(_("rodzaj"), max_length=8, choices=Kind)

    class Meta:
        verbose_name = _("wysłane przypomnienie")
        verbose_name_plural = _("wysłane przypomnienia")
        constraints = [
            models.UniqueConstraint(fields=("user", "uid", "day", "kind"), name="notices_reminded_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["before", "on_day"]), name="notices_reminder_kind_known"
            ),
        ]
        indexes = [models.Index(fields=("day",), name="notices_reminder_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class ReminderRound(models.Model):
    """The last day on which the deadlines of a user were gone through."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_round"
    )
    done_on = models.DateField(_("dzień"))

    class Meta:
        verbose_name = _("przegląd terminów")
        verbose_name_plural = _("przeglądy terminów")

    def __str__(self) -> str:
        return str(self.done_on)
