"""Every address with everybody's ids, asked for by everybody else: nothing of one person is in another's answer."""

import io
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import transaction
from django.test import Client

from portal.access.models import AccessApplication
from portal.people.models import User
from tests.access.conftest import (
    _keys,
    filed,
    office_seal,
    soap_keys,
    the_application,
    tps,
    tps_seal,
)
from tests.support.idp import Idp
from tests.support.pages import PageClient
from tests.support.signin import idp
from tests.sweep import ids, town
from tests.sweep.town import Owner, Town, Viewer

__all__ = ["_keys", "filed", "idp", "office_seal", "soap_keys", "the_application", "tps", "tps_seal"]

pytestmark = pytest.mark.django_db

PRIVATE = ("/konto/", "/admin/")
LINKS = {"contact:confirm", "access:email"}
"""What a mailed link opens: whoever has it sees a page that tells nothing."""
PERSONAL = {
    "access",
    "taxes",
    "payments",
    "mandates",
    "inbox",
    "people",
    "notices",
    "registers",
    "channels",
    "outbox",
}
"""Apps whose tables hold personal data: a role with a right in none of them reads no word of anybody."""
FORM = {"action": "confirm", "decision": "approve", "text": "x", "reason": "x", "email": "x@example.test"}
"""What is posted everywhere: a try to decide."""
DRAFTS = ("/konto/wniosek/dla-kogo/", "/konto/wniosek/zalacznik/")
"""Editing one's own draft: who has none is sent to the application, whatever the id."""
PLACES = {"/konto/wniosek/": {"/konto/wniosek/"}, "/logowanie/": {"/logowanie/", "/logowanie/pracownik/"}}
NOBODYS_FILE = {"access:returned", "access:returned_unsigned"}
"""Addresses of tokens that are kept as hashes only: nobody's is known, so a false one is asked for."""


@pytest.fixture
def people(filed: AccessApplication, idp: Idp, settings: Any) -> Iterator[Town]:
    """The town, with an application that is with the clerks."""
    settings.PAYU_BASE_URL = "http://127.0.0.1:1"
    built = town.build()
    mail.outbox.clear()
    logging.disable(logging.CRITICAL)  # thousands of refusals
    yield built
    logging.disable(logging.NOTSET)


@dataclass
class Sweep:
    """Asks, and writes down what should not be."""

    town: Town
    pairs: int = 0
    problems: list[str] = field(default_factory=list)
    models: dict[str, set[str]] = field(default_factory=dict)
    """By name of an address, the tables whose ids its owners got an answer for."""
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    def ask(self, browser: "Browser", method: str, address: str) -> Any:
        """One request, all traces of which are taken back; the answer is searched for others' words."""
        answer = browser.ask(method, address)
        self.pairs += 1
        self.statuses[browser.viewer.key, answer.status_code] += 1
        said = f"{browser.viewer.key} {method.upper()} {address}"
        if answer.status_code >= 500:
            self.problems.append(f"{said}: {answer.status_code}")
        text = text_of(answer)
        if "zq" in text:
            found = sorted(word for word in browser.forbidden if word in text)
            if found:
                whose = [one.key for one in self.town.owners.values() if (one.names | one.words) & set(found)]
                self.problems.append(f"{said}: reads {found[:3]} of {whose}")
        return answer

    def expect(self, browser: "Browser", method: str, address: str, expected: set[int]) -> None:
        """One request whose status is given by a rule."""
        answer = self.ask(browser, method, address)
        to = "/konto/wniosek/" if address.startswith(DRAFTS) and browser.viewer.user else "/logowanie/"
        if (
            answer.status_code == 302
            and 302 in expected
            and answer["Location"].split("?")[0] not in PLACES[to]
        ):
            self.problems.append(f"{browser.viewer.key} {method} {address}: sent to {answer['Location']}")
        if answer.status_code not in expected:
            problem = f"{browser.viewer.key} {method.upper()} {address}: {answer.status_code}, not {sorted(expected)}"
            self.problems.append(problem)

    def finish(self, at_least: int) -> None:
        """Fail with everything that was found."""
        assert not self.problems, f"{len(self.problems)} of {self.pairs}:\n" + "\n".join(self.problems[:60])
        assert self.pairs >= at_least, self.pairs


class Browser:
    """A signed-in browser of a viewer, always as it was before."""

    numbers = iter(range(1, 10**9))

    def __init__(self, viewer: Viewer, people: Town, acts_for: str = "") -> None:
        self.viewer = viewer
        self.client = Client(raise_request_exception=False)
        if viewer.user is not None:
            PageClient(self.client).sign_in(viewer.user)
        self.cookies = {name: one.value for name, one in self.client.cookies.items()}
        seen = [people.owners[key] for key in viewer.sees]
        known = [people.owners[key] for key in viewer.knows]
        allowed = {word for one in seen for word in one.names | one.words} | {
            word for one in known for word in one.names
        }
        self.forbidden = {word for one in people.owners.values() for word in one.names | one.words} - allowed
        if may_read_everything(viewer):
            self.forbidden = set()

    def ask(self, method: str, address: str) -> Any:
        """Ask, and undo."""
        for name in list(self.client.cookies):
            del self.client.cookies[name]
        for name, value in self.cookies.items():
            self.client.cookies[name] = value
        number = next(self.numbers)
        place = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        undone = transaction.atomic()
        undone._from_testcase = True  # type: ignore[attr-defined]  # a read commits its record: here into this
        with undone:
            data = FORM if method == "post" else None
            answer = getattr(self.client, method)(address, data, REMOTE_ADDR=place)
            if answer.streaming:
                answer.content = b"".join(answer.streaming_content)
            transaction.set_rollback(True)
        return answer


def may_read_all_tables(viewer: Viewer) -> bool:
    """Whether nothing of the desk is closed to a viewer."""
    return viewer.user is not None and viewer.user.is_superuser


def may_read_everything(viewer: Viewer) -> bool:
    """Whether a member of staff has a right in an app with personal data: what they see is their desk's affair."""
    if not viewer.is_staff or viewer.user is None:
        return False
    if viewer.user.is_superuser:
        return True
    rights = Permission.objects.filter(group__user=viewer.user, content_type__app_label__in=PERSONAL)
    return rights.exists()


def text_of(answer: Any) -> str:
    """What an answer says, headers too, in small letters; of a PDF what can be read in it."""
    content, kind = answer.content, answer.get("Content-Type", "")
    if kind.startswith("application/pdf") and b"Zqpapierk" not in content:
        from pypdf import PdfReader

        said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    else:
        said = content.decode(errors="replace")
    return f"{said} {answer.headers}".lower()


def shared(viewer: Viewer, people: Town, owner: Owner) -> Owner:
    """The owner's rows that are not the viewer's as well (a mandate belongs to both sides)."""
    mine = [people.owners[key].rows for key in viewer.sees]
    left = {
        model: keys - set().union(*(rows.get(model, set()) for rows in mine))
        for model, keys in owner.rows.items()
    }
    return Owner(owner.key, owner.user, left, owner.names, owner.words)


def foreign(people: Town) -> Iterator[tuple[Viewer, Owner]]:
    """Everybody with everybody whose data is not theirs."""
    for viewer in people.viewers.values():
        for owner in people.owners.values():
            if owner.key not in viewer.sees:
                yield viewer, owner


def test_every_variable_of_an_address_is_known() -> None:
    assert not ids.unknown(), (
        "Say in tests/sweep/ids.py to whom these belong, so that the sweep asks for them."
    )


def ask_for_ids_of_others(people: Town, sweep: "Sweep", browsers: dict[str, "Browser"]) -> None:
    """Outside the desk: somebody else's is not found, whoever asks and how; anonymous people sign in first."""
    owned = [one for one in ids.ADDRESSES if ids.is_owned(one[2]) and not one[2].startswith("/admin/")]
    for viewer, owner in foreign(people):
        if viewer.is_staff and owner.key not in ("anna", "celina", "company"):
            continue  # outside the desk the staff are strangers, all alike
        theirs = shared(viewer, people, owner)
        for name, entry, route in owned:
            if not route.startswith(PRIVATE):
                continue
            expected = {404, 405}
            if name in LINKS:
                expected = {200, 403, 410}
            elif viewer.user is None:
                expected = {302, 404, 405}
            elif owner.key in viewer.knows:
                expected = {403, 404, 405}
            if route.startswith(DRAFTS):
                expected |= {302}
            models = sweep.models.get(name)
            found = ids.addresses_of(theirs, name, entry, route, most=1, models=models)
            for address, _model in found if models else found[:1]:
                for method in ("get", "post"):
                    sweep.expect(browsers[viewer.key], method, address, expected)


def ask_for_ones_own(people: Town, sweep: "Sweep", browsers: dict[str, "Browser"]) -> None:
    """The ids are real: their owners get answers, and find their own words in them."""
    read: set[str] = set()
    answered: set[str] = set()
    asked: set[str] = set()
    for key in ("anna", "damian", "celina", "visitor"):
        browser, owner = browsers[key], people.owners[key]
        for name, entry, route in ids.ADDRESSES:
            if (
                not route.startswith(("/konto/", "/kalendarz/"))
                or not ids.is_owned(route)
                or name in NOBODYS_FILE
            ):
                continue
            for address, model in ids.addresses_of(owner, name, entry, route, most=1):
                asked.add(name)
                answer = sweep.ask(browser, "get", address)
                if answer.status_code == 405:
                    answer = sweep.ask(browser, "post", address)
                if answer.status_code in (200, 302, 303):
                    answered.add(name)
                    sweep.models.setdefault(name, set()).add(model)
                read |= {word for word in owner.words if word in text_of(answer)}
    assert len(read) > 20, (
        "the words of owners are on their pages, or searching others' for them proves nothing"
    )
    missing = sorted(asked - answered - NEVER_THERE)
    assert not missing, f"nobody has one of these, so nothing was proved of them: {missing}"


NEVER_THERE = {
    "access:signature_file",
    "access:elsewhere",
    "access:xml_to_sign",
    "access:pdf_to_sign",
    "mandates:revocation_pdf",
    "taxes:overpayment_letter",
    "taxes:paper",
}
"""What an application or a mandate has in another state than those of the town; asked for all the same."""


def ask_for_pages_without_ids(people: Town, sweep: "Sweep", browsers: dict[str, "Browser"]) -> None:
    """Lists, counts, searches, files, errors: everybody asks for every one, and reads their own words only."""
    plain = sorted({ids.plain_address(route) for _n, _e, route in ids.ADDRESSES if not ids.is_owned(route)})
    words = sorted(people.owners["anna"].names)[0][:6]
    searches = [
        f"/szukaj/?q={words}",
        f"/mienie/?q={words}",
        f"/rejestry/umowy/?q={words}",
        "/nie-ma/",
        "/konto/x/",
    ]
    for viewer in people.viewers.values():
        browser = browsers[viewer.key]
        for address in [*plain, *searches]:
            if address.startswith("/admin/"):
                continue
            for method in ("get", "post") if viewer.key in ("borys", "celina", "anonymous") else ("get",):
                sweep.ask(browser, method, address)


def ask_for_the_desk(people: Town, sweep: "Sweep", browsers: dict[str, "Browser"]) -> None:
    """For residents there is none, for the anonymous its sign-in; staff get what their role has a right to."""
    desk = [one for one in ids.ADDRESSES if one[2].startswith("/admin/")]
    for viewer in people.viewers.values():
        if viewer.key not in ("anna", "anonymous") and (not viewer.is_staff or may_read_all_tables(viewer)):
            continue
        browser, rights = browsers[viewer.key], rights_of(viewer.user)
        for name, entry, route in desk:
            for address, app in desk_addresses(people, name, entry, route):
                for method in ("get", "post") if viewer.key == "nobody of the staff" else ("get",):
                    expected = {302} if viewer.user is None else {404}
                    if viewer.is_staff:
                        sweep.ask(browser, method, address) if app in rights or not app else sweep.expect(
                            browser, method, address, {403, 404, 405}
                        )
                    else:
                        sweep.expect(browser, method, address, expected)


def desk_addresses(people: Town, name: str, entry: Any, route: str) -> Iterator[tuple[str, str]]:
    """Addresses of the desk and the app whose right they need (empty: anybody's of the staff)."""
    if "(?P<url>" in route:
        return
    models = ids.models_of(name, entry)
    app = models[0]._meta.app_label if models and name.startswith("admin:") else ""
    if not ids.is_owned(route):
        yield ids.plain_address(route), app
        return
    for key in ("anna", "celina"):
        for address, _model in ids.addresses_of(people.owners[key], name, entry, route, most=1):
            yield address, app


def rights_of(user: User | None) -> set[str]:
    """Apps in which a member of staff has any right."""
    if user is None:
        return set()
    return set(Permission.objects.filter(group__user=user).values_list("content_type__app_label", flat=True))


def test_nothing_of_one_person_is_in_the_answer_to_another(people: Town) -> None:
    """The sweep: at least 3,000 pairs of somebody else's address and a viewer, and everything around them."""
    sweep, browsers = Sweep(people), {key: Browser(one, people) for key, one in people.viewers.items()}
    ask_for_ones_own(people, sweep, browsers)
    before = sweep.pairs
    ask_for_ids_of_others(people, sweep, browsers)
    assert sweep.pairs - before >= 3000, sweep.pairs - before
    ask_for_pages_without_ids(people, sweep, browsers)
    ask_for_the_desk(people, sweep, browsers)
    sweep.finish(4500)
