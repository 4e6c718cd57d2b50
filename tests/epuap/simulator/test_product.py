"""The product's own clients and verifiers in front of the twin: two independent codes agree."""

import pytest
from cryptography import x509
from lxml import etree

from epuap.saml import services as saml
from epuap.saml.assertion import VerifiedPerson
from epuap.saml.errors import SignInRefused
from epuap.saml.models import SignInRequest
from epuap.signatures.trust import Trust
from epuap.soap.errors import BadAnswer, ServiceFault
from epuap.soap.mailbox import MailboxClient
from epuap.soap.pull import PullClient
from epuap.soap.tps import NotSignedYet, TpsClient
from epuap.xml import dsig
from epuap.xml.verify import payload_digest, verify_document
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError, TransientError
from eurzad.lib.personas import ANNA, CELINA, GRAZYNA
from tests.support.simulator import Simulator, drive_epuap_application, drive_sign_in, drive_signing

DOCUMENT = "<w:Wniosek xmlns:w='urn:test'><w:Tekst>Zażółć</w:Tekst></w:Wniosek>".encode()


def certificate(simulator: Simulator, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((simulator.public_dir / name).read_bytes())


def report(simulator: Simulator, document: bytes):  # type: ignore[no-untyped-def]
    trust = Trust(
        seals=(certificate(simulator, "tps-seal.crt"),),
        qualified=(certificate(simulator, "qualified-ca.crt"),),
        personal=(certificate(simulator, "personal-ca.crt"),),
    )
    return verify_document(document, trust=trust, now=clock.now())


@pytest.fixture
def pull(portal_talks_to_simulator: Simulator) -> PullClient:
    client = PullClient.from_settings()
    while (head := client.fetch_next()) is not None:
        client.confirm(head.sha1)
    return client


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("epsignature", "trusted"),
        ("podpiszp", "trusted"),
        ("qualified", "qualified"),
        ("personal", "personal"),
    ],
)
def test_signing(portal_talks_to_simulator: Simulator, kind: str, method: str) -> None:
    portal = portal_talks_to_simulator.portal_url
    client = TpsClient.from_settings()
    url = client.add_document(
        DOCUMENT, success_url=f"{portal}/ok/", failure_url=f"{portal}/nie/", info="Wniosek"
    )
    with pytest.raises(NotSignedYet):
        client.get_signed_document(url)
    drive_signing(url, kind=kind)
    document = client.get_signed_document(url)
    found = report(portal_talks_to_simulator, document)
    (one,) = found.signatures
    assert (found.status, one.code, one.method) == ("valid", "ok", method)
    assert one.signer.pesel == ANNA.pesel
    assert payload_digest(document) == payload_digest(DOCUMENT)


@pytest.mark.parametrize(
    ("behaviour", "status", "same"),
    [
        ("tps_altered_document", "valid", False),
        ("tps_unsigned", "invalid", True),
        ("tps_broken_signature", "invalid", False),
        ("tps_foreign_seal", "indeterminate", True),
    ],
)
def test_forged_documents_are_noticed(
    portal_talks_to_simulator: Simulator, behaviour: str, status: str, same: bool
) -> None:
    portal = portal_talks_to_simulator.portal_url
    client = TpsClient.from_settings()
    url = client.add_document(
        DOCUMENT, success_url=f"{portal}/ok/", failure_url=f"{portal}/nie/", info="Wniosek"
    )
    portal_talks_to_simulator.order(behaviour)
    drive_signing(url)
    document = client.get_signed_document(url)
    assert report(portal_talks_to_simulator, document).status == status
    assert (payload_digest(document) == payload_digest(DOCUMENT)) is same


def test_application_from_epuap(portal_talks_to_simulator: Simulator, pull: PullClient) -> None:
    drive_epuap_application(portal_talks_to_simulator)
    assert pull.waiting_count() == 1
    head = pull.fetch_next()
    assert head is not None and head.sender_entity == "grazynaolcha"
    assert head.reply_address == "/grazynaolcha/domyslna"
    assert report(portal_talks_to_simulator, head.content).signers[0].pesel == GRAZYNA.pesel
    pull.confirm(head.sha1)
    assert pull.fetch_next() is None


def test_letter_with_its_receipt(portal_talks_to_simulator: Simulator) -> None:
    simulator = portal_talks_to_simulator
    client = MailboxClient.from_settings()
    box = "/MIASTOJARZEBIN/SkrytkaESP"
    submission = client.submit(DOCUMENT, "decyzja.xml", "/grazynaolcha/domyslna", box)
    assert submission.receipt is not None
    root = etree.fromstring(submission.receipt)
    signature = root.find("{*}Signature")
    (uri,) = [one.uri for one in dsig.outside_references(signature)]
    checked = {"root": root, "certificates": [certificate(simulator, "epuap-seal.crt")], "max_references": 4}
    dsig.verify(signature, policy=dsig.DOCUMENT, outside={uri: DOCUMENT}, **checked)
    with pytest.raises(dsig.SignatureRefused, match="outside_digest"):
        dsig.verify(signature, policy=dsig.DOCUMENT, outside={uri: b"<Inny/>"}, **checked)
    with pytest.raises(ServiceFault):
        client.submit(DOCUMENT, "decyzja.xml", "/nikt/domyslna", box)
    simulator.order("nadaj_lost_answer")
    with pytest.raises(TransientError):
        client.submit(DOCUMENT, "decyzja.xml", "/grazynaolcha/domyslna", box)


def test_bad_answers(portal_talks_to_simulator: Simulator, pull: PullClient) -> None:
    portal_talks_to_simulator.order("ws_bad_signature")
    with pytest.raises(BadAnswer):
        pull.waiting_count()
    portal_talks_to_simulator.order("ws_fault")
    with pytest.raises(PermanentError):
        pull.waiting_count()


def sign_in(simulator: Simulator, choice: str = "celina") -> VerifiedPerson:
    started = saml.begin_sign_in(idp="login")
    acs, fields = drive_sign_in(
        simulator, saml_request=started.saml_request, relay_state=started.relay_state, choice=choice
    )
    assert acs == saml.acs_url("login")
    public_id = saml.receive_answer(
        idp="login", artifact=fields["SAMLart"], response="", relay_state=fields["RelayState"]
    )
    person, _request = saml.finish_sign_in(idp="login", public_id=public_id, binding=started.binding)
    return person


@pytest.mark.django_db
def test_sign_in(portal_talks_to_simulator: Simulator) -> None:
    person = sign_in(portal_talks_to_simulator)
    assert (person.given_name, person.family_name, person.identifier) == ("Celina", "Jawor", CELINA.pesel)
    assert person.birth_date == CELINA.birth_date
    portal_talks_to_simulator.order("idp_short_key")
    assert sign_in(portal_talks_to_simulator).identifier == CELINA.pesel


@pytest.mark.django_db
@pytest.mark.parametrize(
    "behaviour",
    [
        "idp_expired",
        "idp_wrong_audience",
        "idp_wrong_recipient",
        "idp_wrong_request",
        "idp_bad_signature",
        "idp_bad_assertion",
        "idp_unsigned",
        "idp_low_assurance",
        "idp_unknown_artifact",
    ],
)
def test_bad_sign_in_is_refused(portal_talks_to_simulator: Simulator, behaviour: str) -> None:
    portal_talks_to_simulator.order(behaviour)
    with pytest.raises(SignInRefused):
        sign_in(portal_talks_to_simulator)
    assert portal_talks_to_simulator.ordered() == {}


@pytest.mark.django_db
def test_cancelled_sign_in_is_refused(portal_talks_to_simulator: Simulator) -> None:
    with pytest.raises(SignInRefused):
        sign_in(portal_talks_to_simulator, "cancel")


@pytest.mark.django_db
def test_logout_ends_the_session_at_the_node(portal_talks_to_simulator: Simulator, caplog) -> None:  # type: ignore[no-untyped-def]
    sign_in(portal_talks_to_simulator)
    request = SignInRequest.objects.get()
    saml.send_logout(request.public_id)
    request.refresh_from_db()
    assert request.session == b""
    assert "not confirmed" not in caplog.text
