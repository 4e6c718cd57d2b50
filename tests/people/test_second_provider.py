"""Two identity providers at once: the second one of profile epuap, by artifact and by POST."""

import base64
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from lxml import etree

from epuap.saml import services as saml
from epuap.saml.models import SeenMessage, SignInRequest
from eurzad.lib import clock
from portal.people.models import Identity, User
from tests.people.test_national_sign_in import assert_refused, sign_out
from tests.support import idp as support
from tests.support.idp import NS, Answer, plain_answer
from tests.support.pages import check_page
from tests.support.signin import Browser

Refusals = Callable[[], list[str]]
MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"


@pytest.fixture
def posted(pz_visitor: Browser, settings) -> Browser:  # type: ignore[no-untyped-def]
    """The same, where the answers come whole."""
    settings.IDENTITY_PROVIDERS["pz"]["binding"] = "post"
    return pz_visitor


@pytest.fixture(params=["artifact", "post"])
def either(request: pytest.FixtureRequest, pz_visitor: Browser, settings) -> Browser:  # type: ignore[no-untyped-def]
    settings.IDENTITY_PROVIDERS["pz"]["binding"] = request.param
    return pz_visitor


def test_every_provider_is_a_button(pz_visitor: Browser, settings) -> None:
    def buttons() -> list[str]:
        page = pz_visitor.client.get("/logowanie/")
        check_page(page)
        found = etree.HTML(page.content.decode()).xpath("//form[contains(@action,'/krajowe/')]//button")
        return [" ".join(one.itertext()).strip() for one in found]

    assert buttons() == ["Zaloguj się przez login.gov.pl", "Zaloguj się przez Profil Zaufany"]
    page = pz_visitor.client.get("/logowanie/").content.decode()
    assert "na to samo konto" in page and page.count("innego kraju Unii") == 1
    settings.IDENTITY_PROVIDERS["pz"]["label"] = ""
    assert buttons() == ["Zaloguj się przez login.gov.pl", "Zaloguj się przez ePUAP"]
    del settings.IDENTITY_PROVIDERS["pz"]
    assert buttons() == ["Zaloguj się przez login.gov.pl"]
    assert "na to samo konto" not in pz_visitor.client.get("/logowanie/").content.decode()


@pytest.mark.parametrize("answer", [plain_answer(), plain_answer(encrypt=True)], ids=["plain", "encrypted"])
def test_a_resident_signs_in(either: Browser, answer: Answer) -> None:
    response = either.sign_in(answer, next_url="/konto/?a=1")
    assert (response.status_code, response["Location"]) == (302, "/konto/?a=1")
    assert User.objects.get(pk=either.client.session["_auth_user_id"]).identity.full_name == "Anna Wrzos"


def test_the_request_is_signed_with_rsa_and_says_how_to_answer(either: Browser, settings) -> None:
    either.client.get("/logowanie/")
    token = either.client.cookies[settings.CSRF_COOKIE_NAME].value
    page = either.client.post("/logowanie/krajowe/pz/", {"csrfmiddlewaretoken": token})
    sent = etree.HTML(page.content.decode()).xpath("//input[@name='SAMLRequest']/@value")[0]
    request = etree.fromstring(base64.b64decode(sent))
    support.verify(request, either.idp.sp)
    method = request.find(".//ds:SignatureMethod", NS).get("Algorithm")
    assert method == "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    binding = {"artifact": "HTTP-Artifact", "post": "HTTP-POST"}[settings.IDENTITY_PROVIDERS["pz"]["binding"]]
    assert request.get("ProtocolBinding").rpartition(":")[2] == binding
    assert request.find("p:Extensions", NS) is None


def test_both_lead_to_the_same_account_for_the_same_pesel_only(visitor: Browser, either: Browser) -> None:
    visitor.sign_in(Answer(name_id="shared-name"))
    first = visitor.client.session["_auth_user_id"]
    either.sign_in(plain_answer(name_id="another-name"))
    assert either.client.session["_auth_user_id"] == first
    stranger = Browser(either.idp, Client(enforce_csrf_checks=True), "pz")
    stranger.sign_in(plain_answer(pesel="71890321131", birth_date="1871-09-03Z", name_id="shared-name"))
    assert stranger.client.session["_auth_user_id"] != first
    foreigner = Browser(either.idp, Client(enforce_csrf_checks=True), "pz")
    foreigner.sign_in(plain_answer(pesel="CZ/PL/68841212044"))
    assert foreigner.client.session["_auth_user_id"] != first
    assert Identity.objects.count() == 3


def test_an_answer_of_one_provider_is_none_of_the_other(
    visitor: Browser, pz_visitor: Browser, refusals: Refusals, settings
) -> None:
    request_id, relay_state = pz_visitor.begin()
    assert_refused(visitor.answer(visitor.idp.issue(request_id), relay_state))
    assert_refused(pz_visitor.answer(visitor.idp.issue(request_id), relay_state))
    own_request, own_relay_state = visitor.begin()
    assert_refused(pz_visitor.answer(pz_visitor.idp.issue(own_request), own_relay_state))
    assert refusals() == ["unsolicited", "artifact_source", "unsolicited"]
    assert visitor.idp.resolved == pz_visitor.idp.resolved == []


def test_a_posted_answer_waits_encrypted_and_is_gone_when_used(posted: Browser) -> None:
    request_id, relay_state = posted.begin()
    message = posted.idp.posted(request_id)
    finish = posted.answer_whole(message, relay_state)["Location"]
    parked = bytes(SignInRequest.objects.get().parked)
    assert len(parked) > len(message)
    for secret in (b"Wrzos", b"68841212044", b"Assertion"):
        assert secret not in parked
    assert posted.client.get(finish)["Location"] == "/konto/"
    row = SignInRequest.objects.get()
    assert bytes(row.parked) == b"" and row.artifact == ""
    assert b"_S-1" not in bytes(row.session)


def test_a_posted_answer_nobody_finishes_is_emptied(posted: Browser) -> None:
    request_id, relay_state = posted.begin()
    posted.answer_whole(posted.idp.posted(request_id), relay_state)
    saml.purge()
    assert bytes(SignInRequest.objects.get().parked)
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        saml.purge()
    assert not bytes(SignInRequest.objects.get().parked)


def test_a_parked_answer_opens_under_its_own_key_and_row_only(
    posted: Browser, refusals: Refusals, settings
) -> None:
    request_id, relay_state = posted.begin()
    finish = posted.answer_whole(posted.idp.posted(request_id), relay_state)["Location"]
    SignInRequest.objects.update(parked=b"x" * 100)
    assert_refused(posted.client.get(finish), status=400)
    assert refusals() == ["parked"]


def test_the_browser_that_began_finishes(posted: Browser, refusals: Refusals) -> None:
    request_id, relay_state = posted.begin()
    finish = posted.answer_whole(posted.idp.posted(request_id), relay_state)["Location"]
    assert_refused(Client(enforce_csrf_checks=True).get(finish))
    assert refusals() == ["other_browser"]
    assert posted.client.get(finish)["Location"] == "/konto/"


def test_an_unsolicited_answer_is_refused(posted: Browser, refusals: Refusals) -> None:
    for relay_state in ("", "made-up"):
        assert_refused(posted.answer_whole(posted.idp.posted("ID-none"), relay_state))
    assert refusals() == ["unsolicited", "unsolicited"]


def test_an_answer_is_taken_once(posted: Browser, refusals: Refusals) -> None:
    request_id, relay_state = posted.begin()
    message = posted.idp.posted(request_id)
    first, second = (posted.answer_whole(message, relay_state) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert_refused(posted.answer_whole(posted.idp.posted(request_id), relay_state))
    _, other_relay_state = posted.begin()
    assert_refused(posted.answer_whole(message, other_relay_state))
    cookies = posted.client.cookies.copy()
    assert posted.client.get(first["Location"])["Location"] == "/konto/"
    posted.client.logout()
    posted.client.cookies.update(cookies)
    assert_refused(posted.client.get(first["Location"]))
    assert_refused(posted.answer_whole(message, relay_state))
    assert refusals() == ["answer_second", "answer_replayed", "already_used", "already_used"]


@pytest.mark.parametrize("repeated", ["response_id", "assertion_id"])
def test_an_id_that_signed_somebody_in_never_does_again(
    either: Browser, refusals: Refusals, repeated: str
) -> None:
    answer = plain_answer(**{repeated: "ID-the-same"})
    assert either.sign_in(answer)["Location"] == "/konto/"
    either.client.logout()
    assert_refused(either.sign_in(answer))
    assert not either.is_signed_in
    assert refusals() == ["replayed"]
    assert SeenMessage.objects.count() == 2
    with clock.frozen(clock.now() + timedelta(days=2)):
        saml.purge()
    assert not SeenMessage.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code", "status"),
    [
        ({}, "response_format", 400),
        ({"SAMLResponse": "%%%"}, "response_format", 400),
        ({"SAMLResponse": "ąę"}, "response_format", 400),
        ({"SAMLart": "AAQAAA=="}, "response_format", 400),
        ({"SAMLResponse": "PHgvPg==", "SAMLart": "AAQAAA=="}, "binding", 400),
        ({"SAMLResponse": base64.b64encode(b"x" * (256 * 1024 + 1)).decode()}, "xml_too_big", 400),
        ({"SAMLResponse": "A" * 600_000}, "form_too_big", 400),
        ({f"field{number}": "x" for number in range(1100)}, "form", 400),
    ],
    ids=["none", "not-base64", "letters", "artifact", "both", "big", "huge", "many-fields"],
)
def test_a_form_that_is_none_is_a_clear_page(
    posted: Browser, refusals: Refusals, fields: dict[str, str], code: str, status: int
) -> None:
    _, relay_state = posted.begin()
    assert_refused(posted.bring(RelayState=relay_state, **fields), status=status)
    assert refusals() == [code]
    assert not SignInRequest.objects.exclude(answer_hash=None).exists()


def test_a_whole_answer_is_refused_where_artifacts_are_agreed(
    pz_visitor: Browser, refusals: Refusals
) -> None:
    request_id, relay_state = pz_visitor.begin()
    assert_refused(pz_visitor.answer_whole(pz_visitor.idp.posted(request_id), relay_state), status=400)
    assert refusals() == ["artifact_format"]


def test_an_artifact_may_come_in_the_address(pz_visitor: Browser) -> None:
    request_id, relay_state = pz_visitor.begin()
    fields = {"SAMLart": pz_visitor.idp.issue(request_id, plain_answer()), "RelayState": relay_state}
    response = Client().get("/saml/pz/acs/", fields)
    assert pz_visitor.client.get(response["Location"])["Location"] == "/konto/"


def test_a_bad_answer_leaves_one_line_without_personal_data(
    either: Browser, refusals: Refusals, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    status = "68841212044\nWrzos INFO accepted"
    for answer in (
        plain_answer(sign_assertion=False),
        plain_answer(encrypt=True, sign_assertion=False),
        plain_answer(pesel="68841212045"),
        plain_answer(status=status, sign_response=False),
        plain_answer(issuer="Wrzos\n68841212044", sign_response=False, sign_artifact_response=False),
    ):
        assert_refused(either.sign_in(answer))
        assert not either.is_signed_in
    assert len(refusals()) == 5
    lines = [one for one in caplog.records if one.name == "portal.people.saml_views"]
    assert len(lines) == 5 and all("\n" not in one.getMessage() for one in lines)
    for secret in ("68841212", "Wrzos", "Anna", "accepted"):
        assert secret not in caplog.text
    assert not User.objects.exists() and not Identity.objects.exists()
    assert either.sign_in(plain_answer())["Location"] == "/konto/"


def test_metadata_of_each(visitor: Browser, either: Browser, settings, tmp_path) -> None:
    binding = {"artifact": "HTTP-Artifact", "post": "HTTP-POST"}[settings.IDENTITY_PROVIDERS["pz"]["binding"]]
    expected = {"login": ("HTTP-Artifact", "false", visitor.idp), "pz": (binding, "true", either.idp)}
    for name, (bound, wants_signed, idp) in expected.items():
        root = etree.fromstring(visitor.client.get(f"/saml/{name}/metadata/").content)
        service = root.find(f".//{MD}AssertionConsumerService")
        assert service.get("Location") == f"{settings.PORTAL_BASE_URL}/saml/{name}/acs/"
        assert service.get("Binding").rpartition(":")[2] == bound
        assert root.find(f"{MD}SPSSODescriptor").get("WantAssertionsSigned") == wants_signed
        published = [one.text for one in root.iter(f"{{{NS['ds']}}}X509Certificate")]
        assert published == [idp.sp.certificate_base64] * 2


def test_our_next_key_takes_over_without_an_outage(either: Browser, settings) -> None:
    new = support.make_key_pair("new", rsa_bits=2048)
    old = either.idp.sp
    settings.SAML_SP_RSA_KEY.write_bytes(new.key_pem + old.key_pem)
    settings.SAML_SP_RSA_CERT.write_bytes(new.certificate_pem + old.certificate_pem)
    root = etree.fromstring(either.client.get("/saml/pz/metadata/").content)
    published = [
        (key.get("use"), key.find(f".//{{{NS['ds']}}}X509Certificate").text)
        for key in root.iter(f"{MD}KeyDescriptor")
    ]
    both = [new.certificate_base64, old.certificate_base64]
    assert published == [(use, one) for use in ("signing", "encryption") for one in both]
    either.idp.sp = new  # the provider has learnt whose signature to expect, and encrypts to either
    for key in (old, new):
        answer = plain_answer(encrypt=True, recipient_key=key.key.public_key())
        assert either.sign_in(answer)["Location"] == "/konto/"
        either.client.logout()


@pytest.mark.parametrize("spoil", ["other", "swapped", "weak", "kind", "nothing"])
def test_keys_that_do_not_fit_stop_the_sign_in(
    pz_visitor: Browser, refusals: Refusals, settings, spoil: str
) -> None:
    own, other = pz_visitor.idp.sp, support.make_key_pair("other", rsa_bits=2048)
    weak, curve = support.make_key_pair("weak", rsa_bits=1024), support.make_key_pair("curve")
    keys, certificates = {
        "other": ((own,), (other,)),
        "swapped": ((own, other), (other, own)),
        "weak": ((weak,), (weak,)),
        "kind": ((curve,), (curve,)),
        "nothing": ((), (own,)),
    }[spoil]
    settings.SAML_SP_RSA_KEY.write_bytes(b"".join(one.key_pem for one in keys))
    settings.SAML_SP_RSA_CERT.write_bytes(b"".join(one.certificate_pem for one in certificates))
    pz_visitor.client.get("/logowanie/")
    token = pz_visitor.client.cookies[settings.CSRF_COOKIE_NAME].value
    page = pz_visitor.client.post("/logowanie/krajowe/pz/", {"csrfmiddlewaretoken": token})
    assert_refused(page, status=400)
    assert refusals() == ["configuration_key"]


def test_an_old_and_a_new_certificate_of_the_provider(either: Browser, settings) -> None:
    new = support.make_key_pair("new", rsa_bits=2048)
    metadata = either.idp.metadata(extra_certificates=(new.certificate_base64,))
    settings.IDENTITY_PROVIDERS["pz"]["metadata"].write_bytes(metadata)
    for signer in (None, new):
        assert either.sign_in(plain_answer(signer=signer))["Location"] == "/konto/"
        either.client.logout()


def test_sign_out_goes_to_the_provider_of_the_session(
    visitor: Browser, either: Browser, run_jobs, settings
) -> None:
    either.sign_in(plain_answer(name_id="of-the-second"))
    either.client.get("/konto/")
    sign_out(either.client, settings)
    assert not either.is_signed_in
    run_jobs()
    (logout,) = either.idp.logouts
    assert logout.findtext("a:NameID", namespaces=NS) == "of-the-second"
    assert visitor.idp.logouts == []
    assert bytes(SignInRequest.objects.get().session) == b""
