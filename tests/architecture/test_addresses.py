"""A walk over every address of the portal: private unless it is on the one list of public ones."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from eurzad.outbox.models import Job
from payments.models import ProviderEvent
from portal.people.models import User
from tests.support.idp import Idp
from tests.support.pages import PageClient, check_page
from tests.support.signin import idp

__all__ = ["idp"]

pytestmark = pytest.mark.django_db

PUBLIC = {
    "pages:home", "pages:search", "pages:accessibility", "pages:privacy", "pages:healthz", "pages:readyz",
    "registers:index", "registers:contract_list", "registers:contract_detail", "registers:property_list",
    "registers:property_detail", "registers:licence_list", "registers:licence_detail", "registers:lease_list",
    "registers:lease_detail", "catalogue:list", "catalogue:detail", "news:list", "news:detail",
    "account_login", "staff_login", "account_inactive", "saml_metadata", "saml_acs", "saml_finish", "pages:language",
    "access:email", "contact:confirm", "pages:theme", "channels:check", "channels:check_file",
    "ledger_api:schema",
}  # fmt: skip
"""Names of the addresses that anybody may open. Whoever adds one says so here."""

SIGN_IN = {"demo_login", "demo_handover", "national_login"}
SIGN_OUT = {"account_logout", "saml_logout"}

SAMPLES = {
    "uuid": str(UUID(int=7)),
    "int": "1",
    "slug": "login",
    "str": "x",
    "path": "x",
}
CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")


def route_of(pattern: Any) -> str:
    """One sample of what a pattern matches."""
    if isinstance(pattern, RoutePattern):
        return CONVERTER.sub(lambda found: SAMPLES[found[1] or "str"], str(pattern))
    assert isinstance(pattern, RegexPattern)
    text = str(pattern).lstrip("^").rstrip("$")
    text = re.sub(r"\(\?P<\w+>([^)|]*)[^)]*\)", lambda found: "x" if "." in found[1] else found[1], text)
    return text.replace("\\Z", "").replace("\\", "")


def walk(resolver: URLResolver, before: str = "/", space: str = "") -> Iterator[tuple[str, str]]:
    """Name and a sample address of everything the resolver knows."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from walk(entry, before + route_of(entry.pattern), inner)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", before + route_of(entry.pattern)


ADDRESSES = sorted(set(walk(get_resolver())), key=lambda pair: pair[1])
PRIVATE = [pair for pair in ADDRESSES if pair[0] not in PUBLIC]


def test_the_walk_sees_the_whole_portal() -> None:
    names = {name for name, _ in ADDRESSES}
    assert len(ADDRESSES) > 120
    assert names >= {
        "taxes:receivable_detail",
        "admin:outbox_job_changelist",
        "payments:notification",
        "access:sign",
    }
    assert names >= PUBLIC, "the list names what is no more"


@pytest.mark.parametrize(("name", "address"), PRIVATE, ids=[address for _, address in PRIVATE])
def test_private_for_the_anonymous(client: Client, name: str, address: str) -> None:
    for method in (client.get, client.head) if name in SIGN_IN else (client.get, client.head, client.post):
        answer = method(address)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/" if name in SIGN_OUT else "/logowanie/"), answer[
                "Location"
            ]
        elif name.startswith("ledger_api:"):
            assert answer.status_code in (401, 405), "a system signs its requests"
        else:
            assert answer.status_code in (404, 405, *([400] if name == "payments:notification" else [])), name
    assert not Session.objects.exists() and not User.objects.exists() and not Job.objects.exists()


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_for_everybody(client: Client, idp: Idp, name: str) -> None:
    (address,) = [address for known, address in ADDRESSES if known == name]
    answer = client.get(address)
    if name.endswith((":detail", "_detail")) or name in (
        "access:email",
        "contact:confirm",
        "account_inactive",
    ):
        assert answer.status_code in (200, 404, 410)
    elif name in ("saml_acs", "saml_finish"):
        assert answer.status_code in (400, 403)
    elif name == "pages:language":
        assert answer.status_code == 404, "the sample is no language of ours"
    else:
        assert answer.status_code == 200
    if answer.get("Content-Type", "").startswith("text/html") and answer.content:
        check_page(answer)
    if name.split(":")[0] in ("registers", "catalogue", "news"):
        assert not answer.cookies, "nobody is followed through what is public, and a cache may keep it"


def test_no_error_for_a_stranger_with_an_account(pages: PageClient, celina: User, idp: Idp) -> None:
    """Signed in, without approved access: whatever is asked for, no page fails and nothing of others is shown."""
    for _name, address in ADDRESSES:
        pages.sign_in(celina)
        for method in (pages.client.get, pages.client.post):
            answer = method(address)
            assert answer.status_code in (200, 302, 303, 400, 401, 403, 404, 405, 409, 410), (
                address,
                answer.status_code,
            )


def test_no_error_for_a_resident(pages: PageClient, anna: User, idp: Idp) -> None:
    for _name, address in ADDRESSES:
        pages.sign_in(anna)
        answer = pages.client.get(address)
        assert answer.status_code in (200, 302, 303, 400, 401, 403, 404, 405, 410), (
            address,
            answer.status_code,
        )
        if address.startswith("/admin/"):
            assert answer.status_code == 404, "for residents the desk does not exist"


def test_no_error_for_a_clerk(pages: PageClient, ewa: User) -> None:
    seen = 0
    for _name, address in ADDRESSES:
        if address.startswith("/admin/"):
            pages.sign_in(ewa)
            answer = pages.client.get(address)
            assert answer.status_code in (200, 302, 403, 404, 405), (address, answer.status_code)
            seen += answer.status_code == 200
    assert seen > 15


def test_forged_notification_leaves_a_trace_and_no_change(client: Client) -> None:
    answer = client.post("/platnosci/powiadomienia/payu/", b"{}", content_type="application/json")
    assert (answer.status_code, answer.content) == (400, b"")
    assert ProviderEvent.objects.get().verdict == "refused"


@pytest.mark.parametrize(
    "address",
    [
        "/nie-ma-takiej/", "/konto/naleznosci/%00/", "/rejestry/umowy/?page=-1&q=%00%F0%9F%98%80", "/konto/../admin/",
        "/rejestry/umowy/?page=99999999999999999999", "/szukaj/?q=" + "%25" * 500, "/%2e%2e/%2e%2e/etc/passwd",
        "/saml/nobody/acs/", "/saml/nobody/metadata/", "/aktualnosci/?page=x", "/uslugi/%C5%82/",
        "/rejestry/umowy/?rok=0000&kind=x&sortuj=%27", "/logowanie/?next=//evil.example.test/",
    ],
)  # fmt: skip
def test_no_address_is_an_error(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in (200, 301, 302, 400, 404), answer.status_code
    assert "evil" not in answer.get("Location", "")
