"""Who looked at my data: the owner, an attorney, a stranger, somebody not signed in."""

import ast
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.journal import words
from portal.journal.services import record
from portal.mandates.models import Mandate
from portal.people.models import User
from tests.architecture.tree import modules, name_of
from tests.support.pages import PageClient

URL = "/konto/historia/"
RECORDERS = ("record", "record_read", "journal", "get_payment_for")
Grant = Callable[..., Mandate]


def text(pages: PageClient, url: str = URL) -> str:
    return pages.get(url).content.decode()


def note(actor: User | None, owner: User, action: str, **more: str) -> None:
    actor_id = actor.public_id if actor else None
    record(actor_id=actor_id, subject_id=owner.identity.subject.public_id, action=action, **more)


@pytest.fixture
def looked(anna: User, borys: User, ewa: User) -> None:
    """Anna looked herself, her attorney looked and paid, a clerk read her application, the portal booked."""
    note(anna, anna, "receivables.read", reference="WLASNE-1")
    note(borys, anna, "receivables.read", reference="NALEZNOSC-1")
    note(borys, anna, "payments.create", reference="PLATNOSC-1")
    note(None, anna, "payments.settle", reference="PLATNOSC-1")
    record(
        actor_id=ewa.public_id, subject_id=anna.identity.public_id, action="access.read",
        reference="WD.1.2026", reason="Rozpatrzenie wniosku",
    )  # fmt: skip


@pytest.mark.usefixtures("looked")
def test_the_owner_reads_who_looked_when_and_why(
    pages: PageClient, anna: User, borys: User, ewa: User
) -> None:
    pages.sign_in(anna)
    page = text(pages)
    for said in (
        f"Twój pełnomocnik: {borys.identity.full_name}", "NALEZNOSC-1", "rozpoczęcie płatności",
        f"Pracownik urzędu: {ewa}", "WD.1.2026", "Rozpatrzenie wniosku", "Portal (samoczynnie)",
    ):  # fmt: skip
        assert said in page
    assert "WLASNE-1" not in page and "WLASNE-1" in text(pages, f"{URL}?wszystko=1")


@pytest.mark.usefixtures("looked")
def test_an_attorney_sees_the_areas_of_the_mandate_only(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(borys)
    assert "NALEZNOSC-1" not in text(pages, f"{URL}?wszystko=1"), "not chosen yet"
    pages.post("/konto/upowaznienia/dzialaj/", {"mandate": str(mandate.public_id)})
    page = text(pages, f"{URL}?wszystko=1")
    assert "NALEZNOSC-1" in page and "WLASNE-1" in page
    assert "PLATNOSC-1" not in page and "WD.1.2026" not in page


@pytest.mark.usefixtures("looked")
def test_an_attorney_of_one_object_finds_no_page(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    Mandate.objects.filter(pk=mandate.pk).update(object_kind="receivable", object_id=uuid.uuid4())
    pages.sign_in(borys)
    pages.post("/konto/upowaznienia/dzialaj/", {"mandate": str(mandate.public_id)})
    assert pages.client.get(URL).status_code == 404


@pytest.mark.usefixtures("looked")
def test_strangers_and_staff_see_nothing_of_it(pages: PageClient, celina: User, filip: User) -> None:
    for user in (celina, filip):
        pages.sign_in(user, opens_data=False)
        page = text(pages, f"{URL}?wszystko=1")
        assert (
            not any(mark in page for mark in ("NALEZNOSC", "PLATNOSC", "WD.1")) and "ani innych osób" in page
        )


@pytest.mark.usefixtures("looked")
def test_the_anonymous_are_sent_to_sign_in(pages: PageClient) -> None:
    answer = pages.client.get(URL)
    assert answer.status_code == 302 and answer["Location"].startswith("/logowanie/")


def test_pages_and_queries_do_not_grow(pages: PageClient, anna: User, borys: User, ewa: User) -> None:
    note(borys, anna, "payments.read")
    pages.sign_in(anna)
    with CaptureQueriesContext(
        connection,
    ) as before:
        text(pages)
    for number in range(60):
        note((borys, ewa)[number % 2], anna, "payments.read", reference=f"P-{number}.")
    with CaptureQueriesContext(connection) as after:
        page = text(pages)
    assert len(after) == len(before) <= 9
    assert "P-59." in page and "P-30." not in page and "Strona 1 z 3" in page
    assert "P-0." in text(pages, f"{URL}?page=3")


def actions() -> set[tuple[str, str]]:
    """Every action that the code records, as written, with where."""
    found: set[tuple[str, str]] = set()
    for path, source in modules():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and _name(node.func) in (
                "record",
                "record_read",
                "journal",
                "get_payment_for",
            ):
                found |= {
                    (keyword.value.value, name_of(path))
                    for keyword in node.keywords
                    if keyword.arg == "action" and isinstance(keyword.value, ast.Constant)
                }
    return found


def _name(function: Any) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def test_every_action_has_words() -> None:
    assert len(actions()) >= 6
    assert {(action, where) for action, where in actions() if action and action not in words.known()} == set()
