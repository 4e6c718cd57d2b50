from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Payments of the portal."""

    name = "payments"
    label = "payments"
    verbose_name = _("Płatności")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register jobs and the entry of the account menu."""
        from payments import tasks  # noqa: F401 - fills the registry of jobs
        from portal.pages.cards import MenuEntry, register_account_menu

        register_account_menu(MenuEntry("payments:history", _("Płatności"), 30))
