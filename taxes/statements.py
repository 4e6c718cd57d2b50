"""Ordering, making and keeping statements. The PDF is made by a worker: fifty pages take it several seconds."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.lib.dates import format_short
from eurzad.lib.pdf import html_to_pdf
from eurzad.lib.tables import csv_bytes
from eurzad.outbox.services import enqueue
from portal.mandates.policy import AccessDenied, Right, Viewer
from portal.people.models import Subject, User
from taxes.errors import LedgerError
from taxes.models import Instalment, InstalmentQuerySet, Statement
from taxes.selectors import statement as tables
from taxes.selectors.access import Reach, reach_of

PER_DAY = 10
KEEP = timedelta(days=1)
PDF_ROWS = 2_400
"""Rows of one PDF: what a worker makes well within its time; longer ones are for a spreadsheet."""
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Content:
    """What a statement says, ready to print."""

    title: str
    subject: Subject
    acting: str
    on: str
    conclusion: str
    parts: list[tables.Table]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(len(part.rows) for part in self.parts)


@transaction.atomic
def order(*, viewer: Viewer, kind: str, year: int) -> Statement:
    """Have a statement about the subject in view made; an equal one that still waits is given instead.

    Raises AccessDenied, and LedgerError when the user has ordered too many today.
    """
    reach_of(viewer, Right.SEE, viewer.subject)
    assert viewer.subject is not None
    User.objects.select_for_update().get(pk=viewer.user.pk)
    now = clock.now()
    of_day = Statement.objects.filter(user=viewer.user, created_at__gt=now - KEEP)
    same = of_day.filter(
        subject=viewer.subject,
        kind=kind,
        year=year,
        mandate_id=viewer.mandate_id,
        state=Statement.State.WAITING,
    ).first()
    if same:
        _have_made(same)
        return same
    if of_day.count() >= PER_DAY:
        raise LedgerError(
            _("Przez ostatnią dobę przygotowaliśmy już %d zestawień. Pobierz jedno z nich albo wróć jutro.")
            % PER_DAY,
            code="taxes.too_many_statements",
        )
    statement = Statement.objects.create(
        user=viewer.user,
        subject=viewer.subject,
        mandate_id=viewer.mandate_id,
        kind=kind,
        year=year,
        created_at=now,
    )
    _have_made(statement)
    return statement


def _have_made(statement: Statement) -> None:
    """Have a worker make it; nothing changes while a job of it is under way, one that was set aside is replaced."""
    key = f"taxes.statement:{statement.public_id}"
    enqueue("taxes.statement", key=key, statement_id=str(statement.public_id))


def make(statement_id: UUID) -> None:
    """Make an ordered statement; a second call changes nothing. Access is checked as it is now.

    A worker that was killed is followed by another, at most `ATTEMPTS` times. What fails by itself would fail
    again, so the statement says so at once; only a database that does not answer is waited for.
    """
    waiting = Statement.objects.filter(public_id=statement_id, state=Statement.State.WAITING)
    waiting.update(attempts=F("attempts") + 1)
    statement = waiting.select_related("user", "subject").first()
    if statement is None:
        return
    viewer = Viewer(statement.user, statement.mandate_id)
    if statement.attempts > ATTEMPTS or viewer.subject != statement.subject:
        waiting.update(state=Statement.State.FAILED)
        return
    try:
        reach = reach_of(viewer, Right.SEE, statement.subject)
    except AccessDenied:
        waiting.update(state=Statement.State.FAILED)
        return
    try:
        pdf = _pdf_of(statement, viewer, reach)
    except OperationalError:
        raise
    except Exception:
        waiting.update(state=Statement.State.FAILED)
        raise
    if pdf is None:
        waiting.update(state=Statement.State.TOO_LONG)
        return
    waiting.update(state=Statement.State.READY, content=pdf, reach=_as_json(reach), ready_at=clock.now())


def _pdf_of(statement: Statement, viewer: Viewer, reach: Reach) -> bytes | None:
    """Return the statement as PDF, in Polish; None when it is too long for one."""
    with translation.override("pl"):
        content = content_of(viewer, reach, statement.kind, statement.year)
        if content.rows > PDF_ROWS:
            return None
        return html_to_pdf(html_of(content), identifier=str(statement.public_id))


def content_of(viewer: Viewer, reach: Reach, kind: str, year: int) -> Content:
    """Read what a statement says about the subject in view."""
    subject = viewer.subject
    assert subject is not None
    today = clock.today()
    mine = Instalment.objects.for_subject(subject.pk, reach.areas, reach.receivables)
    return Content(
        title=_title(kind, year, today),
        subject=subject,
        acting=str(viewer.user) if viewer.acting_for else "",
        on=format_short(today),
        conclusion=tables.conclusion(mine, today) if kind == Statement.Kind.BALANCE else "",
        parts=_parts(mine, kind, year, today),
    )


def _title(kind: str, year: int, today: date) -> str:
    if kind == Statement.Kind.BALANCE:
        return _("Stan rozliczeń na dzień %s") % format_short(today)
    return _("Zestawienie za rok %d") % year


def _parts(mine: InstalmentQuerySet, kind: str, year: int, today: date) -> list[tables.Table]:
    if kind == Statement.Kind.BALANCE:
        return [tables.open_on(mine, today)]
    return [tables.charges(mine, year), tables.payments(mine, year)]


def html_of(content: Content) -> str:
    """Return the document to be printed."""
    context = {
        "content": content,
        "municipality": settings.MUNICIPALITY,
        "demo_mode": settings.DEMO_MODE,
        "made_at": clock.to_warsaw(clock.now()),
    }
    return render_to_string("taxes/statement_pdf.html", context)


def csv_of(viewer: Viewer, part: str, year: int) -> bytes:
    """Return one table (`charges`, `payments`, `open`) as CSV; raises AccessDenied."""
    reach = reach_of(viewer, Right.SEE, viewer.subject)
    assert viewer.subject is not None
    mine = Instalment.objects.for_subject(viewer.subject.pk, reach.areas, reach.receivables)
    made = {
        "charges": lambda: tables.charges(mine, year),
        "payments": lambda: tables.payments(mine, year),
        "open": lambda: tables.open_on(mine, clock.today()),
    }[part]()
    return csv_bytes(made.header, made.rows[: tables.CSV_ROWS])


def statement_for(viewer: Viewer, public_id: UUID) -> Statement:
    """Return a statement to whom it belongs, if they still see everything it tells; raises AccessDenied."""
    statement = Statement.objects.filter(public_id=public_id, user=viewer.user).first()
    if statement is None or viewer.subject is None or statement.subject_id != viewer.subject.pk:
        raise AccessDenied(Right.SEE)
    reach = reach_of(viewer, Right.SEE, viewer.subject)
    told = statement.reach
    areas_held = set(told.get("areas", ())) <= set(reach.areas)
    objects_held = all(
        reach.includes(area, UUID(one)) for area, ids in told.get("receivables", {}).items() for one in ids
    )
    if not (areas_held and objects_held):
        raise AccessDenied(Right.SEE, subject=viewer.subject)
    return statement


def kept_for(viewer: Viewer) -> list[Statement]:
    """Return the user's statements about the subject in view of the last day, newest first, without their bytes."""
    rows = Statement.objects.filter(
        user=viewer.user, subject=viewer.subject, created_at__gt=clock.now() - KEEP
    )
    return list(rows.defer("content")[:PER_DAY])


def tidy() -> int:
    """Remove statements older than a day; returns how many."""
    return Statement.objects.filter(created_at__lte=clock.now() - KEEP).delete()[0]


def _as_json(reach: Reach) -> dict[str, object]:
    return {
        "areas": list(reach.areas),
        "receivables": {area: sorted(str(one) for one in ids) for area, ids in reach.receivables.items()},
    }
