"""Celery: two tasks (run a job, sweep), configured from Django settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurzad.settings")

app = Celery("eurzad")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("eurzad.outbox.worker",)
app.set_default()
