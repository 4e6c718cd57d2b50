"""What the ledger knows of somebody who applies for access."""

from django.utils.translation import gettext as _

from eurzad.lib.searching import normalise
from portal.access.evidence import Fact, Identifiers
from portal.people.models import Identity
from portal.people.services import find_subject_by_fingerprint
from taxes.models import Account


def known(identifiers: Identifiers) -> list[Fact]:
    """Return whether the number owns accounts, and whether name and address agree with what was declared."""
    source = _("Księgi podatkowe")
    subject = find_subject_by_fingerprint(identifiers.scheme, identifiers.fingerprint)
    accounts = (
        list(Account.objects.filter(parties__subject=subject).select_related("type")) if subject else []
    )
    if subject is None or not accounts:
        return [Fact(source, _("Kartoteki"), _nothing(identifiers.scheme), None)]
    listed = "; ".join(f"{account.type.name} ({account.number})" for account in accounts)
    declared = f"{identifiers.given_name} {identifiers.family_name}"
    facts = [
        Fact(source, _("Kartoteki"), listed, True),
        Fact(source, _("Imię i nazwisko"), subject.display_name, _same(subject.display_name, declared)),
    ]
    if subject.address_line:
        matches = _same(subject.address_line, identifiers.address) if identifiers.address else None
        facts.append(Fact(source, _("Adres"), subject.address_line, matches))
    return facts


def _nothing(scheme: str) -> str:
    if scheme == Identity.Scheme.EIDAS:
        return _("bez numeru PESEL nie da się ich odszukać po numerze")
    return _("brak kartotek dla tego numeru PESEL")


def _same(known_text: str, declared: str) -> bool:
    """Compare without case, Polish letters, punctuation and the order of words."""
    return _words(known_text) == _words(declared)


def _words(text: str) -> list[str]:
    return sorted("".join(char if char.isalnum() else " " for char in normalise(text)).split())
