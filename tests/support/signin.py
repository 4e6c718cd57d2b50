"""A browser at the portal and an identity provider on a loopback port."""

import base64
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from lxml import etree

from tests.support.idp import EIDAS_NAMES, SP_ENTITY_ID, Answer, Idp, make_key_pair
from tests.support.pages import check_page


@dataclass
class Browser:
    """One browser: cookies of its own, CSRF checked as in life."""

    idp: Idp
    client: Client
    name: str = "login"

    def begin(self, next_url: str = "") -> tuple[str, str]:
        """Press the button of the sign-in page; return the request's ID and the relay state."""
        action, fields = press_button(self.client, next_url, idp=self.name)
        assert action == f"{self.idp.base_url}/sso"
        request = etree.fromstring(base64.b64decode(fields["SAMLRequest"]))
        return request.get("ID"), fields["RelayState"]

    def answer(self, artifact: str, relay_state: str):  # type: ignore[no-untyped-def]
        """Bring the artifact to the portal as a cross-site POST does: without any cookie."""
        return self.bring(SAMLart=artifact, RelayState=relay_state)

    def answer_whole(self, message: bytes, relay_state: str):  # type: ignore[no-untyped-def]
        """Bring a Response whole, the same way."""
        return self.bring(SAMLResponse=base64.b64encode(message).decode(), RelayState=relay_state)

    def bring(self, **fields: str):  # type: ignore[no-untyped-def]
        """Post fields to the portal from another site."""
        return Client(enforce_csrf_checks=True).post(
            f"/saml/{self.name}/acs/", urlencode(fields), content_type="application/x-www-form-urlencoded"
        )

    def sign_in(self, answer: Answer | None = None, *, next_url: str = ""):  # type: ignore[no-untyped-def]
        """Go all the way and return the last response."""
        request_id, relay_state = self.begin(next_url)
        if settings.IDENTITY_PROVIDERS[self.name].get("binding") == "post":
            response = self.answer_whole(self.idp.posted(request_id, answer), relay_state)
        else:
            response = self.answer(self.idp.issue(request_id, answer), relay_state)
        if response.status_code != 302:
            return response
        return self.client.get(response["Location"])

    @property
    def is_signed_in(self) -> bool:
        """Whether this browser holds an open session."""
        return "_auth_user_id" in self.client.session


def press_button(client: Client, next_url: str = "", *, idp: str = "login") -> tuple[str, dict[str, str]]:
    """Press the button of the sign-in page; return where the browser is sent and with which fields."""
    page = client.get("/logowanie/", {"next": next_url} if next_url else {})
    check_page(page)
    form = etree.HTML(page.content.decode()).xpath(
        "//form[contains(@action, $path)]", path=f"/krajowe/{idp}/"
    )[0]
    response = client.post(form.get("action"), _fields(form))
    assert response.status_code == 200
    check_page(response)
    form = etree.HTML(response.content.decode()).xpath("//form[@data-autosubmit]")[0]
    return form.get("action"), _fields(form)


def _fields(form: etree._Element) -> dict[str, str]:
    return {one.get("name"): one.get("value", "") for one in form.iter("input") if one.get("name")}


@pytest.fixture
def idp(tmp_path: Path, settings) -> Iterator[Idp]:  # type: ignore[no-untyped-def]
    """An identity provider that the portal is configured to trust."""
    with Idp(acs_url=f"{settings.PORTAL_BASE_URL}/saml/login/acs/").serving() as running:
        files = {
            "metadata.xml": running.metadata(),
            "sp.key": running.sp.key_pem,
            "sp.crt": running.sp.certificate_pem,
        }
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        settings.IDENTITY_PROVIDERS = {
            "login": {"metadata": tmp_path / "metadata.xml", "profile": "login.gov.pl"}
        }
        settings.SAML_SP_ENTITY_ID = SP_ENTITY_ID
        settings.SAML_SP_KEY = tmp_path / "sp.key"
        settings.SAML_SP_CERT = tmp_path / "sp.crt"
        yield running


PZ_ENTITY_ID = "https://pz.example.test"


@pytest.fixture
def pz(idp: Idp, tmp_path: Path, settings) -> Iterator[Idp]:  # type: ignore[no-untyped-def]
    """A second identity provider, of profile epuap, beside the first one; its answers come by artifact."""
    second = Idp(
        sp=make_key_pair("sp-rsa", rsa_bits=2048),
        signer=make_key_pair("pz", rsa_bits=2048),
        entity_id=PZ_ENTITY_ID,
        acs_url=f"{settings.PORTAL_BASE_URL}/saml/pz/acs/",
    )
    with second.serving() as running:
        files = {
            "pz-metadata.xml": running.metadata(),
            "rsa.key": running.sp.key_pem,
            "rsa.crt": running.sp.certificate_pem,
        }
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        settings.IDENTITY_PROVIDERS = settings.IDENTITY_PROVIDERS | {
            "pz": {
                "metadata": tmp_path / "pz-metadata.xml",
                "profile": "epuap",
                "label": "Zaloguj się przez Profil Zaufany",
                "binding": "artifact",
                "levels": (
                    "http://eidas.europa.eu/LoA/substantial",
                    "http://eidas.europa.eu/LoA/high",
                ),
                "attributes": dict(EIDAS_NAMES),
                "userinfo_url": "",
            }
        }
        settings.SAML_SP_RSA_KEY = tmp_path / "rsa.key"
        settings.SAML_SP_RSA_CERT = tmp_path / "rsa.crt"
        yield running


@pytest.fixture
def pz_visitor(pz: Idp, db: None) -> Browser:
    """A browser that will take the second provider."""
    return Browser(pz, Client(enforce_csrf_checks=True), "pz")


@pytest.fixture
def visitor(idp: Idp, db: None) -> Browser:
    """A browser that has never been here."""
    return Browser(idp, Client(enforce_csrf_checks=True))


@pytest.fixture
def refusals(caplog: pytest.LogCaptureFixture):  # type: ignore[no-untyped-def]
    """The codes of refused sign-ins, as the log has them."""
    caplog.set_level(logging.WARNING, logger="portal.people.saml_views")

    def codes() -> list[str]:
        lines = [
            record.getMessage() for record in caplog.records if record.name == "portal.people.saml_views"
        ]
        return [line.split("code=")[1].split()[0] for line in lines]

    return codes
