"""The only Celery tasks of the product: everything else is a job row. Imported by `eurzad.celery` alone."""

import uuid

from celery import shared_task

from eurzad.outbox import services


@shared_task(name="outbox.run_job", acks_late=True, time_limit=30, soft_time_limit=25, ignore_result=True)
def run_job(job_id: str) -> None:
    """Do one job if it still waits."""
    services.run(uuid.UUID(job_id))


@shared_task(name="outbox.sweep", time_limit=30, ignore_result=True, expires=10)
def sweep() -> None:
    """Recover and nudge; beat calls it every few seconds."""
    services.sweep()
