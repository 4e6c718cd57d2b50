"""Celery: two tasks (run a job, sweep), configured from Django settings."""

import os

from celery import Celery
from django.conf import settings

from eurzad.environment import stop_in_one_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurzad.settings")

with stop_in_one_line():
    app = Celery("eurzad", broker=settings.CELERY_BROKER_URL)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("eurzad.outbox.worker",)
app.set_default()
