"""Personal data opens in a reasoned session: one per area, for half an hour, bound to the browser's session."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from eurzad.lib import clock
from portal.desk.errors import ReasonMissing
from portal.desk.models import Area, ReasonedSession, Template
from portal.journal.services import record
from portal.people.models import User

KEY = "desk_reasons"
"""In the session: area -> public id of the reasoned session."""
MIN_LETTERS = 10
MAX_TEXT = 200
_NUMBER_OF_PERSON = re.compile(r"(?<!\d)(?:\d[\s-]?){10}\d(?!\d)")
_CASE = re.compile(r"[\w./ -]{0,40}")


def clean_reason(text: str) -> str:
    """One line of a reason that says something. Raises ReasonMissing with a sentence for the form.

    The reason is kept in the journal for years, therefore without a person's number.
    """
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    letters = [sign.casefold() for sign in line if sign.isalpha()]
    if len(letters) < MIN_LETTERS or len(set(letters)) < 4:
        raise ReasonMissing(_("Napisz, po co otwierasz te dane: co najmniej 10 liter, jednym zdaniem."))
    if len(line) > MAX_TEXT:
        raise ReasonMissing(_("Skróć powód do %(count)d znaków.") % {"count": MAX_TEXT})
    if _NUMBER_OF_PERSON.search(line):
        raise ReasonMissing(_("Nie wpisuj numeru PESEL – powód zostaje w dzienniku. Podaj znak sprawy."))
    return line


def clean_case(number: str) -> str:
    """The number of a case, or nothing. Raises ReasonMissing."""
    line = number.strip()
    if not _CASE.fullmatch(line) or _NUMBER_OF_PERSON.search(line):
        raise ReasonMissing(
            _("Znak sprawy ma najwyżej 40 znaków: litery, cyfry, kropki, ukośniki i łączniki.")
        )
    return line


@transaction.atomic
def open_session(request: HttpRequest, area: Area, *, reason: str, case_number: str = "") -> ReasonedSession:
    """Open the data of one area for a while. The one that was open for it ends. Raises ReasonMissing."""
    text, case = clean_reason(reason), clean_case(case_number)
    user = cast(User, request.user)
    now = clock.now()
    _close(request, area)
    opened = ReasonedSession.objects.create(
        user=user, area=area, reason=text, case_number=case, opened_at=now,
        ends_at=now + timedelta(minutes=settings.DESK_REASON_MINUTES),
    )  # fmt: skip
    record(
        actor_id=user.public_id, subject_id=None, action="desk.reason", reference=str(opened.public_id),
        reason=opened.why,
    )  # fmt: skip
    request.session[KEY] = {**request.session.get(KEY, {}), str(area): str(opened.public_id)}
    return opened


@transaction.atomic
def end_session(request: HttpRequest, area: Area) -> bool:
    """End the look into an area before its time; False when none is open."""
    return _close(request, area)


def _close(request: HttpRequest, area: Area) -> bool:
    kept = dict(request.session.get(KEY, {}))
    public_id = kept.pop(str(area), None)
    request.session[KEY] = kept
    closed = ReasonedSession.objects.filter(
        public_id=public_id, user=cast(User, request.user), closed_at=None
    ).update(closed_at=clock.now())
    if closed:
        record(
            actor_id=cast(User, request.user).public_id, subject_id=None, action="desk.reason_end",
            reference=str(public_id),
        )  # fmt: skip
    return bool(closed)


def open_sessions(request: HttpRequest) -> dict[str, ReasonedSession]:
    """The looks that are open in this browser's session, by area; one query for a request, none without any."""
    found: dict[str, ReasonedSession] | None = getattr(request, "_desk_reasons", None)
    if found is None:
        ids: Iterable[str] = request.session.get(KEY, {}).values()
        rows = (
            ReasonedSession.objects.filter(
                public_id__in=list(ids),
                user=cast(User, request.user),
                closed_at=None,
                ends_at__gt=clock.now(),
            )
            if ids
            else ()
        )
        found = {row.area: row for row in rows}
        request._desk_reasons = found  # type: ignore[attr-defined]
    return found


def reason_of(request: HttpRequest, area: Area) -> str:
    """Why the data of an area is open, for the record of a read; empty when it is not."""
    opened = open_sessions(request).get(area)
    return opened.why if opened else ""


def templates(use: Template.Use) -> list[Template]:
    """The town's sentences for one use."""
    return list(Template.objects.filter(use=use, is_active=True)[:30])
