from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "portal.journal"
    label = "journal"
    verbose_name = _("Dziennik")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name what the clerks' pages record, and whose data they show."""
        from portal.journal import staff, words

        words.register(staff.LIST, _("lista w panelu urzędu"), is_read=True)
        words.register(staff.READ, _("strona w panelu urzędu"), is_read=True)
        words.register(staff.FILE, _("plik pobrany w panelu urzędu"), is_read=True)
        words.register(staff.WRITE, _("zmiana w panelu urzędu"))
        staff.impersonal("journal.head")
