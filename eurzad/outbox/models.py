import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of asynchronous work. Arguments are ids only, never personal data."""

    class State(models.TextChoices):
        WAITING = "waiting", _("czeka")
        RUNNING = "running", _("w toku")
        DONE = "done", _("wykonane")
        FAILED = "failed", _("odłożone po błędzie")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("nazwa"), max_length=80)
    arguments = models.JSONField(_("argumenty"), default=dict)
    key = models.CharField(_("klucz"), max_length=160, blank=True)
    state = models.CharField(_("stan"), max_length=10, choices=State, default=State.WAITING)
    run_after = models.DateTimeField(_("nie wcześniej niż"))
    attempts = models.PositiveSmallIntegerField(_("próby"), default=0)
    losses = models.PositiveSmallIntegerField(_("utracone procesy"), default=0)
    claim = models.UUIDField(null=True, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    nudged_at = models.DateTimeField(null=True, editable=False)
    error_code = models.CharField(_("kod błędu"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("utworzono"))
    finished_at = models.DateTimeField(_("zakończono"), null=True)

    class Meta:
        verbose_name = _("zadanie")
        verbose_name_plural = _("zadania w tle")
        ordering = ("-created_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("key",),
                condition=Q(state__in=("waiting", "running")) & ~Q(key=""),
                name="outbox_job_one_unfinished_per_key",
            ),
            models.CheckConstraint(
                condition=Q(state="running", claim__isnull=False)
                | (~Q(state="running") & Q(claim__isnull=True)),
                name="outbox_job_running_iff_claimed",
            ),
        ]
        indexes = [
            models.Index(fields=("run_after",), condition=Q(state="waiting"), name="outbox_job_waiting"),
            models.Index(fields=("claimed_at",), condition=Q(state="running"), name="outbox_job_running"),
            models.Index(fields=("created_at",), name="outbox_job_created"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"
