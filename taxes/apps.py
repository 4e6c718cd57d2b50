from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from portal.people.models import Subject
    from portal.people.removal import Hanging


_LEDGER_WORDS = {
    "ledger.imported": _("wczytanie pliku księgi"),
    "ledger.approved": _("zatwierdzenie pliku księgi o dużej zmianie sum"),
    "ledger.approved_first": _("pierwsze z dwóch zatwierdzeń pliku księgi o dużej zmianie sum"),
    "ledger.overtaken": _("próba zatwierdzenia pliku księgi, po którym przyszedł nowszy"),
    "ledger.refused": _("odrzucenie pliku księgi przez urzędnika"),
    "ledger.key_added": _("dodanie klucza systemu dziedzinowego"),
    "ledger.key_revoked": _("unieważnienie klucza systemu dziedzinowego"),
}


class TaxesConfig(AppConfig):
    name = "taxes"
    label = "taxes"
    verbose_name = _("Należności")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the rooms below what this one knows and can do."""
        from payments import payables
        from portal.access import evidence
        from portal.desk import gates
        from portal.journal import words
        from portal.mandates import scopes
        from portal.notices import deadlines
        from portal.pages import cards as overview
        from portal.people import removal, visitors
        from taxes import cards, checks  # noqa: F401 - registers the check
        from taxes.evidence import known
        from taxes.selectors.deadlines import Payments
        from taxes.selectors.owed import PAYABLE_KIND, price_items
        from taxes.selectors.scopes import RECEIVABLE, find_receivable, receivables_of
        from taxes.services import settle_items

        payables.register(
            payables.Payable(
                kind=PAYABLE_KIND, price=price_items, settle=settle_items, choose_url_name="taxes:what_i_owe"
            )
        )
        evidence.register(known)
        gates.add("taxes_ledgerimport", gates.Gate(None, decisions=frozenset({"changelist"})))
        gates.add("taxes_ledgerkey", gates.Gate(None, decisions=frozenset({"add", "changelist"})))
        deadlines.register(Payments())
        words.register(
            "receivables.statement", _("zestawienie należności i wpłat"), is_read=True, area="taxes"
        )
        for action, text in (
            ("receivables.payment_send_again", _("odrzucona wpłata wysłana do zaksięgowania jeszcze raz")),
            ("receivables.payment_by_hand", _("odrzucona wpłata uznana za zaksięgowaną ręcznie")),
            ("receivables.payment_overpayment", _("odrzucona wpłata uznana za nadpłatę")),
        ):
            words.register(action, text, area="taxes")
        for action, text in _LEDGER_WORDS.items():
            words.register(action, text)
        words.register("receivables.read", _("należności i wpłaty"), is_read=True, area="taxes")
        words.register("rates.saved", _("stawka odsetek zapisana"))
        words.register("rates.removed", _("stawka odsetek usunięta"))
        words.register("rates.reviewed", _("stawki odsetek sprawdzone"))
        words.register("law_amounts.saved", _("kwota lub stawka ustawowa zapisana"))
        words.register("law_amounts.removed", _("kwota lub stawka ustawowa usunięta"))
        words.register("receivable_type.saved", _("rodzaj należności zapisany"))
        scopes.register(scopes.ObjectKind(RECEIVABLE, _("należność"), receivables_of, find_receivable))
        visitors.register_copier(_copy_for_visitor)
        removal.register(_find_payments_of_others)
        overview.register_attention(cards.attention)
        overview.register_card(cards.amount_due, order=10)
        overview.register_card(cards.next_deadlines, order=20)
        overview.register_account_menu(overview.MenuEntry("taxes:what_i_owe", _("Co mam do zapłaty"), 20))
        overview.register_account_menu(overview.MenuEntry("notices:deadlines", _("Terminy"), 30))
        overview.register_home_task(
            overview.HomeTask(
                "taxes:what_i_owe", _("Zapłać"), _("Wybierz należności i zapłać je przez internet."), 10
            )
        )
        overview.register_home_task(
            overview.HomeTask(
                "taxes:what_i_owe",
                _("Sprawdź, co masz do zapłaty"),
                _("Podatki, opłaty i czynsze, co do grosza."),
                20,
            )
        )


def _copy_for_visitor(template: Subject, copy: Subject) -> None:
    from taxes.demo import copy_for

    copy_for(template, copy)


def _find_payments_of_others(hanging: Hanging) -> Iterable[QuerySet[Any]]:
    from taxes.demo import find_payments_of_others

    return find_payments_of_others(hanging)
