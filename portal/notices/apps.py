from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "portal.notices"
    label = "notices"
    verbose_name = _("Powiadomienia")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from epuap.inbox import watchers
        from portal.notices.mailbox import note_attention

        watchers.register(note_attention)
