from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    name = "epuap.inbox"
    label = "inbox"
    verbose_name = _("Skrytka ePUAP")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from epuap.inbox import handlers
        from epuap.inbox.services.receipts import check_receipt, take_receipt
        from epuap.xml.receipts import NAMESPACE

        handlers.register(NAMESPACE, take_receipt, check=check_receipt)
