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
        from portal.journal import words
        from portal.pages.cards import MenuEntry, register_account_menu

        words.register("payments.read", _("płatność"), is_read=True, area="payments")
        words.register("payments.receipt", _("potwierdzenie płatności"), is_read=True, area="payments")
        words.register("payments.list", _("lista płatności"), is_read=True, area="payments")
        words.register("payments.basket", _("podsumowanie przed płatnością"), is_read=True, area="payments")
        words.register("payments.create", _("rozpoczęcie płatności"), area="payments")
        words.register("payments.settle", _("zaksięgowanie płatności"), area="payments")

        register_account_menu(MenuEntry("payments:history", _("Płatności"), 30))
