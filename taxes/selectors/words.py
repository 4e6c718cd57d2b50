"""Figures and states in words, ready to print: templates get plain strings."""

from datetime import date
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eurzad.lib.dates import format_long, format_short
from eurzad.lib.money import format_amount, format_pln
from eurzad.lib.plurals import plural
from portal.people.models import Subject
from taxes.models import Instalment, PaymentReceived
from taxes.rules.interest import Interest
from taxes.rules.rates import Law
from taxes.rules.terms import CreditOrder, Regime
from taxes.selectors.debts import Owed


def long_date(day: date, *, weekday: bool = False) -> str:
    """Return the day in words of the reader's language."""
    return format_long(day, get_language() or "pl", weekday=weekday)


def percent(value: Decimal) -> str:
    """Return `10,50 %`."""
    return f"{format_amount(value)}\u00a0%"


def figure(value: Decimal) -> str:
    """Return a quantity or rate with a comma and no trailing zeros: `1 234,5`."""
    whole, _point, decimals = f"{value:,f}".partition(".")
    decimals = decimals.rstrip("0")
    return whole.replace(",", "\u00a0") + (f",{decimals}" if decimals else "")


def instalment_title(title: str, number: int, count: int) -> str:
    """Return the title of a receivable with its instalment, when it has more than one."""
    if count == 1:
        return title
    return _("%(title)s, rata %(number)s z %(count)s") % {"title": title, "number": number, "count": count}


def status_of(row: Owed, on: date) -> tuple[str, str]:
    """Return the tag of an unsettled instalment on a day: a word and the class that colours it."""
    if row.status == Instalment.Status.ENFORCEMENT:
        return _("w egzekucji"), "tag-overdue"
    if row.debt.effective_due < on:
        return _("po terminie"), "tag-overdue"
    if row.debt.effective_due == on:
        return _("płatna dziś"), "tag-waiting"
    return _("w terminie"), "tag-neutral"


def section_of(row: Owed, on: date) -> str:
    """Return under which heading an open instalment stands on a day: what is late, and what has time."""
    if row.debt.effective_due < on:
        return _("Po terminie")
    if row.debt.effective_due == on:
        return _("Płatne tego dnia")
    return _("Jeszcze przed terminem")


def explain_status(row: Owed, on: date, law: Law, enforcement_title: str, blocked: str = "") -> str:
    """Return the sentences that say how an unsettled instalment stands on a day."""
    said = []
    due = row.debt.effective_due
    if row.status == Instalment.Status.ENFORCEMENT:
        said.append(
            _("Dochodzi jej organ egzekucyjny (tytuł wykonawczy %(title)s); zapłać jemu, nie w portalu.")
            % {"title": enforcement_title}
        )
    elif due < on:
        said.append(
            _("Termin minął %(day)s (%(days)s temu).")
            % {"day": format_short(due), "days": count_of_days((on - due).days)}
        )
    elif due != row.due_on:
        said.append(
            _("Termin z decyzji to %(due)s, ale można zapłacić do %(effective)s.")
            % {"due": format_short(row.due_on), "effective": long_date(due, weekday=True)}
        )
    else:
        said.append(_("Termin: %(day)s.") % {"day": long_date(due, weekday=True)})
    if row.debt.principal < row.amount:
        said.append(
            _("Z %(amount)s zapłacono już %(paid)s.")
            % {"amount": format_pln(row.amount), "paid": format_pln(row.amount - row.debt.principal)}
        )
    added = []
    if row.interest:
        added.append(_("odsetki %(amount)s") % {"amount": format_pln(row.interest)})
    if row.debt.costs:
        added.append(_("koszty upomnienia %(amount)s") % {"amount": format_pln(row.debt.costs)})
    if added:
        said.append(_("Doliczono: %(what)s.") % {"what": ", ".join(added)})
    elif due < on and row.debt.terms.has_threshold and law.threshold.on(on):
        said.append(
            _("Odsetek nie nalicza się, bo nie przekraczają %(amount)s.")
            % {"amount": format_pln(law.threshold.on(on))}
        )
    if blocked:
        said.append(
            _("Nie można jej zapłacić przez internet: %(reason)s.") % {"reason": _(blocked).rstrip(".")}
        )
    return " ".join(said)


def settled_word() -> str:
    """Return the tag of a settled instalment."""
    return _("zapłacona")


def overpaid_word() -> str:
    """Return the tag of an instalment for which too much was paid."""
    return _("nadpłata")


def explain_settled(settled_on: date, overpaid: Decimal) -> str:
    """Return how an instalment was settled."""
    if overpaid:
        return _("Zapłacono w całości %(day)s i o %(amount)s za dużo.") % {
            "day": format_short(settled_on),
            "amount": format_pln(overpaid),
        }
    return _("Zapłacono w całości %(day)s.") % {"day": format_short(settled_on)}


def channel_of(payment: PaymentReceived, subject: Subject) -> str:
    """Return how a payment was made, for `subject`: of who owes with them, only that it was one of them."""
    if payment.subject_id != subject.pk:
        return _("zapłacone przez współwłaściciela")
    return str(payment.get_channel_display())


def interest_basis(regime: Regime) -> str:
    """Return the articles interest of a regime rests on."""
    return {
        Regime.TAX: _(
            "Odsetki za zwłokę liczy się od dnia następnego po terminie (art. 53 § 4 Ordynacji podatkowej) "
            "do dnia zapłaty włącznie, według stawki z art. 56 § 1, dzieląc zawsze przez 365 dni."
        ),
        Regime.CIVIL: _(
            "Odsetki ustawowe za opóźnienie liczy się za każdy dzień po terminie (art. 481 § 1 i 2 Kodeksu "
            "cywilnego), dzieląc przez 365 dni, co do grosza."
        ),
        Regime.NONE: _("Od tej należności nie nalicza się odsetek."),
    }[regime]


def interest_result(interest: Interest, regime: Regime, law: Law, on: date) -> str:
    """Return how the sum of the lines became the amount to pay."""
    if interest.is_below_threshold:
        return _(
            "Suma nie przekracza %(threshold)s, więc odsetek się nie nalicza "
            "(art. 54 § 1 pkt 5 Ordynacji podatkowej)."
        ) % {"threshold": format_pln(law.threshold.on(on))}
    if regime is Regime.TAX:
        return _("Suma zaokrąglona raz, do pełnych złotych (art. 63 § 1 Ordynacji podatkowej).")
    if interest.carried:
        return _("Doliczono %(amount)s odsetek, których nie pokryła poprzednia wpłata.") % {
            "amount": format_pln(interest.carried)
        }
    return _("Suma zaokrąglona raz, do grosza.")


def crediting_basis(order: CreditOrder, has_interest: bool) -> str:
    """Return the articles by which a payment was split."""
    if order is CreditOrder.INTEREST_FIRST:
        return _("Najpierw odsetki, potem należność główna (art. 451 § 1 Kodeksu cywilnego).")
    if has_interest:
        return _(
            "Najpierw koszty upomnienia (art. 62 § 1a Ordynacji podatkowej), reszta na należność i odsetki "
            "w proporcji, w jakiej do siebie pozostają (art. 55 § 2)."
        )
    return _(
        "Na należność główną wskazaną przez wpłacającego albo o najwcześniejszym terminie (art. 62 § 1)."
    )


def count_of_instalments(count: int) -> str:
    """Return `1 rata`, `2 raty`, `5 rat`."""
    return plural(count, _("%d rata"), _("%d raty"), _("%d rat"), get_language() or "pl") % count


def count_of_days(count: int) -> str:
    """Return `1 dzień`, `2 dni`."""
    return plural(count, _("%d dzień"), _("%d dni"), _("%d dni"), get_language() or "pl") % count
