from django.apps import AppConfig


class BankSimulatorConfig(AppConfig):
    """The demo bank as an app of the simulator process."""

    name = "payments.simulator"
    label = "bank_simulator"
    verbose_name = "Bank (symulator)"
    default_auto_field = "django.db.models.BigAutoField"
