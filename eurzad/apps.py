from django.apps import AppConfig


class EurzadConfig(AppConfig):
    """The composition root as an app: its commands, and the way from the outbox to Celery."""

    name = "eurzad"
    label = "eurzad"

    def ready(self) -> None:
        from eurzad.outbox import registry

        registry.nudge_with(nudge)


def nudge(job_id: str) -> None:
    """Tell a worker that a job waits. Celery is imported at the first nudge: most commands never need it."""
    from eurzad.celery import app

    app.send_task("outbox.run_job", args=[job_id])
