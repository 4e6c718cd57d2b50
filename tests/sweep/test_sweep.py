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
from portal.desk.roles import Role
from portal.people.models import User
from tests.support.idp import Idp
from tests.support.pages import PageClient
from tests.sweep import ids, town
from tests.sweep.town import Owner, Town, Viewer

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
"""Editing one's own draft: who has none (any more) is sent to the application, whatever the id."""
PLACES = {"/konto/wniosek/": {"/konto/wniosek/"}, "/logowanie/": {"/logowanie/", "/logowanie/pracownik/"}}
RESIDENTS = ("anna", "borys", "celina", "damian", "grazyna", "irena", "visitor")
STAFF = ("nobody of the staff", "superuser", *(f"staff: {role.value}" for role in Role))
VIEWERS = {**dict.fromkeys(RESIDENTS, 200), "anonymous": 300, **dict.fromkeys(STAFF, 165)}
"""Who asks, and for how many ids of others at least."""
STAFF_ASK_FOR = ("anna", "celina", "borys")
WITHOUT_REASON = {
    "access_accessapplication_changelist": "the queue is work: a name and no number (ADR 0017)",
    "access_accessapplication_claim": "taking a case from the queue shows nothing and says what was taken",
    "access_accessapplication_release": "the same, put back",
    "inbox_inbounddocument_changelist": "the mailbox is work: who wrote and about what (ADR 0017)",
    "inbox_outboundletter_changelist": "the same of what goes out",
}
"""Pages of the desk that name people and need no reason, and why."""
NOBODYS_FILE = {"access:returned", "access:returned_unsigned"}
"""Addresses of tokens that are kept as hashes only: nobody's is known, so a false one is asked for."""


@pytest.fixture(scope="module")
def people(_keys: None, filed: AccessApplication, idp: Idp, settings: Any) -> Iterator[Town]:
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

    def __init__(self, viewer: Viewer, people: Town, *, opens_data: bool = True) -> None:
        self.viewer = viewer
        self.client = Client(raise_request_exception=False)
        if viewer.user is not None:
            PageClient(self.client).sign_in(viewer.user, opens_data=opens_data)
        self.cookies = {name: one.value for name, one in self.client.cookies.items()}
        seen = [people.owners[key] for key in viewer.sees]
        known = [people.owners[key] for key in viewer.knows]
        allowed = {word for one in seen for word in one.names | one.words} | {
            word for one in known for word in one.names
        }
        self.forbidden = {word for one in people.owners.values() for word in one.names | one.words} - allowed
        if opens_data and may_read_everything(viewer):
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


def foreign(viewer: Viewer, people: Town) -> Iterator[Owner]:
    """Everybody whose data is not the viewer's."""
    return (owner for owner in people.owners.values() if owner.key not in viewer.sees)


def test_every_variable_of_an_address_is_known() -> None:
    assert not ids.unknown(), (
        "Say in tests/sweep/ids.py to whom these belong, so that the sweep asks for them."
    )


def ask_for_ids_of_others(people: Town, sweep: "Sweep", browser: "Browser") -> None:
    """Outside the desk: somebody else's is not found, whoever asks and how; anonymous people sign in first."""
    viewer = browser.viewer
    owned = [one for one in ids.ADDRESSES if ids.is_owned(one[2]) and one[2].startswith(PRIVATE[0])]
    for owner in foreign(viewer, people):
        if viewer.is_staff and owner.key not in ("anna", "celina", "company"):
            continue  # outside the desk the staff are strangers, all alike
        theirs = shared(viewer, people, owner)
        for name, entry, route in owned:
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
                    sweep.expect(browser, method, address, expected)


def ask_for_ones_own(people: Town, sweep: "Sweep") -> None:
    """The ids are real: their owners get answers, and find their own words in them."""
    read: set[str] = set()
    answered: set[str] = set()
    asked: set[str] = set()
    for key in ("anna", "damian", "celina", "visitor"):
        browser, owner = Browser(people.viewers[key], people), people.owners[key]
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


def ask_for_pages_without_ids(people: Town, sweep: "Sweep", browser: "Browser") -> None:
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
    methods = ("get", "post") if browser.viewer.key in ("borys", "celina", "anonymous") else ("get",)
    for address in [*plain, *searches]:
        if not address.startswith("/admin/"):
            for method in methods:
                sweep.ask(browser, method, address)


DESK = [one for one in ids.ADDRESSES if one[2].startswith("/admin/")]


def ask_for_the_desk(people: Town, sweep: "Sweep", browser: "Browser") -> None:
    """For residents there is none, for the anonymous its sign-in; staff get what their role has a right to."""
    viewer = browser.viewer
    if may_read_all_tables(viewer):
        return
    rights = rights_of(viewer.user)
    owners = STAFF_ASK_FOR if viewer.is_staff else STAFF_ASK_FOR[:1]
    methods = ("get",) if rights else ("get", "post")
    for name, entry, route in DESK:
        for address, app in desk_addresses(people, name, entry, route, owners):
            for method in methods:
                if viewer.is_staff and (app in rights or not app):
                    sweep.ask(browser, method, address)
                elif viewer.is_staff:
                    sweep.expect(browser, method, address, {403, 404, 405})
                else:
                    sweep.expect(browser, method, address, {302} if viewer.user is None else {404})


def ask_for_the_desk_without_a_reason(people: Town, sweep: "Sweep", viewer: Viewer) -> None:
    """Who has the rights but gave no reason reads nothing personal, but for what the table says."""
    browser = Browser(viewer, people, opens_data=False)
    everything = browser.forbidden
    for name, entry, route in DESK:
        browser.forbidden = set() if name.removeprefix("admin:") in WITHOUT_REASON else everything
        for address, _app in desk_addresses(people, name, entry, route, STAFF_ASK_FOR):
            sweep.ask(browser, "get", address)


def desk_addresses(
    people: Town, name: str, entry: Any, route: str, owners: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Addresses of the desk and the app whose right they need (empty: anybody's of the staff)."""
    if "(?P<url>" in route:
        return
    models = ids.models_of(name, entry)
    app = models[0]._meta.app_label if models and name.startswith("admin:") else ""
    if not ids.is_owned(route):
        yield ids.plain_address(route), app
        return
    for key in owners:
        for address, _model in ids.addresses_of(people.owners[key], name, entry, route, most=1):
            yield address, app


def rights_of(user: User | None) -> set[str]:
    """Apps in which a member of staff has any right."""
    if user is None:
        return set()
    return set(Permission.objects.filter(group__user=user).values_list("content_type__app_label", flat=True))


@pytest.fixture(scope="module")
def known(people: Town) -> dict[str, set[str]]:
    """By name of an address, the tables whose ids its owners got an answer for."""
    sweep = Sweep(people)
    ask_for_ones_own(people, sweep)
    sweep.finish(100)
    return sweep.models


@pytest.mark.parametrize("key", VIEWERS)
def test_nothing_of_others_is_in_what_one_reads(people: Town, known: dict[str, set[str]], key: str) -> None:
    """One viewer's share of the sweep; what all of them ask for is in `VIEWERS`."""
    assert set(people.viewers) == set(VIEWERS), "somebody is not asked"
    sweep, viewer = Sweep(people, models=known), people.viewers[key]
    browser = Browser(viewer, people)
    ask_for_ids_of_others(people, sweep, browser)
    assert sweep.pairs >= VIEWERS[key], sweep.pairs
    ask_for_pages_without_ids(people, sweep, browser)
    ask_for_the_desk(people, sweep, browser)
    if viewer.is_staff and may_read_everything(viewer):
        ask_for_the_desk_without_a_reason(people, sweep, viewer)
    sweep.finish(VIEWERS[key] + 100)


def test_the_sweep_is_large() -> None:
    assert sum(VIEWERS.values()) >= 3000
