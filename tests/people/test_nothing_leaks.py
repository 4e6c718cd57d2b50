"""Signing in, rightly or not, leaves no personal data in logs, addresses, cookies, sessions, jobs or cache keys."""

import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.signals import request_started
from django.test import Client

from eurzad.lib.personas import CELINA
from eurzad.outbox.models import Job
from portal.people.models import Identity, User
from tests.support.idp import EIDAS_NAMES
from tests.support.signin import press_button
from tests.support.simulator import Simulator, drive_sign_in

PATHS = {"login": "/login/SingleSignOnService", "epuap": "/dt/SingleSignOnService"}


@pytest.fixture
def both(portal_talks_to_simulator: Simulator, settings: Any, db: None) -> Simulator:
    """The simulator as both identity providers."""
    simulator = portal_talks_to_simulator
    settings.IDENTITY_PROVIDERS = settings.IDENTITY_PROVIDERS | {
        "epuap": {
            "metadata": simulator.public_dir / "idp-epuap-metadata.xml",
            "profile": "epuap",
            "label": "Zaloguj się przez Profil Zaufany",
            "binding": "artifact",
            "levels": ("http://eidas.europa.eu/LoA/substantial",),
            "attributes": dict(EIDAS_NAMES),
            "userinfo_url": "",
        }
    }
    settings.SAML_SP_RSA_KEY = simulator.portal_keys / "saml-rsa.key"
    settings.SAML_SP_RSA_CERT = simulator.portal_keys / "saml-rsa.crt"
    return simulator


@pytest.fixture
def addresses() -> Iterator[list[str]]:
    """Every address that was asked of the portal."""
    asked: list[str] = []

    def note(environ: dict[str, Any] | None = None, **_kwargs: Any) -> None:
        if environ is not None:
            asked.append(
                f"{environ['PATH_INFO']}?{environ['QUERY_STRING']} {environ.get('HTTP_REFERER', '')}"
            )

    request_started.connect(note)
    yield asked
    request_started.disconnect(note)


@pytest.fixture
def cache_keys(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every key that something was kept under."""
    used: list[str] = []
    backend = type(cache._connections[cache._alias])  # type: ignore[attr-defined]

    def noting(name: str) -> Callable[..., Any]:
        real = getattr(backend, name)

        def noted(self: Any, key: str, *arguments: Any, **options: Any) -> Any:
            used.append(key)
            return real(self, key, *arguments, **options)

        return noted

    for name in ("set", "add", "get"):
        monkeypatch.setattr(backend, name, noting(name))
    return used


def sign_in(simulator: Simulator, client: Client, *, idp: str, choice: str) -> Any:
    """Go all the way through the simulator's pages; return the portal's last answer."""
    _action, fields = press_button(client, idp=idp)
    acs, answer = drive_sign_in(
        simulator, saml_request=fields["SAMLRequest"], relay_state=fields["RelayState"], choice=choice,
        path=PATHS[idp],
    )  # fmt: skip
    response = Client(enforce_csrf_checks=True).post(urlsplit(acs).path, answer)
    return client.get(response["Location"]) if response.status_code == 302 else response


def secrets_of(identity: Identity) -> set[str]:
    """What would give a person away; their number also in the form that it is found by."""
    assert identity.birth_date is not None
    return {
        identity.identifier, identity.identifier.rpartition("/")[2], identity.family_name, identity.fingerprint,
        identity.birth_date.isoformat(), f"{identity.given_name} {identity.family_name}",
    }  # fmt: skip


def found(texts: dict[str, str], secrets: set[str]) -> list[tuple[str, str]]:
    return [
        (place, secret)
        for place, text in texts.items()
        for secret in secrets
        if secret.casefold() in text.casefold() or secret.casefold() in unquote(text).casefold()
    ]


@pytest.mark.parametrize("idp", ["login", "epuap"])
@pytest.mark.parametrize("choice", ["celina", "greta"])
def test_a_whole_sign_in_and_sign_out(
    both: Simulator, addresses: list[str], cache_keys: list[str], caplog: pytest.LogCaptureFixture,
    run_jobs: Callable[..., int], settings: Any, idp: str, choice: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    client = Client(enforce_csrf_checks=True)
    assert sign_in(both, client, idp=idp, choice=choice)["Location"] == "/konto/"
    assert client.get("/konto/").status_code == 200
    user = User.objects.get(pk=client.session["_auth_user_id"])
    told = {
        "session": str([one.get_decoded() for one in Session.objects.all()]),
        "cookies": client.cookies.output(),
    }
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    client.post("/logowanie/wyloguj/", {"csrfmiddlewaretoken": token})
    told["jobs"] = str(list(Job.objects.values()))
    run_jobs()
    told |= {
        "log": caplog.text, "addresses": "\n".join(addresses), "cache keys": "\n".join(cache_keys),
        "jobs afterwards": str(list(Job.objects.values())), "username": user.username,
    }  # fmt: skip
    secrets = secrets_of(user.identity)
    assert found(told, secrets) == []
    assert f"/saml/{idp}/acs/" in told["addresses"] and f"/saml/{idp}/dokoncz/" in told["addresses"]
    assert Job.objects.exists() and told["session"] != "[]" and cache_keys, (
        "there was something to look through"
    )
    logging.getLogger("portal.people").info("%s", user.identity.identifier)
    assert ("log", user.identity.identifier) in found({"log": caplog.text}, secrets), (
        "it would have been found"
    )


@pytest.mark.parametrize(
    "behaviour",
    ["idp_expired", "idp_wrong_audience", "idp_bad_signature", "idp_bad_assertion", "idp_low_assurance"],
)
def test_a_refused_sign_in(
    both: Simulator, addresses: list[str], caplog: pytest.LogCaptureFixture, behaviour: str
) -> None:
    caplog.set_level(logging.DEBUG)
    both.order(behaviour)
    answer = sign_in(both, Client(enforce_csrf_checks=True), idp="login", choice="celina")
    assert answer.status_code == 403
    secrets = {CELINA.pesel, CELINA.family_name, CELINA.full_name, CELINA.birth_date.isoformat()}
    told = {"log": caplog.text, "addresses": "\n".join(addresses), "page": answer.content.decode()}
    assert found(told, secrets) == []
    assert "sign-in refused" in caplog.text
