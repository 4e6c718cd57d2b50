"""Attacks that need no forged message: replay, stolen and mixed-up answers, artifacts, relay states, next addresses."""

import base64
import hashlib
import os
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from lxml import etree

from epuap.saml.models import SignInRequest
from eurzad.lib import clock
from portal.people.models import Identity, SubjectIdentifier, User
from tests.epuap.saml.doors import FORM, VICTIM, Door, changed
from tests.epuap.saml.forging import rewriting
from tests.support.idp import ENTITY_ID, Answer
from tests.support.signin import PZ_ENTITY_ID

TYPE = b"\x00\x04"


def forget_people(door: Door) -> None:
    """After a good sign-in: what the next refusal leaves has to be nothing again."""
    for model in (SocialAccount, User, Identity, SubjectIdentifier):
        model._default_manager.all().delete()
    for client in door.clients:
        client.logout()
    door.log.clear()


# --- replay


def test_an_answer_brought_again_after_it_was_used(door: Door) -> None:
    """To the same request, to another one, in the same browser, in another one, and the finish once more."""
    client = door.browser()
    request_id, relay_state = door.begin(client)
    brought = door.message(request_id, door.good())
    parked = door.bring(**brought, RelayState=relay_state)
    cookies = client.cookies.copy()
    assert door.finish(client, parked).status_code == 302
    forget_people(door)

    thief = door.browser()
    thief.cookies.update(cookies)
    door.assert_refused(thief.get(parked["Location"]), "already_used")
    door.assert_refused(door.bring(**brought, RelayState=relay_state), "already_used")
    other = door.browser()
    _, other_state = door.begin(other)
    door.assert_refused(door.bring(**brought, RelayState=other_state), "answer_replayed")
    door.control()


def test_the_same_answer_spelt_in_another_way(post: Door) -> None:
    """White space in base64 and in the message makes other bytes; the IDs inside stay, and are remembered."""
    request_id, relay_state = post.begin(client := post.browser())
    message = post.idp.posted(request_id)
    parked = post.bring(SAMLResponse=base64.b64encode(message).decode(), RelayState=relay_state)
    assert post.finish(client, parked).status_code == 302
    forget_people(post)
    second = post.browser()
    _, state = post.begin(second)
    wrapped = base64.encodebytes(message).decode()
    post.assert_refused(post.bring(SAMLResponse=wrapped, RelayState=state), "answer_replayed")
    spaced = base64.b64encode(message + b"\n").decode()
    again = post.finish(second, post.bring(SAMLResponse=spaced, RelayState=state))
    post.assert_refused(again, "response_in_response_to")
    post.control()


def test_an_assertion_or_a_response_used_in_a_new_answer(door: Door) -> None:
    """The provider itself (or who tricked it) says the same ID twice: each is good for one sign-in."""
    for name in ("assertion_id", "response_id"):
        answer = door.good(**{name: f"ID-once-{name}"})
        assert door.go(answer).status_code == 302
        forget_people(door)
        door.attack(changed(answer, **VICTIM), "replayed")
    door.control()


def test_what_was_used_is_remembered_by_another_worker(door: Door) -> None:
    """Nothing is kept in the memory of a process: everything that could be is emptied in between."""
    from django.core.cache import cache

    from epuap.saml import config, sealed

    request_id, relay_state = door.begin(client := door.browser())
    brought = door.message(request_id, door.good(assertion_id="ID-restart"))
    cookies = client.cookies.copy()
    parked = door.bring(**brought, RelayState=relay_state)
    assert door.finish(client, parked).status_code == 302
    forget_people(door)
    cache.clear()
    for kept in (config._read_provider, config._read_own_side, sealed._cipher):
        kept.cache_clear()
    after = door.browser()
    after.cookies.update(cookies)
    door.assert_refused(after.get(parked["Location"]), "already_used")
    door.assert_refused(door.bring(**brought, RelayState=relay_state), "already_used")
    door.attack(door.good(assertion_id="ID-restart", **VICTIM), "replayed")
    door.control()


def test_in_another_browser(door: Door) -> None:
    """Finish belongs to the cookie of the browser that began: without it, with a wrong one, with another's."""
    victim = door.browser()
    request_id, relay_state = door.begin(victim)
    parked = door.bring(**door.message(request_id, door.good()), RelayState=relay_state)
    name = next(one for one in victim.cookies if one.startswith("signin-"))
    thief = door.browser()
    door.assert_refused(thief.get(parked["Location"]), "other_browser")
    for value in ("", "x", "a" * 4000, victim.cookies[name].value[:-1], relay_state, "%C5%82"):
        thief.cookies[name] = value
        door.assert_refused(thief.get(parked["Location"]), "other_browser")
    other = door.browser()
    door.begin(other)
    thief.cookies[name] = next(one.value for key, one in other.cookies.items() if key.startswith("signin-"))
    door.assert_refused(thief.get(parked["Location"]), "other_browser")
    assert door.finish(victim, parked).status_code == 302  # and the rightful one is not locked out
    forget_people(door)
    door.control()


def test_sign_in_csrf(door: Door) -> None:
    """The attacker's own good answer, planted in the victim's browser, does not sign the victim in as the attacker."""
    attacker, victim = door.browser(), door.browser()
    request_id, relay_state = door.begin(attacker)
    door.begin(victim)
    parked = door.bring(**door.message(request_id, door.good(**VICTIM)), RelayState=relay_state)
    door.assert_refused(victim.get(parked["Location"]), "other_browser")
    planted = door.browser()
    own_id, own_state = door.begin(planted)
    del own_id
    mixed = door.bring(**door.message(request_id, door.good(**VICTIM)), RelayState=own_state)
    door.assert_refused(door.finish(planted, mixed), "response_in_response_to")
    door.control()


def test_after_it_expired(door: Door) -> None:
    request_id, relay_state = door.begin(client := door.browser())
    brought = door.message(request_id, door.good())
    with clock.frozen(clock.now() + timedelta(minutes=10, seconds=1)):
        door.assert_refused(door.bring(**brought, RelayState=relay_state), "expired")
    parked = door.bring(**brought, RelayState=relay_state)
    with clock.frozen(clock.now() + timedelta(minutes=10, seconds=1)):
        door.assert_refused(door.finish(client, parked), "expired")
    door.control()


def test_unasked(door: Door) -> None:
    """An answer to no request, to a made-up one, and the finish of a request without an answer."""
    client = door.browser()
    request_id, relay_state = door.begin(client)
    good = door.message(request_id, door.good())
    for state in (
        "",
        "made-up",
        relay_state + "x",
        relay_state.swapcase(),
        " " + relay_state,
        "a" * 100_000,
        "\x00",
        "ł",
    ):
        door.assert_refused(door.bring(**good, RelayState=state), "unsolicited")
    door.assert_refused(door.bring(**good), "unsolicited")
    public_id = SignInRequest.objects.get().public_id
    door.assert_refused(client.get(f"/saml/{door.name}/dokoncz/{public_id}/"), "unsolicited")
    unknown = f"/saml/{door.name}/dokoncz/00000000-0000-4000-8000-000000000000/"
    door.assert_refused(client.get(unknown), "unsolicited")
    door.control()


# --- two providers


def test_the_finish_of_one_provider_at_the_other(doors: dict[str, Door]) -> None:
    for here, there in (("login", "pz"), ("artifact", "login")):
        door = doors[here]
        client = door.browser()
        request_id, relay_state = door.begin(client)
        parked = door.bring(**door.message(request_id, door.good()), RelayState=relay_state)
        moved = parked["Location"].replace(f"/saml/{door.name}/", f"/saml/{there}/")
        door.log.clear()
        response = client.get(moved)
        assert response.status_code == 403 and "code=unsolicited" in door.log.text
        assert not User.objects.exists()
        door.control()


def test_the_answer_of_one_provider_at_the_other(doors: dict[str, Door], settings: Any) -> None:
    """By artifact: the SourceID is another's, and no call is made; with the relay state of either."""
    login, pz = doors["login"], doors["artifact"]
    login_id, login_state = login.begin(login.browser())
    pz_id, pz_state = pz.begin(pz.browser())
    for door, artifact, state in (
        (pz, login.idp.issue(login_id), login_state),
        (pz, login.idp.issue(pz_id), pz_state),
        (login, pz.idp.issue(pz_id), pz_state),
        (login, pz.idp.issue(login_id), login_state),
    ):
        door.assert_refused(door.bring(SAMLart=artifact, RelayState=state), "artifact_source")
    door_state = [(pz, pz.idp.issue(pz_id), login_state), (login, login.idp.issue(login_id), pz_state)]
    for door, artifact, state in door_state:
        door.assert_refused(door.bring(SAMLart=artifact, RelayState=state), "unsolicited")
    assert login.idp.resolved == pz.idp.resolved == []
    login.control()
    pz.control()


@pytest.mark.parametrize("same_key", [True, False])
def test_a_response_of_one_provider_posted_to_another(
    post: Door, peers: Any, settings: Any, tmp_path: Any, same_key: bool
) -> None:
    """Two providers of one profile, even of one key: what one says is never taken for what the other says."""
    other = "https://other-idp.example.test"
    text = post.idp.metadata().replace(PZ_ENTITY_ID.encode(), other.encode())
    if not same_key:
        certificate = post.attacker.certificate_base64.encode()
        text = text.replace(post.idp.signer.certificate_base64.encode(), certificate)
    (tmp_path / "other.xml").write_bytes(text)
    settings.IDENTITY_PROVIDERS["other"] = settings.IDENTITY_PROVIDERS["pz"] | {
        "metadata": tmp_path / "other.xml",
        "label": "Inny",
    }
    signer = {} if same_key else {"signer": post.attacker}
    there = "http://127.0.0.1:8000/saml/other/acs/"
    for answer in (
        post.good(issuer=other, **signer),
        post.good(issuer=other, recipient=there, destination=there, **signer),
        post.good(recipient=there, destination=there),
        post.good(destination=there),
        post.good(recipient=there),
    ):
        post.attack(answer, "response_issuer signature_value destination recipient")
    _, relay_state = post.begin(post.browser())
    mixed = {"SAMLResponse": post.message("x", post.good())["SAMLResponse"], "RelayState": relay_state}
    post.log.clear()
    response = Client().post("/saml/other/acs/", urlencode(mixed), content_type=FORM)
    assert response.status_code == 403 and "code=unsolicited idp=other" in post.log.text
    post.control()


def test_the_wrong_binding(doors: dict[str, Door], settings: Any) -> None:
    """A whole Response where an artifact is agreed, an artifact where a Response is, and both at once."""
    pz, post = doors["artifact"], doors["post"]
    request_id, relay_state = pz.begin(pz.browser())
    message = base64.b64encode(pz.idp.posted(request_id)).decode()
    artifact = pz.idp.issue(request_id)
    pz.assert_refused(pz.bring(SAMLResponse=message, RelayState=relay_state), "artifact_format")
    both = {"SAMLResponse": message, "SAMLart": artifact, "RelayState": relay_state}
    pz.assert_refused(pz.bring(**both), "binding")
    pz.control()
    settings.IDENTITY_PROVIDERS["pz"]["binding"] = "post"
    request_id, relay_state = post.begin(post.browser())
    post.assert_refused(post.bring(SAMLart=artifact, RelayState=relay_state), "response_format")
    post.assert_refused(post.bring(**both), "binding")
    post.control()
    login = doors["login"]
    request_id, relay_state = login.begin(login.browser())
    plain = login.idp.posted(request_id, Answer(encrypt=False, sign_assertion=True))
    message = base64.b64encode(plain).decode()
    login.assert_refused(login.bring(SAMLResponse=message, RelayState=relay_state), "artifact_format")
    login.control()


def test_a_whole_response_in_an_address(post: Door) -> None:
    """An address is kept in histories and logs: a person's data are never taken from one."""
    request_id, relay_state = post.begin(client := post.browser())
    message = base64.b64encode(post.idp.posted(request_id)).decode()
    post.log.clear()
    query = {"SAMLResponse": message, "RelayState": relay_state}
    post.assert_refused(client.get("/saml/pz/acs/", query), "response_format form binding")
    post.control()


# --- artifacts


def test_artifacts_that_are_not_to_be_resolved(resolving: Door) -> None:
    """Nothing but the one form of the one type, by the one provider, at a known endpoint; no call is made."""
    own = ENTITY_ID if resolving.name == "login" else PZ_ENTITY_ID
    source = hashlib.sha1(own.encode()).digest()
    other = hashlib.sha1(b"https://other.example.test").digest()

    def artifact(
        kind: bytes = TYPE, index: bytes = b"\x00\x00", by: bytes = source, handle: int = 20
    ) -> bytes:
        return kind + index + by + os.urandom(handle)

    def encoded(raw: bytes) -> str:
        return base64.b64encode(raw).decode()

    good = encoded(artifact())
    cases = {
        "artifact_source": [
            encoded(artifact(by=other)), encoded(artifact(by=hashlib.sha1(own.upper().encode()).digest())),
            encoded(artifact(by=hashlib.sha1(own.encode() + b"/").digest())), encoded(artifact(by=bytes(20))),
        ],
        "artifact_endpoint": [
            encoded(artifact(index=index)) for index in (b"\x00\x01", b"\x01\x00", b"\xff\xff", b"\x80\x00")
        ],
        "artifact_format": [
            encoded(artifact(kind=kind)) for kind in (b"\x00\x01", b"\x00\x02", b"\x00\x03", b"\x00\x05", b"\x04\x00")
        ] + [
            "", "x", "AAQ", good[:-1], good[:-4], good + "=", good + "AAAA", good + "\n", " " + good,
            good.replace("=", ""),
            good[:20] + "\n" + good[20:], good[:20] + " " + good[20:], good.replace("A", "-"), "=" * 60, good * 1_000,
            encoded(artifact(handle=19)), encoded(artifact(handle=21)), encoded(artifact(handle=0)), "ł" * 60,
            "\x00" * 60,
            base64.urlsafe_b64encode(TYPE + b"\x00\x00" + source + b"\xff" * 20).decode(), artifact().hex(),
            good[:-2] + "9=",
            "http://127.0.0.1:1/", "../../etc/passwd",
        ],
    }  # fmt: skip
    request_id, relay_state = resolving.begin(client := resolving.browser())
    for code, artifacts in cases.items():
        for one in artifacts:
            resolving.assert_refused(resolving.bring(SAMLart=one, RelayState=relay_state), code)
    assert resolving.idp.resolved == []
    parked = resolving.bring(**resolving.message(request_id, resolving.good()), RelayState=relay_state)
    assert resolving.finish(client, parked).status_code == 302  # none of it spoiled the sign-in under way
    forget_people(resolving)
    resolving.control()


def test_the_provider_answers_something_else(resolving: Door) -> None:
    """Another artifact's ArtifactResponse, another request's Response, another's message, none, a foreign status."""

    def set_at(path: str, name: str, value: str) -> Any:
        def edit(root: etree._Element) -> None:
            (root if path == "." else root.find(path)).set(name, value)

        return edit

    reply = set_at(".", "InResponseTo", "ID-another")
    resolving.attack(resolving.good(edit_artifact_response=reply), "answer_in_response_to")
    other_id, _ = resolving.begin(resolving.browser())
    resolving.attack(resolving.good(in_response_to=other_id), "response_in_response_to")
    version = set_at(".", "Version", "1.1")
    resolving.attack(resolving.good(edit_artifact_response=version), "answer_version")
    if resolving.name == "pz":
        loose = {"sign_artifact_response": False}
        resolving.attack(resolving.good(edit_artifact_response=reply, **loose), "answer_in_response_to")

    def another_issuer(root: etree._Element) -> None:
        root[0].text = "https://other.example.test"

    resolving.attack(resolving.good(edit_artifact_response=another_issuer), "answer_issuer")

    def drop_response(root: etree._Element) -> None:
        root.remove(root[-1])

    resolving.attack(resolving.good(edit_artifact_response=drop_response), "artifact_unknown")
    request_id, relay_state = resolving.begin(client := resolving.browser())
    del request_id
    unknown = resolving.bring(SAMLart=resolving.idp.artifact(), RelayState=relay_state)
    resolving.assert_refused(resolving.finish(client, unknown), "artifact_unknown")
    for status, body, code in (
        (200, b"<html/>", "soap_structure"),
        (200, b"", "xml_malformed"),
        (302, b"", "idp_http_status"),
        (307, b"", "idp_http_status"),
        (500, b"<x/>", "idp_error"),
        (404, b"", "idp_http_status"),
        (200, b"x" * 300_000, "idp_answer_size"),
    ):
        resolving.idp.raw_answer = (status, body)
        resolving.attack(resolving.good(), code)
        resolving.idp.raw_answer = None
    resolving.control()


def test_an_answer_recorded_before(resolving: Door) -> None:
    """The whole SOAP answer to an earlier call, good to the last bit, given to a later one."""
    recorded: list[bytes] = []

    def record(data: bytes) -> bytes:
        recorded.append(data)
        return data

    assert resolving.go(resolving.good(edit_bytes=record)).status_code == 302
    forget_people(resolving)
    resolving.attack(
        resolving.good(edit_bytes=lambda _: recorded[0]), "answer_in_response_to response_in_response_to"
    )
    resolving.control()


# --- forms and addresses


@pytest.mark.parametrize(
    ("asked", "landed"),
    [
        ("https://evil.example.test/", "/konto/"), ("//evil.example.test", "/konto/"), ("/\\evil.test", "/konto/"),
        ("\\\\evil.test", "/konto/"), ("javascript:alert(1)", "/konto/"), ("data:text/html,x", "/konto/"),
        ("http:evil.test", "/konto/"), ("///evil.test", "/konto/"), ("/\t/evil.test", "/konto/"),
        ("http://testserver@evil.test/", "/konto/"), ("/konto/" + "a" * 600, "/konto/"), ("", "/konto/"),
        ("/konto/?x=1#y", "/konto/?x=1#y"),
    ],
)  # fmt: skip
def test_next_addresses(door: Door, asked: str, landed: str) -> None:
    client = door.browser()
    response = door.go(door.good(edit_bytes=rewriting(lambda root: None)), client=client, next_url=asked)
    assert (response.status_code, response["Location"]) == (302, landed)
    assert "_auth_user_id" in client.session


def test_the_relay_state_is_never_an_address(door: Door) -> None:
    """Many products go where it says; here it only finds the request."""
    request_id, _ = door.begin(door.browser())
    message = door.message(request_id, door.good())
    for address in ("https://evil.example.test/", "/konto/", "//evil.test"):
        response = door.bring(**message, RelayState=address)
        door.assert_refused(response, "unsolicited")
        assert "evil" not in response.content.decode()
    door.control()


def test_broken_forms(door: Door) -> None:
    url = f"/saml/{door.name}/acs/"
    client = door.browser()
    door.begin(client)
    huge = b"SAMLResponse=" + b"A" * 600_000
    many = b"&".join(b"a%d=1" % n for n in range(5_000))
    for body, kind, code in (
        (huge, FORM, "form_too_big"),
        (many, FORM, "form"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", "form artifact_format response_format"),
        (b"--x\r\nbroken", "multipart/form-data", "form"),
        (b"{}", "application/json", "artifact_format response_format"),
        (b"\xff\xfe%%%", FORM, "artifact_format response_format"),
        (b"SAMLart=%00&SAMLResponse=", FORM, "artifact_format response_format"),
        (b"", FORM, "artifact_format response_format"),
    ):
        door.log.clear()
        door.assert_refused(Client().post(url, body, content_type=kind), code)
    for method in ("put", "delete", "patch", "options"):
        response = getattr(Client(), method)(url)
        assert response.status_code in (400, 405)
    door.control()
