"""The sealer: numbers and chains what requests only inserted, and signs each day that has ended.

One at a time: under an advisory lock on PostgreSQL; SQLite has one writer anyway (its transactions begin IMMEDIATE).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BigIntegerField, Exists, Func, Max, Min, OuterRef, Q, QuerySet

from eurzad.lib import clock
from eurzad.outbox.services import enqueue
from portal.journal import rules, signing
from portal.journal.models import Head, Link, Record

BATCH = 2000
RUN_BATCHES = 20
"""So many batches at most in one background run, which has 25 seconds."""
LOCK = 0x6A6F75726E616C
"""Key of the advisory lock (the word "journal")."""
DAYS_AT_ONCE = 400


def seal(*, whole: bool = False) -> int:
    """Seal what is ready, then sign the days that have ended; return how many records were sealed.

    `whole` goes on until nothing is left, however long that takes. Raises PermanentError when the seal's key cannot
    be read; what was sealed stays sealed.
    """
    # Once a day the whole table is searched, so that a record with a wrong transaction number waits a day at most.
    everywhere = whole or next(_days_to_close(), None) is not None
    total = 0
    for batch in count():
        if batch == RUN_BATCHES and not whole:
            return total
        done = _seal_batch(everywhere=everywhere)
        if done is None:
            return total
        total += done
        if done < BATCH:
            break
    for day in list(_days_to_close())[:DAYS_AT_ONCE]:
        if not _close(day):
            break
    return total


def unsealed() -> QuerySet[Record]:
    """Records without a number yet, oldest transaction first."""
    return Record.objects.filter(~Exists(Link.objects.filter(record=OuterRef("pk")))).order_by("xact", "pk")


def last_of_chain() -> tuple[int, str, date | None]:
    """Return number, hash and day that the next record follows: the last link's, or the last head's."""
    head = Head.objects.order_by("-day").first()
    link = Link.objects.order_by("-number").first()
    floor = head.day + timedelta(days=1) if head else None
    if link is not None and (head is None or link.number >= head.number):
        return link.number, link.hash, max(link.day, floor or link.day)
    return (head.number, head.hash, floor) if head else (0, rules.GENESIS, None)


def _locked() -> bool:
    """Become the only sealer until the transaction ends; False when another one is at work."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _ready(*, everywhere: bool) -> Q:
    """What may be numbered: records of transactions older than the oldest running one.

    A number this server has yet to give out came with a restored backup: its transaction is long over.
    """
    if connection.vendor != "postgresql":
        return Q() if everywhere else Q(pk__gt=Link.objects.aggregate(last=Max("record_id"))["last"] or 0)
    # Both edges are of the snapshot that the rows are read in: what began after an earlier one would look restored.
    oldest_running, next_one = (_SnapshotEdge(edge=edge) for edge in ("xmin", "xmax"))
    ready = Q(xact__lt=oldest_running) | Q(xact__gte=next_one)
    last = Link.objects.order_by("-number").values_list("record__xact", flat=True).first()
    if everywhere or last is None or Record.objects.filter(xact=last, xact__gte=next_one).exists():
        return ready
    return ready & Q(xact__gte=last)


class _SnapshotEdge(Func):
    """`xmin` (the oldest running transaction) or `xmax` (the next one) of the statement's own snapshot."""

    template = "(pg_snapshot_%(edge)s(pg_current_snapshot())::text::bigint)"
    arity = 0
    output_field = BigIntegerField()


@transaction.atomic
def _seal_batch(*, everywhere: bool) -> int | None:
    """Seal up to BATCH records; None when another sealer is at work."""
    if not _locked():
        return None
    rows = list(unsealed().filter(_ready(everywhere=everywhere)).values_list(*rules.RECORD_FIELDS)[:BATCH])
    if not rows:
        return 0
    number, previous, floor = last_of_chain()
    now, today = clock.now(), clock.today()
    links: list[Link] = []
    for values in rows:
        number += 1
        floor = rules.day_of(written_on=_day(values[2]), floor=floor, today=today)
        own = rules.link_hash(number=number, previous=previous, day=floor, sealed_at=now, values=values)
        links.append(
            Link(number=number, record_id=values[0], day=floor, sealed_at=now, previous=previous, hash=own)
        )
        previous = own
    Link.objects.bulk_create(links)
    return len(links)


def _day(moment: datetime) -> date:
    return clock.to_warsaw(moment).date()


def _days_to_close() -> Iterator[date]:
    """The days from the first one without a head to yesterday."""
    last = Head.objects.aggregate(last=Max("day"))["last"]
    day = last + timedelta(days=1) if last else Link.objects.aggregate(first=Min("day"))["first"]
    while day is not None and day < clock.today():
        yield day
        day += timedelta(days=1)


@transaction.atomic
def _close(day: date) -> bool:
    """Sign the end of a day and let it leave the machine; False when another sealer is at work or did it."""
    if not _locked() or Head.objects.filter(day__gte=day).exists():
        return False
    last = Link.objects.filter(day__lte=day).order_by("-number").first()
    before = Head.objects.order_by("-day").first()
    number, own = (last.number, last.hash) if last else (0, rules.GENESIS)
    if before is not None and before.number > number:
        number, own = before.number, before.hash
    statement = rules.Statement(
        day=day,
        number=number,
        count=Link.objects.filter(day=day).count(),
        hash=own,
        certificate=signing.fingerprint(),
    )
    Head.objects.create(
        day=day,
        number=number,
        count=statement.count,
        hash=own,
        statement=statement.text(),
        signature=signing.sign(statement.text()),
        signed_at=clock.now(),
    )
    publish(day)
    return True


def publish(day: date) -> None:
    """Let a day's head leave the machine (again): a mail to the auditor and a file for print, each a job."""
    enqueue("journal.write_head", key=f"journal.write_head:{day}", day=day.isoformat())
    if settings.JOURNAL_AUDITOR_EMAIL:
        enqueue("journal.mail_head", key=f"journal.mail_head:{day}", day=day.isoformat())
