from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "portal.people"
    label = "people"
    verbose_name = _("Osoby i konta")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.core import checks

        from portal.journal import words
        from portal.people import removal
        from portal.people.identity_key import check_database
        from portal.people.mfa import register_for_rotation

        checks.register(check_database, checks.Tags.database)
        register_for_rotation()
        words.register("people.contact_confirmed", _("potwierdzenie adresu e-mail"))
        words.register("people.contact_removed", _("usunięcie adresu e-mail"))
        words.register("people.matched", _("połączenie konta z danymi w ewidencji po numerze PESEL"))
        removal.register(removal.find_sessions)
        removal.register(removal.find_jobs)
