from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "portal.access"
    label = "access"
    verbose_name = _("Wnioski o dostęp")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings

        from epuap.inbox import handlers, reasons
        from portal.access.account import confirmed_email, is_with_clerks
        from portal.access.mailbox_reasons import REASONS
        from portal.access.removal import find_papers
        from portal.access.services.epuap_door import check_inbound, open_from_epuap
        from portal.channels import intake
        from portal.desk import gates
        from portal.journal import words
        from portal.people import contact, matching, removal

        words.register("access.read", _("wniosek o dostęp"), is_read=True)
        words.register("access.approved", _("zgoda na dostęp do danych"))
        words.register("access.rejected", _("odmowa dostępu do danych"))
        words.register("access.first_approved", _("pierwsza z dwóch zgód na dostęp do danych"))
        words.register("access.correction_asked", _("prośba o poprawienie wniosku o dostęp"))
        words.register("access.corrected", _("poprawienie wniosku o dostęp"))
        words.register("access.withdrawn", _("wycofanie wniosku o dostęp"))

        for channel in ("portal", "epuap"):
            intake.register(channel)
        handlers.register(settings.ACCESS_FORM_NAMESPACE, open_from_epuap, check=check_inbound)
        reasons.add(REASONS)
        removal.register(find_papers)
        contact.register_suggestion(confirmed_email)
        matching.register_veto(is_with_clerks)
        gates.name_cases("access_accessapplication", _number_of)


def _number_of(pk: int) -> str:
    from portal.access.models import AccessApplication

    return AccessApplication.objects.filter(pk=pk).values_list("number", flat=True).first() or ""
