"""AUTO_MATCH: who the ledger knows under the same PESEL and names sees their data at once; everybody else applies."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from eurzad.lib import clock
from eurzad.lib.identifiers import IdentifierError
from eurzad.lib.personas import ANNA, BORYS, CELINA, DEMO
from portal.journal.models import Record
from portal.people import matching, services, visitors
from portal.people.models import Identity, Subject, User
from tests.support.idp import Answer
from tests.support.pages import PageClient, check_page
from tests.support.people import make_resident, make_subject
from tests.support.signin import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def on(settings: Any) -> None:
    settings.AUTO_MATCH = True


def comes(**changes: str) -> Identity:
    """Anna signs in for the first time, with names as the provider knows them."""
    names = {"given_name": ANNA.given_name, "family_name": ANNA.family_name} | changes
    return services.sign_in_identity(
        scheme="pesel", identifier=ANNA.pesel, birth_date=ANNA.birth_date, **names
    )


def linked(identity: Identity) -> Subject | None:
    return Identity.objects.get(pk=identity.pk).subject


def test_off_unless_the_town_says_so() -> None:
    make_subject(ANNA)
    assert matching.match(comes()) is None


def test_at_once_and_told(on: None, visitor: Browser, settings: Any) -> None:
    subject = make_subject(ANNA)
    answer = Answer(pesel=ANNA.pesel, given_name="ANNA", family_name="WRZOS", birth_date="1868-04-12")
    visitor.sign_in(answer)
    identity = Identity.objects.get()
    assert (identity.subject, identity.subject_ground) == (subject, "automatic")
    page = visitor.client.get("/konto/")
    assert page.status_code == 200, page.get("Location")
    check_page(page)
    text = page.content.decode()
    assert "Połączyliśmy Twoje konto z danymi w ewidencji urzędu" in text
    assert "Nie masz jeszcze dostępu" not in text and "Anna Wrzos</span>" in text
    record = Record.objects.get(action="people.matched")
    assert (record.actor_id, record.subject_id, record.reference) == (None, subject.public_id, "")
    visitor.client.cookies.clear()
    visitor.sign_in(answer)
    assert Record.objects.filter(action="people.matched").count() == 1, "once"
    history = visitor.client.get("/konto/historia/").content.decode()
    assert "połączenie konta z danymi w ewidencji" in history


def test_by_default_one_applies(visitor: Browser, settings: Any) -> None:
    make_subject(ANNA)
    visitor.sign_in(Answer(pesel=ANNA.pesel, given_name="Anna", family_name="Wrzos", birth_date="1868-04-12"))
    assert Identity.objects.get().subject is None
    text = visitor.client.get("/konto/").content.decode()
    assert "Nie masz jeszcze dostępu" in text and f"{settings.ACCESS_DECISION_DAYS} dni" in text


@pytest.mark.parametrize(
    "names",
    [
        {"given_name": "Anna Maria"}, {"family_name": "WRZOS"}, {"given_name": "ANNA"}, {"family_name": "Wrzós"},
        {"given_name": " anna "},
    ],
)  # fmt: skip
def test_the_same_names_written_otherwise(on: None, names: dict[str, str]) -> None:
    subject = make_subject(ANNA)
    identity = comes(**names)
    assert matching.match(identity) == linked(identity) == subject


@pytest.mark.parametrize(
    "names",
    [
        {"given_name": "Hanna"}, {"family_name": "Wrzosek"}, {"family_name": "Wrzos-Młot"},
        {"given_name": "Maria Anna"},
        {"given_name": "-"}, {"family_name": "1"}, {"given_name": BORYS.given_name, "family_name": BORYS.family_name},
    ],
)  # fmt: skip
def test_other_names_are_for_a_clerk(on: None, names: dict[str, str]) -> None:
    make_subject(ANNA)
    identity = comes(**names)
    assert matching.match(identity) is None and linked(identity) is None
    assert not Record.objects.filter(action="people.matched").exists()


def test_names_with_strokes_and_hyphens(on: None) -> None:
    make_subject(ANNA)
    Subject.objects.update(family_name="Młot-Łuk")
    assert matching.match(comes(family_name="LUK MLOT")) is not None


def test_the_ledger_has_no_names(on: None) -> None:
    make_subject(ANNA)
    Subject.objects.update(given_name="")
    assert matching.match(comes()) is None


def test_nobody_in_the_ledger(on: None) -> None:
    make_subject(BORYS)
    assert matching.match(comes()) is None


def test_somebody_else_sees_it_already(on: None) -> None:
    subject = make_subject(ANNA)
    other = make_resident(CELINA, approved=False).identity
    services.link_identity(identity=other, subject=subject)
    identity = comes()
    assert matching.match(identity) is None
    assert linked(other) == subject


def test_who_is_linked_stays_so(on: None) -> None:
    make_subject(ANNA)
    identity = comes()
    own = make_subject(BORYS)
    services.link_identity(identity=identity, subject=own)
    assert matching.match(identity) is None and linked(identity) == own


def test_a_foreigner_applies(on: None) -> None:
    number = "DE/PL/12345678"
    services.create_subject(
        identifiers={"eidas": number}, kind="person", given_name="Greta", family_name="Berg"
    )
    identity = services.sign_in_identity(
        scheme="eidas", identifier=number, given_name="Greta", family_name="Berg", birth_date=None
    )
    assert matching.match(identity) is None


def test_never_a_visitor_of_the_demo(on: None) -> None:
    make_subject(DEMO)
    identity = visitors.create_visitor().identity
    Identity.objects.filter(pk=identity.pk).update(subject=None, subject_ground="", subject_since=None)
    assert matching.match(identity) is None
    persona = services.get_or_create_identity(
        scheme="pesel", identifier=DEMO.pesel, given_name="Jan", family_name="Przykładowy", birth_date=None
    )
    services.attach_user(identity=persona, user=User.objects.create(username="d", kind="demo"))
    assert matching.match(persona) is None


def test_a_staff_account_is_not_matched(on: None, ewa: User) -> None:
    make_subject(ANNA)
    identity = comes()
    services.attach_user(identity=identity, user=ewa)
    assert matching.match(identity) is None


# --- the link has a ground, and the database knows


@pytest.mark.parametrize(
    ("scheme", "ground", "fits"),
    [
        ("pesel", "clerk", True), ("pesel", "automatic", True), ("pesel", "demo", True), ("pesel", "", False),
        ("pesel", "hand", False), ("eidas", "clerk", True), ("eidas", "automatic", False), ("demo", "demo", True),
        ("demo", "clerk", False), ("demo", "automatic", False),
    ],
)  # fmt: skip
def test_no_link_without_a_ground(scheme: str, ground: str, fits: bool) -> None:
    identity, subject = comes(), make_subject(BORYS)
    rows = Identity.objects.filter(pk=identity.pk)
    change = {"scheme": scheme, "subject": subject, "subject_ground": ground, "subject_since": clock.now()}
    if fits:
        assert rows.update(**change) == 1
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)


def test_nothing_else_writes_the_link() -> None:
    from tests.architecture.tree import ROOT

    writers = set()
    for folder in ("portal", "taxes", "payments", "registers", "eurzad", "epuap"):
        for file in (ROOT / folder).rglob("*.py"):
            is_model = file.match("people/models.py") or "migrations" in file.parts
            if not is_model and "subject_ground=" in file.read_text():
                writers.add(str(file.relative_to(ROOT)))
    assert writers == {"portal/people/services.py", "portal/people/visitors.py"}


@pytest.mark.parametrize(
    ("kind", "scheme", "value"),
    [("organisation", "pesel", ANNA.pesel), ("organisation", "eidas", "DE/PL/1"), ("person", "krs", "1")],
)
def test_numbers_fit_the_kind(kind: str, scheme: str, value: str) -> None:
    names = {"name": "X"} if kind == "organisation" else {"family_name": "X"}
    with pytest.raises(IdentifierError):
        services.create_subject(identifiers={scheme: value}, kind=kind, **names)


def test_a_person_with_a_business_has_several_numbers() -> None:
    subject = services.create_subject(
        identifiers={"pesel": ANNA.pesel, "nip": "9990101011", "regon": "999010105"},
        kind="person",
        family_name="X",
    )
    for scheme, value in (("pesel", ANNA.pesel), ("nip", "999-010-10-11"), ("regon", "999010105")):
        assert services.find_subject(scheme, value) == subject


def test_a_page_says_a_name_as_it_is_written(pages: PageClient, anna: User) -> None:
    User.objects.filter(pk=anna.pk).update(first_name="ANNA MARIA", last_name="WRZOS-MŁOT")
    assert "Anna Maria Wrzos-Młot</span>" in pages.get("/konto/", user=anna).content.decode()
