from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "eurzad.outbox"
    label = "outbox"
    verbose_name = "Zadania w tle"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules

        autodiscover_modules("tasks")
