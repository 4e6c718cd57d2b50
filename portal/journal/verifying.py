"""Going over the whole chain: what was removed, changed, put in or moved, in plain words and bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from portal.journal import rules, signing
from portal.journal.models import Head, Link, Record
from portal.journal.sealing import unsealed

BATCH = 5000
SHOWN = 100
"""So many findings are told one by one; the rest is only counted."""
Progress = Callable[[int, int], None]
LATE = timedelta(hours=1)


@dataclass
class Report:
    """What a check found. `problems` is empty when nothing was touched."""

    checked: int = 0
    heads: int = 0
    first: int = 0
    last: int = 0
    last_hash: str = rules.GENESIS
    retired_until: date | None = None
    waiting: int = 0
    waiting_since: datetime | None = None
    problems: list[str] = field(default_factory=list)
    count: int = 0
    """How many problems in all; `problems` holds the first SHOWN."""

    def add(self, problem: str) -> None:
        """Note a finding."""
        self.count += 1
        if self.count <= SHOWN:
            self.problems.append(problem)

    @property
    def tail_is_late(self) -> bool:
        """Whether records wait longer for the sealer than they should."""
        return self.waiting_since is not None and self.waiting_since < clock.now() - LATE


@dataclass(frozen=True)
class Published:
    """A head that left the machine, as it came back: a signed statement, or a bare hash."""

    hash: str
    statement: rules.Statement | None = None


def verify(published: Published | None = None, *, progress: Progress | None = None) -> Report:
    """Check every sealed record, every head, and the chain against a published head.

    `progress` is told after each batch how many numbers of how many are done. Raises PermanentError when the
    certificates cannot be read.
    """
    report = Report()
    heads = list(Head.objects.order_by("day"))
    expected = _check_heads(heads, report)
    is_found = published is None or any(head.hash == published.hash for head in heads)
    if published is not None and published.statement is not None:
        _check_published(published.statement, heads, report)
        expected.setdefault(published.statement.number, []).append((published.hash, _("Ogłoszony skrót")))
        is_found = True
    chain = _Chain(report, heads, expected, published.hash if published else "")
    chain.walk(progress)
    if not (is_found or chain.has_met):
        report.add(
            _("Ogłoszonego skrótu nie ma w dzienniku: zmieniono albo usunięto wpisy, których dotyczył.")
        )
    tail = unsealed()
    report.waiting = tail.count()
    report.waiting_since = tail.order_by().aggregate(oldest=Min("at"))["oldest"]
    return report


def _check_heads(heads: list[Head], report: Report) -> dict[int, list[tuple[str, str]]]:
    """Check signatures and sequence of the heads; return which hash each says stands at which number."""
    expected: dict[int, list[tuple[str, str]]] = {}
    before: Head | None = None
    for head in heads:
        name = _("Podpis dnia %(day)s") % {"day": format_short(head.day)}
        try:
            said = signing.verify(head.statement, head.signature)
        except signing.BadSignature:
            report.add(_("%(name)s jest podrobiony albo zmieniony.") % {"name": name})
        else:
            if (said.day, said.number, said.count, said.hash) != (
                head.day,
                head.number,
                head.count,
                head.hash,
            ):
                report.add(_("%(name)s mówi co innego niż wiersz, przy którym stoi.") % {"name": name})
        if before is not None and head.day != before.day + timedelta(days=1):
            report.add(
                _("Brakuje podpisów dni między %(first)s a %(last)s.")
                % {"first": format_short(before.day), "last": format_short(head.day)}
            )
        elif before is not None and head.number != before.number + head.count:
            report.add(_("%(name)s nie zgadza się z dniem przed nim.") % {"name": name})
        expected.setdefault(head.number, []).append((head.hash, name))
        before = head
    report.heads = len(heads)
    return expected


def _check_published(statement: rules.Statement, heads: list[Head], report: Report) -> None:
    kept = next((head for head in heads if head.day == statement.day), None)
    if kept is None or (kept.number, kept.count, kept.hash) != (
        statement.number,
        statement.count,
        statement.hash,
    ):
        report.add(
            _("Ogłoszony podpis dnia %(day)s różni się od tego, co jest w bazie.")
            % {"day": format_short(statement.day)}
        )


class _Chain:
    """One walk along the links, in the order of their numbers."""

    def __init__(
        self, report: Report, heads: list[Head], expected: dict[int, list[tuple[str, str]]], sought: str
    ) -> None:
        self.report, self.heads, self.expected, self.sought = report, heads, expected, sought
        self.number, self.hash, self.day = 0, rules.GENESIS, date.min
        self.has_met = not sought or sought == rules.GENESIS
        self.last_days = {head.number: head.day for head in heads}

    def walk(self, progress: Progress | None) -> None:
        """Check everything there is, and that nothing is missing at either end."""
        is_first = True
        for link, values in _pairs(progress):
            if is_first:
                self._begin(link)
                is_first = False
            self._step(link, values)
        if is_first:
            self._begin(None)
        highest = max(self.expected, default=0)
        if highest > self.number:
            self.report.add(
                _("Koniec dziennika obcięto: podpisany jest wpis %(signed)s, a ostatni to %(last)s.")
                % {"signed": highest, "last": self.number}
            )
        self.report.last, self.report.last_hash = self.number, self.hash

    def _begin(self, first: dict[str, Any] | None) -> None:
        """What stands before the first record: nothing, or days removed after their time and their last head."""
        number = first["number"] if first else max(self.expected, default=0) + 1
        self.report.first = number if first else 0
        if number <= 1:
            return
        bases = [head for head in self.heads if head.number == number - 1]
        if not bases:
            self.report.add(_("Brakuje wpisów od 1 do %(last)s.") % {"last": number - 1})
        else:
            until = bases[0].day
            self.report.retired_until = until
            self.hash = bases[0].hash
            if until >= clock.today() - timedelta(days=settings.JOURNAL_KEEP_DAYS):
                self.report.add(
                    _("Usunięto wpisy do dnia %(day)s, choć trzeba je przechowywać przez %(days)s dni.")
                    % {"day": format_short(until), "days": settings.JOURNAL_KEEP_DAYS}
                )
        self.number = number - 1

    def _step(self, link: dict[str, Any], values: tuple[object, ...] | None) -> None:
        number, report = link["number"], self.report
        if number != self.number + 1:
            report.add(
                _("Brakuje wpisów od %(first)s do %(last)s.") % {"first": self.number + 1, "last": number - 1}
            )
        elif link["previous"] != self.hash:
            report.add(_("Wpis %(number)s nie następuje po poprzednim.") % {"number": number})
        if link["day"] < self.day:
            report.add(_("Wpis %(number)s jest w złym dniu.") % {"number": number})
        if values is None:
            report.add(_("Wpis %(number)s usunięto.") % {"number": number})
        else:
            own = rules.link_hash(
                number=number,
                previous=link["previous"],
                day=link["day"],
                sealed_at=link["sealed_at"],
                values=values,
            )
            if own != link["hash"]:
                report.add(_("Wpis %(number)s zmieniono.") % {"number": number})
            report.checked += 1
        for hash_, name in self.expected.get(number, []):
            if hash_ != link["hash"]:
                report.add(
                    _("%(name)s nie zgadza się z wpisem %(number)s.") % {"name": name, "number": number}
                )
        self.has_met = self.has_met or link["hash"] == self.sought
        self.number, self.hash, self.day = number, link["hash"], link["day"]


def _pairs(progress: Progress | None) -> Iterator[tuple[dict[str, Any], tuple[object, ...] | None]]:
    """Every link with the fields of its record (None: the record is gone), BATCH at a time."""
    first = last = (Link.objects.aggregate(first=Min("number"))["first"] or 1) - 1
    end = Link.objects.aggregate(last=Max("number"))["last"] or 0
    while last < end:
        links: list[Any] = list(
            Link.objects.filter(number__gt=last, number__lte=end)
            .order_by("number")
            .values("number", "record_id", "day", "sealed_at", "previous", "hash")[:BATCH]
        )
        ids = [link["record_id"] for link in links]
        found = {
            row[0]: row
            for row in Record.objects.filter(pk__in=ids).order_by().values_list(*rules.RECORD_FIELDS)
        }
        for link in links:
            yield link, found.get(link["record_id"])
        last = links[-1]["number"]
        if progress is not None:
            progress(last - first, end - first)
