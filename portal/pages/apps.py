from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "portal.pages"
    label = "pages"
    verbose_name = _("Strony")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.journal import words
        from portal.pages import account_notes, cards, checks, representing, search, sources  # noqa: F401 - checks register themselves

        words.register("overview.read", _("przegląd konta"), is_read=True, area="taxes")
        words.register("history.read", _("lista „kto oglądał moje dane”"), is_read=True)
        cards.register_attention(representing.attention)
        cards.register_attention(account_notes.attention)
        cards.register_menu(cards.MenuEntry("catalogue:list", _("Usługi"), 50))
        cards.register_menu(cards.MenuEntry("news:list", _("Aktualności"), 60))
        cards.register_menu(cards.MenuEntry("pages:search", _("Szukaj"), 90))
        cards.register_account_menu(cards.MenuEntry("mandates:list", _("Pełnomocnictwa"), 70))
        cards.register_account_menu(cards.MenuEntry("access:home", _("Wniosek o dostęp"), 80))
        cards.register_account_menu(cards.MenuEntry("pages:history", _("Kto oglądał moje dane"), 95))
        cards.register_account_menu(cards.MenuEntry("notices:list", _("Powiadomienia"), 90))
        cards.register_account_menu(cards.MenuEntry("contact:home", _("Adres e-mail"), 92))
        cards.register_account_menu(cards.MenuEntry("sessions:list", _("Sesje"), 95))
        cards.register_home_task(
            cards.HomeTask(
                "pages:overview",
                _("Twoje sprawy"),
                _("Stan wniosku, terminy i wiadomości z urzędu – po zalogowaniu."),
                30,
            )
        )
        cards.register_home_task(
            cards.HomeTask(
                "catalogue:list",
                _("Formularze i usługi"),
                _("Co można załatwić, ile to kosztuje i jak długo trwa."),
                60,
            )
        )
        search.register(sources.services)
        search.register(sources.announcements)
