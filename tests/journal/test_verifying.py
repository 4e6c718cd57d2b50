"""Whatever is done to the journal behind the portal's back is found."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from eurzad.lib import clock
from portal.journal import publishing, retention, rules, sealing, signing, verifying
from portal.journal.models import Head, Link, Record
from tests.journal.support import write

pytestmark = pytest.mark.django_db

FIRST = date(2026, 5, 4)


@pytest.fixture
def chain(seal_keys: None) -> None:
    """Three days of four records each, the last day without a head, and one record without a number."""
    for day in range(3):
        with clock.frozen(FIRST + timedelta(days=day)):
            write(4)
            sealing.seal()
    with clock.frozen(FIRST + timedelta(days=2)):
        write(1)


def now() -> Any:
    return clock.frozen(FIRST + timedelta(days=2))


def run(*arguments: str) -> tuple[int, str]:
    """Code and words of the command."""
    out = io.StringIO()
    with now():
        try:
            call_command("journal", *arguments, stdout=out)
        except CommandError as error:
            return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_an_untouched_journal_is_whole_and_its_tail_is_told_apart(chain: None) -> None:
    code, words = run("verify")
    assert code == 0 and "Dziennik jest cały" in words and "Sprawdzono wpisów: 12" in words
    assert "Czekają na opieczętowanie: 1" in words and "za długo" not in words
    with clock.frozen(FIRST + timedelta(days=3)):
        assert verifying.verify().tail_is_late


def change(number: int, **fields: object) -> Callable[[], object]:
    return lambda: Record.objects.filter(link__number=number).update(**fields)


def swap() -> None:
    """Two records change places under their numbers."""
    first, second = Link.objects.filter(number__in=(6, 7)).values_list("record_id", flat=True)
    Link.objects.filter(number=6).update(record_id=0)
    Link.objects.filter(number=7).update(record_id=first)
    Link.objects.filter(number=6).update(record_id=second)


def swap_numbers() -> None:
    for before, after in ((6, 1000), (7, 6), (1000, 7)):
        Link.objects.filter(number=before).update(number=after)


def insert_in_the_middle() -> None:
    """A record with a seal of its own between two others, whose numbers move on."""
    for link in Link.objects.filter(number__gte=6).order_by("-number"):
        Link.objects.filter(number=link.number).update(number=link.number + 1)
    put_seal(6)


def put_seal(number: int) -> None:
    sealed = Link.objects.values_list("record_id", flat=True)
    values = Record.objects.exclude(pk__in=sealed).values_list(*rules.RECORD_FIELDS)[0]
    before = Link.objects.get(number=number - 1)
    whole: dict[str, Any] = {"number": number, "previous": before.hash, "day": before.day}
    whole["sealed_at"] = before.sealed_at
    own = rules.link_hash(values=values, **whole)
    Link.objects.create(record_id=values[0], hash=own, **whole)


def reseal_from(number: int) -> None:
    """Somebody who knows the rules changes a record and calculates every later hash anew."""
    Record.objects.filter(link__number=number).update(reason="inny")
    previous = Link.objects.get(number=number - 1).hash
    for link in Link.objects.filter(number__gte=number).order_by("number"):
        values = Record.objects.filter(pk=link.record_id).values_list(*rules.RECORD_FIELDS)[0]
        own = rules.link_hash(
            number=link.number, previous=previous, day=link.day, sealed_at=link.sealed_at, values=values
        )
        Link.objects.filter(number=link.number).update(previous=previous, hash=own)
        previous = own


def replace_head() -> None:
    head = Head.objects.get(day=FIRST)
    said = signing.verify(head.statement, head.signature)
    other = rules.Statement(said.day, said.number, said.count, "0" * 64, said.certificate)
    Head.objects.filter(day=FIRST).update(hash=other.hash, statement=other.text())


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (change(3, reason="inny"), "Wpis 3 zmieniono"),
        (change(12, actor_id=None), "Wpis 12 zmieniono"),
        (change(3, at=clock.now()), "Wpis 3 zmieniono"),
        (lambda: Record.objects.filter(link__number=3).delete(), "Wpis 3 usunięto"),
        (swap, "Wpis 6 zmieniono"),
        (swap_numbers, "Wpis 6 nie następuje"),
        (insert_in_the_middle, "Wpis 7"),
        (lambda: reseal_from(6), "Podpis dnia 05.05.2026 nie zgadza się z wpisem 8"),
        (lambda: Link.objects.filter(number=5).delete(), "Brakuje wpisów od 5 do 5"),
        (lambda: Link.objects.filter(number__gte=7).delete(), "Koniec dziennika obcięto"),
        (lambda: Link.objects.all().delete(), "trzeba je przechowywać"),
        (lambda: Link.objects.filter(number__lte=2).delete(), "Brakuje wpisów od 1 do 2"),
        (lambda: Link.objects.filter(day=FIRST).delete(), "trzeba je przechowywać"),
        (lambda: Link.objects.filter(number=9).update(day=FIRST), "Wpis 9 jest w złym dniu"),
        (replace_head, "Podpis dnia 04.05.2026 jest podrobiony"),
        (lambda: Head.objects.filter(day=FIRST).update(hash="0" * 64), "mówi co innego"),
    ],
)  # fmt: skip
def test_what_was_touched_is_found(chain: None, tamper: Callable[[], object], told: str) -> None:
    tamper()
    code, words = run("verify")
    assert code == 1 and told in words and "Dziennik jest cały" not in words


def test_a_head_missing_between_others_is_found(chain: None) -> None:
    with clock.frozen(FIRST + timedelta(days=5)):
        sealing.seal()
    Head.objects.filter(day=FIRST + timedelta(days=1)).delete()
    code, words = run("verify")
    assert code == 1 and "Brakuje podpisów dni między 04.05.2026 a 06.05.2026" in words


def test_a_journal_calculated_anew_with_the_key_is_found_by_a_published_head(
    chain: None, tmp_path: Path
) -> None:
    """Whoever owns the database and the key can forge everything but what has left the machine."""
    published = tmp_path / "2026-05-05.txt"
    published.write_text(publishing.text_of(Head.objects.get(day=FIRST + timedelta(days=1))))
    bare = Head.objects.get(day=FIRST + timedelta(days=1)).hash
    for head in (str(published), bare, bare.upper(), f"{bare[:32]} {bare[32:]}"):
        assert run("verify", "--head", head)[0] == 0
    reseal_from(6)
    Head.objects.filter(day__gt=FIRST).delete()
    with clock.frozen(FIRST + timedelta(days=2)):
        sealing.seal()
    assert run("verify")[0] == 0, "the forger was thorough"
    assert run("verify", "--head", str(published))[0] == 1
    code, words = run("verify", "--head", bare)
    assert code == 1 and "Ogłoszonego skrótu nie ma" in words


def test_a_published_head_must_be_ours(chain: None, tmp_path: Path) -> None:
    file = tmp_path / "head.txt"
    file.write_text(publishing.text_of(Head.objects.get(day=FIRST)).replace('"number":4', '"number":5'))
    assert run("verify", "--head", str(file))[0] == 1
    assert run("verify", "--head", str(tmp_path / "none"))[0] == 2
    file.write_bytes(b"\xff\xfe")
    assert run("verify", "--head", str(file))[0] == 2


def test_what_is_kept_long_enough_goes_by_whole_days_and_the_rest_still_verifies(
    chain: None, settings: Any, tmp_path: Path
) -> None:
    settings.JOURNAL_KEEP_DAYS = 5
    published = tmp_path / "head.txt"
    published.write_text(publishing.text_of(Head.objects.get(day=FIRST)))
    later = FIRST + timedelta(days=settings.JOURNAL_KEEP_DAYS + 1)
    with clock.frozen(later):
        sealing.seal()
        assert retention.retire(dry_run=True) == (1, 4) and Record.objects.count() == 13
        assert retention.retire() == (1, 4) and retention.retire() == (0, 0)
        report = verifying.verify()
        assert (report.problems, report.first, report.last, report.retired_until) == ([], 5, 13, FIRST)
        read = publishing.read_published(published.read_text())
        assert verifying.verify(verifying.Published(read.hash, read)).count == 0
    with clock.frozen(later + timedelta(days=10)):
        sealing.seal()
        retention.retire()
        assert not Record.objects.exists() and verifying.verify().count == 0
        write(1)
        sealing.seal()
        assert Link.objects.get().number == 14 and verifying.verify().count == 0


def test_memory_is_bounded_by_the_batch(chain: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 5)
    assert verifying.verify().checked == 12


def test_many_findings_are_counted_not_all_told(chain: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "SHOWN", 2)
    Record.objects.update(reason="inny")
    code, words = run("verify")
    assert code == 1 and words.count("✗") == 3 and "i jeszcze 10" in words


def test_the_other_commands(chain: None) -> None:
    assert run("seal") == (0, "Opieczętowane wpisy: 1\n")
    assert len(run("heads")[1].splitlines()) == 2
    assert run("heads", "--publish", str(FIRST))[0] == 0
    assert run("heads", "--publish", "2020-01-01")[0] == 1 and run("heads", "--publish", "x")[0] == 1
    assert run("retire")[1].startswith("Usunięto: dni 0, wpisów 0")
