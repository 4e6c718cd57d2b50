"""Who sits at this browser, remembered between the simulated systems."""

from __future__ import annotations

from django.http import HttpRequest

from epuap.simulator import people
from epuap.simulator.people import Person


def remember_person(request: HttpRequest, person: Person) -> None:
    """Keep who signed in at the national node, so that the signing page offers them first."""
    request.session["person"] = person.as_dict()


def remembered_person(request: HttpRequest) -> Person | None:
    """Return who signed in at the national node or on ePUAP, if anybody."""
    stored = request.session.get("person")
    return Person(**stored) if stored else None


def enter_account(request: HttpRequest, person: Person) -> None:
    """Open a person's ePUAP account in this browser."""
    request.session["epuap_login"] = person.login
    remember_person(request, person)


def leave_account(request: HttpRequest) -> None:
    """Close the ePUAP account."""
    request.session.pop("epuap_login", None)


def account_owner(request: HttpRequest) -> Person | None:
    """Return whose ePUAP account is open."""
    persona = people.by_login(request.session.get("epuap_login", ""))
    return people.from_persona(persona) if persona else None
