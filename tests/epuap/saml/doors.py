"""The doors that attacks are driven through: the portal's own pages, and an identity provider over real HTTP.

Every attack is a change to an answer that is good but for it. What has to hold afterwards is checked here for all
of them, and the same door then has to let the same person in with the unchanged answer.
"""

import base64
import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from lxml import etree

from portal.people.models import Identity, SubjectIdentifier, User
from tests.support.idp import Answer, Idp, KeyPair, plain_answer
from tests.support.pages import check_page

LINE = re.compile(r"sign-in refused reference=([2-9A-Z]{4}-[2-9A-Z]{4}) code=([A-Za-z0-9_.]+) idp=(login|pz)")
PERSONAL = ("68841212044", "71890321131", "Wrzos", "Sokół", "Borys", "AttributeValue", "CipherValue")
"""What may stand in no line of any log: the two persons of the answers, and pieces of an answer."""
VICTIM = {
    "pesel": "71890321131",
    "given_name": "Borys",
    "family_name": "Sokół",
    "birth_date": "1871-09-03Z",
}
"""Whom an attacker wants to be; the good answers name Anna Wrzos."""
FORM = "application/x-www-form-urlencoded"


def unchanged(data: bytes) -> bytes:
    """Read and write the message as the attacks do: the control shows that this alone breaks nothing."""
    return etree.tostring(etree.fromstring(data))


@dataclass
class Door:
    """One identity provider in one binding; `attacker` has a key of the same kind that nobody pinned."""

    name: str
    is_posted: bool
    idp: Idp
    attacker: KeyPair
    log: pytest.LogCaptureFixture
    clients: list[Client] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Name the door in a message."""
        return f"{self.name}-{'post' if self.is_posted else 'artifact'}"

    def good(self, **changes: Any) -> Answer:
        """Return an answer of the kind this provider gives, changed where asked."""
        return Answer(**changes) if self.name == "login" else plain_answer(**changes)

    def browser(self) -> Client:
        """Return a browser that has never been here, to be searched for a session at the end."""
        self.clients.append(Client())
        return self.clients[-1]

    def begin(self, client: Client, *, next_url: str = "") -> tuple[str, str]:
        """Press the button; return the ID of the request and the relay state."""
        cache.clear()  # one address may begin only so many sign-ins a minute
        response = client.post(f"/logowanie/krajowe/{self.name}/", {"next": next_url} if next_url else {})
        assert response.status_code == 200, response.content
        form = etree.HTML(response.content.decode()).xpath("//form[@data-autosubmit]")[0]
        fields = {one.get("name"): one.get("value", "") for one in form.iter("input")}
        request = etree.fromstring(base64.b64decode(fields["SAMLRequest"]))
        return request.get("ID"), fields["RelayState"]

    def message(self, request_id: str, answer: Answer) -> dict[str, str]:
        """Return the field that the browser would bring."""
        if self.is_posted:
            return {"SAMLResponse": base64.b64encode(self.idp.posted(request_id, answer)).decode()}
        return {"SAMLart": self.idp.issue(request_id, answer)}

    def bring(self, **fields: str) -> HttpResponse:
        """Bring fields from another site: no cookie comes along."""
        return Client(enforce_csrf_checks=True).post(
            f"/saml/{self.name}/acs/", urlencode(fields), content_type=FORM
        )

    def finish(self, client: Client, parked: HttpResponse) -> HttpResponse:
        """Go where the portal sends the browser, if it was taken at all."""
        return client.get(parked["Location"]) if parked.status_code == 302 else parked

    def go(self, answer: Answer, *, client: Client | None = None, next_url: str = "") -> HttpResponse:
        """Go all the way with one answer; return the last response."""
        client = client or self.browser()
        request_id, relay_state = self.begin(client, next_url=next_url)
        parked = self.bring(**self.message(request_id, answer), RelayState=relay_state)
        return self.finish(client, parked)

    # --- what has to hold

    def attack(self, answer: Answer, codes: str | Iterable[str]) -> str:
        """Go with an answer that has to be refused with one of the codes, leaving nothing; return the code."""
        self.log.clear()
        return self.assert_refused(self.go(answer), codes)

    def assert_refused(self, response: HttpResponse, codes: str | Iterable[str]) -> str:
        """Assert the refusal page, its one line in the log and that nobody was let in; return the code."""
        where = self.label
        assert response.status_code in (400, 403), f"{where}: {response.status_code}"
        page = response.content.decode()
        (reference,) = re.findall("<strong>([2-9A-Z]{4}-[2-9A-Z]{4})</strong>", page)
        assert _main(page, reference) == _main(*self._known_page())
        lines = [one.getMessage() for one in self.log.records if reference in one.getMessage()]
        assert len(lines) == 1, f"{where}: {lines}"
        found = LINE.fullmatch(lines[0])
        assert found is not None and found.groups()[::2] == (reference, self.name), lines
        for personal in (*PERSONAL, *self._identifiers()):
            assert personal not in self.log.text, f"{where}: {personal}"
        cookie = settings.SESSION_COOKIE_NAME
        assert not any("_auth_user_id" in one.session for one in self.clients if cookie in one.cookies), where
        for model in (User, Identity, SubjectIdentifier, SocialAccount):
            assert not model._default_manager.exists(), f"{where}: {model.__name__}"
        code = found.group(2)
        allowed = codes.split() if isinstance(codes, str) else list(codes)
        assert code in allowed, f"{where}: {code} is none of {allowed}"
        return code

    def control(self, answer: Answer | None = None, *, landed: str = "/konto/") -> None:
        """Let the person in by the same door with a good answer; an attack proves nothing without it."""
        answer = answer or self.good(edit_bytes=unchanged)
        client = self.browser()
        response = self.go(answer, client=client)
        assert (response.status_code, response.get("Location")) == (302, landed), self.label
        assert "_auth_user_id" in client.session
        assert Identity.objects.get().full_name == f"{answer.given_name} {answer.family_name}"
        client.logout()
        User.objects.all().delete()
        Identity.objects.all().delete()
        SubjectIdentifier.objects.all().delete()
        self.log.clear()

    def _identifiers(self) -> list[str]:
        return [certificate[:60] for certificate in (self.idp.signer.certificate_base64,)]

    def _known_page(self) -> tuple[str, str]:
        """Return the refusal page as it is for an answer nobody asked for, checked as a page, with its number."""
        if not _KNOWN:
            records = list(self.log.records)
            response = self.bring(SAMLart=self.idp.artifact(), RelayState="x")
            check_page(response)
            page = response.content.decode()
            (reference,) = re.findall("<strong>([2-9A-Z]{4}-[2-9A-Z]{4})</strong>", page)
            text = " ".join(etree.HTML(page).xpath("string(//main)").split())
            assert "Nie udało się zalogować" in text and "Spróbuj jeszcze raz" in text
            assert "Skontaktuj się z urzędem" in text and "/logowanie/" in _main(page, reference)
            self.log.records[:] = records
            _KNOWN.append((page, reference))
        return _KNOWN[0]


_KNOWN: list[tuple[str, str]] = []


def _main(page: str, reference: str) -> str:
    main = etree.HTML(page).xpath("//main")[0]
    return etree.tostring(main, encoding="unicode").replace(reference, "NUMER")


def attacker_like(signer: KeyPair, make: Callable[..., KeyPair]) -> KeyPair:
    """Make a key of the same kind as the provider's, for whom nobody vouches."""
    size = getattr(signer.key, "key_size", 0)
    return make("attacker", rsa_bits=size if size >= 1024 else 0)


def changed(answer: Answer, **changes: Any) -> Answer:
    """Return a copy of an answer with some knobs turned."""
    return dataclasses.replace(answer, **changes)
