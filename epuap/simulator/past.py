"""What residents sent to the office before the demo began: written, signed and sent with the clock set back."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.conf import settings

from epuap.simulator import accounts, people, signing
from epuap.simulator.people import Person
from eurzad.lib import clock
from eurzad.lib.personas import HENRYK, JADWIGA, KAROL, Persona

_SENT = (
    (KAROL, 19, time(9, 41), "podpiszp"),
    (JADWIGA, 12, time(18, 5), "qualified"),
    (HENRYK, 4, time(10, 20), "epsignature"),
)
"""Who, how many days ago, at what time (Warsaw), with which signature; oldest first, as the queue is read."""


def send_applications() -> int:
    """Send each of them once; return how many were sent now."""
    return sum(_send(*entry) for entry in _SENT)


def _send(persona: Persona, days_ago: int, at: time, kind: str) -> bool:
    person = people.from_persona(persona)
    if accounts.outbox(person).exists():
        return False
    day = clock.today() - timedelta(days=days_ago)
    with clock.frozen(datetime.combine(day, at, clock.WARSAW)):
        _write_sign_send(person, kind)
    return True


def _write_sign_send(person: Person, kind: str) -> None:
    values = {**accounts.known_address(person), "phone": "", "email": "", "reasons": ""}
    draft = accounts.write_application(person, values)
    signing.sign(accounts.leave_for_signing(draft, return_url=settings.SIM_BASE_URL), person, kind)
    accounts.send(person, draft)
