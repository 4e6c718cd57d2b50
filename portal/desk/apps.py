from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "portal.desk"
    label = "desk"
    verbose_name = _("Stanowisko urzędnika")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from portal.journal import staff, words

        words.register("desk.reason", _("otwarcie danych osobowych z podaniem powodu"))
        words.register("desk.reason_end", _("zakończenie wglądu w dane osobowe"))
        staff.impersonal("desk.template")
        post_migrate.connect(_bring_roles, sender=self, dispatch_uid="desk.roles")


def _bring_roles(using: str, **kwargs: Any) -> None:
    """Give the roles their rights whenever tables were made: the rows of rights appear only then."""
    from portal.desk import roles

    roles.bring(using)
