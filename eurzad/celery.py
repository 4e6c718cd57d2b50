"""Celery: two tasks (run a job, sweep), configured from Django settings."""

from celery import Celery

app = Celery("eurzad")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("eurzad.outbox.worker",)
app.set_default()
