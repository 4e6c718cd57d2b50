"""The sealer, the heads of days, and how they leave the machine."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from eurzad.lib import clock
from eurzad.outbox import registry
from eurzad.outbox.models import Job
from portal.journal import publishing, rules, sealing, signing
from portal.journal.models import Head, Link, Record
from portal.journal.services import record, record_read
from tests.journal.support import at, write

pytestmark = pytest.mark.django_db


def test_a_record_waits_for_the_sealer(seal_keys: None) -> None:
    write(3)
    assert Record.objects.count() == 3 and not Link.objects.exists()
    assert sealing.seal() == 3 and sealing.seal() == 0
    links = list(Link.objects.all())
    assert [link.number for link in links] == [1, 2, 3]
    assert links[0].previous == rules.GENESIS
    assert [link.previous for link in links[1:]] == [link.hash for link in links[:-1]]
    write(1)
    assert sealing.seal() == 1
    assert Link.objects.get(number=4).previous == links[-1].hash


def test_more_than_a_batch(seal_keys: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 2)
    monkeypatch.setattr(sealing, "RUN_BATCHES", 2)
    write(7)
    assert sealing.seal() == 4, "one run is bounded"
    assert sealing.seal(whole=True) == 3
    assert list(Link.objects.values_list("number", flat=True)) == list(range(1, 8))


def test_the_sealer_runs_at_least_every_minute() -> None:
    (found,) = [one for one in registry.periodic() if one.name == "journal.seal"]
    assert found.seconds <= 55, "beat looks every 5 seconds"


@pytest.mark.django_db(transaction=True)
def test_a_read_stays_when_the_view_fails_and_is_refused_inside_a_transaction() -> None:
    with pytest.raises(ZeroDivisionError):
        record_read(actor_id=None, subject_id=None, action="a.read")
        with transaction.atomic():
            record(actor_id=None, subject_id=None, action="a.write")
            raise ZeroDivisionError
    assert list(Record.objects.values_list("action", flat=True)) == ["a.read"]
    with pytest.raises(RuntimeError), transaction.atomic():
        record_read(actor_id=None, subject_id=None, action="a.read")


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)])
def test_a_day_ends_at_midnight_in_warsaw_when_the_clock_changes(
    seal_keys: None, day: date, hours: int
) -> None:
    begins, ends = at(day, 0, 0), at(day + timedelta(days=1), 0, 0)
    assert ends - begins == timedelta(hours=hours)
    for moment in (begins, at(day, 12, 0), ends):
        for when in (moment - timedelta(seconds=1), moment):
            with clock.frozen(when):
                write(1)
                sealing.seal()
    on_day = Link.objects.filter(day=day)
    head = Head.objects.get(day=day)
    assert (on_day.count(), head.count, head.number) == (4, 4, 5)
    assert head.hash == Link.objects.get(number=5).hash


def test_every_day_has_a_head_also_the_empty_ones(seal_keys: None) -> None:
    with clock.frozen(date(2026, 5, 4)):
        write(2)
        sealing.seal()
    with clock.frozen(date(2026, 5, 8)):
        sealing.seal()
    found = Head.objects.order_by("day").values_list("day", "number", "count")
    assert list(found) == [(date(2026, 5, day), 2, 2 if day == 4 else 0) for day in range(4, 8)]
    assert len(set(Head.objects.values_list("hash", flat=True))) == 1


def test_a_record_that_comes_late_belongs_to_the_day_still_open(seal_keys: None) -> None:
    with clock.frozen(at(date(2026, 5, 4), 23, 59)):
        write(1)
    with clock.frozen(date(2026, 5, 5)):
        write(1)
        sealing.seal()
    with clock.frozen(at(date(2026, 5, 4), 23, 58)):
        write(1)
    with clock.frozen(date(2026, 5, 5)):
        sealing.seal()
    assert list(Link.objects.values_list("day", flat=True)) == [
        date(2026, 5, 4),
        date(2026, 5, 5),
        date(2026, 5, 5),
    ]


def test_a_clock_that_ran_ahead_does_not_close_the_days_to_come(seal_keys: None) -> None:
    with clock.frozen(date(2031, 1, 1)):
        write(1)
    with clock.frozen(date(2026, 5, 4)):
        sealing.seal()
        assert Link.objects.get().day == date(2026, 5, 4)


def test_the_head_leaves_the_machine(
    seal_keys: None, run_jobs: Callable[..., int], settings: Any, tmp_path: Path
) -> None:
    settings.PORTAL_DIR = tmp_path
    with clock.frozen(date(2026, 5, 4)):
        write(2)
        sealing.seal()
    with clock.frozen(date(2026, 5, 5)):
        sealing.seal()
        assert Job.objects.filter(name__startswith="journal.").count() == 2
        run_jobs()
    head = Head.objects.get()
    written = (tmp_path / "journal" / "2026-05-04.txt").read_text()
    (sent,) = mail.outbox
    assert sent.to == [settings.JOURNAL_AUDITOR_EMAIL] and "04.05.2026" in sent.subject
    for text in (written, sent.body):
        found = publishing.read_published(text)
        assert (found.day, found.number, found.count, found.hash) == (head.day, 2, 2, head.hash)
        with pytest.raises(signing.BadSignature):
            publishing.read_published(text.replace('"count":2', '"count":3'))
    publishing.write_head("2026-05-04")
    assert [file.name for file in (tmp_path / "journal").iterdir()] == ["2026-05-04.txt"]


def test_mail_that_is_not_taken_is_tried_again(
    seal_keys: None, run_jobs: Callable[..., int], settings: Any, tmp_path: Path
) -> None:
    settings.PORTAL_DIR = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with clock.frozen(date(2026, 5, 4)):
        write(1)
        sealing.seal()
    with clock.frozen(date(2026, 5, 5)):
        sealing.seal()
        run_jobs()
        assert Job.objects.get(name="journal.mail_head").state == Job.State.WAITING
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        run_jobs(force=True)
        assert len(mail.outbox) == 1


def test_without_the_key_records_are_sealed_and_the_day_waits(seal_keys: None, settings: Any) -> None:
    from eurzad.lib.errors import PermanentError

    with clock.frozen(date(2026, 5, 4)):
        write(1)
    right, settings.SEAL_KEY = settings.SEAL_KEY, Path("/nowhere/seal.key")
    with clock.frozen(date(2026, 5, 5)):
        with pytest.raises(PermanentError):
            sealing.seal()
        assert Link.objects.count() == 1 and not Head.objects.exists()
        settings.SEAL_KEY = right
        sealing.seal()
        assert Head.objects.count() == 1


def test_the_hash_covers_every_field() -> None:
    values: list[object] = [1, "u", datetime(2026, 1, 1, tzinfo=UTC), None, None, "a", "r", "w", 7]
    assert len(values) == len(rules.RECORD_FIELDS) == len(Record._meta.concrete_fields)

    def of(changed: list[object], **other: object) -> str:
        whole = {"number": 1, "previous": "p", "day": date(2026, 1, 1), "sealed_at": values[2], **other}
        return rules.link_hash(values=changed, **whole)  # type: ignore[arg-type]

    seen = {of(values)}
    for place in range(len(values)):
        seen.add(of([*values[:place], "another", *values[place + 1 :]]))
    seen |= {of(values, number=2), of(values, previous="q"), of(values, day=date(2026, 1, 2))}
    seen.add(of(values, sealed_at=datetime(2026, 1, 2, tzinfo=UTC)))
    assert len(seen) == 1 + len(values) + 4
