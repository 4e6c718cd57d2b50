from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistersConfig(AppConfig):
    name = "registers"
    label = "registers"
    verbose_name = _("Rejestry")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.access import evidence
        from portal.pages import cards, search
        from registers import search as found_in_registers
        from registers.evidence import facts_about

        for url_name, label, order in (
            ("registers:contract_list", _("Rejestr umów"), 10),
            ("registers:property_list", _("Mienie"), 20),
            ("registers:licence_list", _("Zezwolenia"), 30),
            ("registers:lease_list", _("Dzierżawy"), 40),
        ):
            cards.register_menu(cards.MenuEntry(url_name, label, order))
        cards.register_home_task(
            cards.HomeTask(
                "registers:index",
                _("Rejestry"),
                _("Umowy, mienie gminy, zezwolenia i dzierżawy – bez logowania."),
                40,
            )
        )
        search.register(found_in_registers.sources)
        evidence.register(facts_about)
