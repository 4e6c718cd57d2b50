"""Celery: two tasks (run a job, sweep), configured from Django settings."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init
from django.conf import settings

from eurzad.environment import stop_in_one_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eurzad.settings")

with stop_in_one_line():
    app = Celery("eurzad", broker=settings.CELERY_BROKER_URL)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("eurzad.outbox.worker",)
app.set_default()


@worker_init.connect
@beat_init.connect
def check_at_start(**_kwargs: Any) -> None:
    """Stop a worker or a beat with a wrong IDENTITY_KEY, or with a role that could change the journal."""
    from portal.journal import roles
    from portal.people import identity_key

    with stop_in_one_line():
        roles.check_at_start()
        identity_key.check_at_start()
