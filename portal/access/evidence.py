"""What the ledger and the registers know of the person who applies; apps above register themselves here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise


@dataclass(frozen=True)
class Identifiers:
    """Whom to look for: the keyed hash of the verified number, its scheme, and what was declared."""

    scheme: str
    fingerprint: str
    given_name: str
    family_name: str
    birth_date: date | None = None
    address: str = ""


@dataclass(frozen=True)
class Fact:
    """One thing a source knows. `matches` says whether it agrees with what was declared; None is neither."""

    source: str | Promise
    label: str | Promise
    value: str
    matches: bool | None = None


_sources: list[Callable[[Identifiers], list[Fact]]] = []


def register(source: Callable[[Identifiers], list[Fact]]) -> None:
    """Add a source of facts."""
    _sources.append(source)


def gather(identifiers: Identifiers) -> list[Fact]:
    """Ask every source."""
    return [fact for source in _sources for fact in source(identifiers)]
