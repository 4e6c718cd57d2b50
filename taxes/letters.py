"""Letters to the office with what is known filled in: to be edited, printed or saved, and filed by their sender.

A letter is in Polish whatever language its sender reads: that is the office's. The portal sends nothing here.
When the room of cases takes letters over, it does so at `Letter`.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from eurzad.lib.dates import format_short
from portal.mandates.policy import Viewer
from portal.people.models import Subject
from taxes.selectors.payments import Overpaid
from taxes.selectors.receivable import ReceivableDetail

REFUND, CREDIT = "zwrot", "zaliczenie"
LANGUAGE = "pl"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter about one thing: who writes, the title and the text as proposed, and the page it came from."""

    subject: Subject
    sender: tuple[str, ...]
    title: str
    body: str
    back_url: str
    about: str


@translation.override(LANGUAGE)
def sender_of(viewer: Viewer, subject: Subject) -> tuple[str, ...]:
    """Return the lines of who writes: the subject with its address, and the attorney who acts for it."""
    lines = [subject.display_name, subject.address_line]
    if viewer.acting_for:
        lines.append(_("działa pełnomocnik: %(name)s") % {"name": viewer.user})
    return tuple(line for line in lines if line)


@translation.override(LANGUAGE)
def dispute(viewer: Viewer, detail: ReceivableDetail, back_url: str, on: date) -> Letter:
    """A letter about something wrong with a receivable."""
    known = [
        (_("Należność"), detail.title),
        (_("Przedmiot"), detail.object),
        (_("Numer kartoteki"), detail.account_number),
        (_("Decyzja lub umowa"), detail.decision),
        (_("Kwota za rok"), detail.total),
        (_("Do zapłaty według portalu na %s") % format_short(on), detail.totals.total),
    ]
    said = "\n".join(f"{name}: {value}" for name, value in known if value)
    body = _(
        "Proszę o sprawdzenie tej należności.\n\n%(known)s\n\nNie zgadza się:\n"
        "(napisz tu, co się nie zgadza i jak Twoim zdaniem powinno być; możesz dołączyć dokumenty)\n\n"
        "Proszę o odpowiedź na mój adres."
    )
    title = _("Prośba o sprawdzenie należności – kartoteka %s") % detail.account_number
    return Letter(
        detail.subject,
        sender_of(viewer, detail.subject),
        title,
        body % {"known": said},
        back_url,
        detail.title,
    )


@translation.override(LANGUAGE)
def overpaid(viewer: Viewer, subject: Subject, row: Overpaid, what: str, back_url: str) -> Letter:
    """A letter asking to return an overpayment, or to keep it for what comes."""
    basis = (
        _("art. 76 § 1 i art. 76b Ordynacji podatkowej")
        if row.is_tax
        else _("art. 405 i 410 Kodeksu cywilnego")
    )
    facts = {
        "amount": row.amount, "day": row.arose_on, "title": row.title, "number": row.account_number, "basis": basis,
    }  # fmt: skip
    if what == REFUND:
        title = _("Wniosek o zwrot nadpłaty – kartoteka %(number)s")
        body = _(
            "Wnoszę o zwrot nadpłaty %(amount)s, która powstała dnia %(day)s "
            "(%(title)s, kartoteka %(number)s).\n\nProszę o przelew na rachunek bankowy nr:\n"
            "(wpisz 26 cyfr swojego rachunku)\n\nPodstawa: %(basis)s."
        )
    else:
        title = _("Wniosek o zaliczenie nadpłaty – kartoteka %(number)s")
        body = _(
            "Wnoszę o zaliczenie nadpłaty %(amount)s, która powstała dnia %(day)s "
            "(%(title)s, kartoteka %(number)s), na poczet przyszłych należności:\n"
            "(napisz, na które; jeśli na najbliższe, wystarczy „najbliższe raty tej kartoteki”)\n\n"
            "Podstawa: %(basis)s."
        )
    return Letter(subject, sender_of(viewer, subject), title % facts, body % facts, back_url, row.title)
