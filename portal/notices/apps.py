from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "portal.notices"
    label = "notices"
    verbose_name = _("Powiadomienia")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from epuap.inbox import watchers
        from portal.journal import words
        from portal.notices import preferences
        from portal.notices.mailbox import note_attention
        from portal.notices.reminding import BEFORE, ON_DAY

        watchers.register(note_attention)
        words.register("calendar.make", _("utworzenie adresu kalendarza z terminami"))
        words.register("calendar.revoke", _("wyłączenie adresu kalendarza z terminami"))
        words.register("calendar.read", _("terminy pobrane pod adresem kalendarza"), is_read=True)
        preferences.register(preferences.Topic(BEFORE, _("Termin za 7 dni")))
        preferences.register(preferences.Topic(ON_DAY, _("Termin dzisiaj")))
