from django.apps import AppConfig


class EurzadConfig(AppConfig):
    """The composition root as an app: its commands, and Celery configured in every process."""

    name = "eurzad"
    label = "eurzad"

    def ready(self) -> None:
        from eurzad import celery  # noqa: F401 - configures Celery's current app
