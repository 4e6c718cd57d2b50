from django.apps import AppConfig

ONE_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


class EurzadConfig(AppConfig):
    """The composition root as an app: its commands, and the way from the outbox to Celery."""

    name = "eurzad"
    label = "eurzad"

    def ready(self) -> None:
        from eurzad.outbox import registry

        registry.nudge_with(nudge)


def nudge(job_id: str) -> None:
    """Tell a worker that a job waits, trying twice at most: what is lost is found by the sweep.

    Celery is imported at the first nudge: most commands never need it.
    """
    from eurzad.celery import app

    app.send_task("outbox.run_job", args=[job_id], retry=True, retry_policy=ONE_RETRY)
