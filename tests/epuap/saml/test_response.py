"""Every reason to refuse an answer, each beside a good answer that passes."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from lxml import etree

from epuap.saml.assertion import Expectation, PersonData
from epuap.saml.errors import SignInRefused
from epuap.saml.metadata import LOGIN
from epuap.saml.response import Answer as Verified
from epuap.saml.response import Trust, read_artifact_answer
from eurzad.lib import clock
from tests.support import idp as support
from tests.support.idp import ENTITY_ID, NS, SP_ENTITY_ID, Answer, Idp

IDP = Idp()
STRANGER = support.make_key_pair("stranger")
REQUEST, RESOLVE = "ID-request", "ID-resolve"


def read(answer: Answer, *, certificates: tuple[x509.Certificate, ...] = ()) -> PersonData:
    return read_bytes(
        IDP.envelope(resolve_id=RESOLVE, request_id=REQUEST, answer=answer), certificates=certificates
    )


def read_bytes(data: bytes, *, certificates: tuple[x509.Certificate, ...] = ()) -> PersonData:
    person = verify(data, certificates=certificates).authentication.person
    assert person is not None
    return person


def verify(data: bytes, *, certificates: tuple[x509.Certificate, ...] = ()) -> Verified:
    return read_artifact_answer(
        data,
        resolve_id=RESOLVE,
        expected=Expectation(
            issuer=ENTITY_ID,
            audience=SP_ENTITY_ID,
            acs_url=IDP.acs_url,
            request_id=REQUEST,
            now=clock.now(),
        ),
        trust=Trust(certificates or (IDP.signer.certificate,), (IDP.sp.key,), LOGIN),
    )


def code_of(action: Callable[[], Any]) -> str:
    with pytest.raises(SignInRefused) as caught:
        action()
    return caught.value.code


def test_a_good_answer_names_the_person() -> None:
    answer = verify(IDP.envelope(resolve_id=RESOLVE, request_id=REQUEST, answer=Answer()))
    found = answer.authentication
    assert found.person is not None and found.person.birth_date is not None
    person = found.person
    assert (person.identifier_scheme, person.identifier) == ("pesel", "68841212044")
    assert (person.given_name, person.family_name) == ("Anna", "Wrzos")
    assert found.person.birth_date.isoformat() == "1868-04-12"
    assert found.source == "pz.gov.pl"
    assert found.session.index == "_S-1"
    assert "68841212044" not in repr(answer) and "Wrzos" not in repr(answer)


def remove_name_id(assertion: etree._Element) -> None:
    """It identifies nobody, so nobody misses it."""
    name_id = assertion.find(".//a:NameID", NS)
    name_id.getparent().remove(name_id)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(content_key_bytes=16),  # production has sent 128-bit keys under the name of aes256-gcm
        Answer(wrap_bits=128, content_key_bytes=16),
        Answer(wrap_bits=192),
        Answer(sign_response=False),
        Answer(sign_assertion=True),
        Answer(level="http://eidas.europa.eu/LoA/high"),
        Answer(audiences=(SP_ENTITY_ID, SP_ENTITY_ID)),
        Answer(valid_from=timedelta(minutes=2)),  # within the allowed skew
        Answer(valid_from=timedelta(minutes=-10), valid_for=timedelta(minutes=8)),
        Answer(family_name="Łącka-Żółć"),
        Answer(birth_date="1868-04-12"),
        Answer(edit_assertion=remove_name_id),
    ],
    ids=lambda answer: ",".join(
        name for name, value in vars(answer).items() if value != vars(Answer())[name]
    ),
)
def test_other_good_answers_pass_too(answer: Answer) -> None:
    assert read(answer).family_name == answer.family_name


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(sign_artifact_response=False), "signature_missing"),
        (Answer(sign_artifact_response=False, sign_assertion=True), "signature_missing"),
        (Answer(signer=STRANGER), "signature_value"),
        (Answer(issuer="https://other.example.test"), "answer_issuer"),
        (Answer(destination="https://other.example.test/acs/"), "destination"),
        (Answer(recipient="https://other.example.test/acs/"), "recipient"),
        (Answer(audiences=("https://other-portal.example.test",)), "audience"),
        (Answer(audiences=(SP_ENTITY_ID, "https://other-portal.example.test")), "audience"),
        (Answer(audiences=()), "audience"),
        (Answer(in_response_to="ID-another"), "response_in_response_to"),
        (Answer(valid_from=timedelta(minutes=4)), "assertion_time"),
        (Answer(valid_for=timedelta(minutes=-4)), "subject_time"),
        (Answer(level="http://eidas.europa.eu/LoA/low"), "level"),
        (Answer(level="http://eidas.europa.eu/LoA/highest"), "level"),
        (Answer(pesel="68841212045"), "identifier"),
        (Answer(pesel="688-412-120-44"), "identifier"),
        (Answer(pesel="6884121204"), "identifier"),
        (Answer(pesel="٦٨٨٤١٢١٢٠٤٤"), "identifier"),
        (Answer(pesel="CZ/DE/1234"), "identifier"),
        (Answer(pesel="cz/PL/1234"), "identifier"),
        (Answer(pesel="CZ/PL/"), "identifier"),
        (Answer(pesel="CZ/PL/12 34"), "identifier"),
        (Answer(pesel="CZ/PL/żółw"), "identifier"),
        (Answer(pesel="CZ/PL/" + "x" * 251), "attribute_value"),
        (Answer(birth_date="wczoraj"), "attribute_birth_date"),
        (Answer(given_name="An\tna"), "attribute_value"),
        (Answer(given_name=""), "attribute_value"),
        (Answer(encrypt=False), "assertion_not_encrypted"),
        (Answer(recipient_key=STRANGER.key.public_key()), "decryption"),
        (
            Answer(
                status="urn:oasis:names:tc:SAML:2.0:status:Responder",
                inner_status="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
            ),
            "status_AuthnFailed",
        ),
        (Answer(status="urn:oasis:names:tc:SAML:2.0:status:Requester"), "status_Requester"),
        (Answer(status="secret 68841212044"), "status"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_wrong_thing_is_refused(answer: Answer, code: str) -> None:
    assert read(Answer())
    assert code_of(lambda: read(answer)) in code.split()


def set_text(path: str, text: str) -> support.Edit:
    def edit(element: etree._Element) -> None:
        element.find(path, NS).text = text

    return edit


def set_attribute(path: str, name: str, value: str | None) -> support.Edit:
    def edit(element: etree._Element) -> None:
        target = element.find(path, NS)
        if value is None:
            del target.attrib[name]
        else:
            target.set(name, value)

    return edit


def remove(path: str) -> support.Edit:
    def edit(element: etree._Element) -> None:
        target = element.find(path, NS)
        target.getparent().remove(target)

    return edit


def repeat(path: str) -> support.Edit:
    def edit(element: etree._Element) -> None:
        target = element.find(path, NS)
        target.addnext(etree.fromstring(etree.tostring(target)))

    return edit


def comment_in_pesel(element: etree._Element) -> None:
    value = element.findall(".//a:AttributeValue", NS)[3]
    value.text = "68841212044"
    value.append(etree.Comment("x"))
    value[0].tail = "9"


def second_identifier(element: etree._Element) -> None:
    attribute = element.findall(".//a:Attribute", NS)[3]
    attribute.addnext(etree.fromstring(etree.tostring(attribute)))


CONFIRMATION = ".//a:SubjectConfirmationData"


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (set_text("a:Issuer", "https://other.example.test"), "assertion_issuer"),
        (remove("a:Issuer"), "assertion_issuer"),
        (remove("a:Subject"), "subject"),
        (repeat(".//a:NameID"), "subject"),
        (repeat(".//a:SubjectConfirmation"), "subject"),
        (set_attribute(".//a:SubjectConfirmation", "Method", "urn:x"), "subject_method"),
        (set_attribute(CONFIRMATION, "InResponseTo", "ID-another"), "assertion_in_response_to"),
        (set_attribute(CONFIRMATION, "InResponseTo", None), "assertion_in_response_to"),
        (set_attribute(CONFIRMATION, "NotOnOrAfter", None), "subject_time"),
        (set_attribute(CONFIRMATION, "NotOnOrAfter", "2099-01-01T00:00:00"), "subject_time"),
        (set_attribute(CONFIRMATION, "NotOnOrAfter", "soon"), "subject_time"),
        (set_attribute(CONFIRMATION, "NotOnOrAfter", "9999-12-31T23:59:59-14:00"), "subject_time"),
        (remove("a:Conditions"), "conditions"),
        (repeat("a:Conditions"), "conditions"),
        (set_attribute("a:Conditions", "NotOnOrAfter", "2020-01-01T00:00:00Z"), "conditions_time"),
        (set_attribute("a:Conditions", "NotBefore", "2099-01-01T00:00:00Z"), "conditions_time"),
        (remove("a:AuthnStatement"), "authn_statement"),
        (remove(".//a:AuthnContextClassRef"), "level"),
        (remove("a:AttributeStatement"), "attribute_count"),
        (second_identifier, "attribute_count"),
        (repeat(".//a:AttributeValue"), "attribute_count"),
        (comment_in_pesel, "attribute_value"),
        (set_attribute(".", "Version", "1.1"), "assertion_structure"),
    ],
)
def test_an_assertion_with_one_wrong_part_is_refused(edit: support.Edit, code: str) -> None:
    assert read(Answer())
    assert code_of(lambda: read(Answer(edit_assertion=edit))) == code


def forge(element: etree._Element) -> None:
    element.find(".//p:Response", NS).set("Forged", "yes")


def test_a_message_changed_after_signing_is_refused() -> None:
    assert code_of(lambda: read(Answer(edit_envelope=forge))) == "signature_digest"


def test_a_response_changed_after_its_own_signature_is_refused() -> None:
    answer = Answer(edit_artifact_response=forge)
    assert code_of(lambda: read(answer)) == "signature_digest"
    answer = Answer(edit_artifact_response=forge, sign_response=False)
    assert read(answer)  # the outer signature covers it: nothing was claimed of the inner one


def copy_with_fresh_ids(element: etree._Element) -> etree._Element:
    copy = etree.fromstring(etree.tostring(element))
    for one in copy.xpath("//*[@ID]"):
        one.set("ID", f"{one.get('ID')}-forged")
    return copy


def sign_the_body_instead(envelope: etree._Element) -> None:
    """A good signature by the right key over something else than the message it stands in."""
    envelope[0].set("ID", "ID-body")
    support.sign(envelope[0][0], IDP.signer, over=envelope[0])


def wrap(envelope: etree._Element) -> None:
    """The signed message moves aside, a forged copy with the same content takes its place."""
    body = envelope[0]
    signed = body[0]
    forged = copy_with_fresh_ids(signed)
    holder = etree.SubElement(forged, "{urn:x}Holder")
    body.replace(signed, forged)
    holder.append(signed)


def move_signature(envelope: etree._Element) -> None:
    """The signed message is hidden in the header while the body's message borrows its signature."""
    body = envelope[0]
    signed = body[0]
    forged = copy_with_fresh_ids(signed)
    header = etree.Element(f"{{{support.SOAP}}}Header")
    envelope.insert(0, header)
    body.replace(signed, forged)
    signed.remove(signed.find("ds:Signature", NS))
    header.append(signed)


def duplicate_id(envelope: etree._Element) -> None:
    header = etree.Element(f"{{{support.SOAP}}}Header")
    envelope.insert(0, header)
    etree.SubElement(header, "{urn:x}Other").set("ID", envelope[1][0].get("ID"))


def two_messages(envelope: etree._Element) -> None:
    envelope[0].append(etree.fromstring(etree.tostring(envelope[0][0])))


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (wrap, "answer_count"),
        (move_signature, "answer_count"),
        (duplicate_id, "xml_duplicate_id"),
        (two_messages, "xml_duplicate_id"),
        (set_text(".//ds:SignatureValue", "ą"), "signature_shape"),
        (set_text(".//ds:DigestValue", "AAAA"), "signature_value"),
        (remove(".//ds:SignatureValue"), "signature_shape"),
        (remove(".//ds:Reference"), "signature_shape"),
        (repeat(".//ds:Signature"), "signature_count"),
    ],
)
def test_a_signature_that_was_played_with_is_refused(edit: support.Edit, code: str) -> None:
    assert read(Answer())
    assert code_of(lambda: read(Answer(edit_envelope=edit))) == code


def test_a_good_signature_over_another_element_is_refused() -> None:
    answer = Answer(sign_artifact_response=False, edit_envelope=sign_the_body_instead)
    assert code_of(lambda: read(answer)) == "signature_coverage"


def second_encrypted(response: etree._Element) -> None:
    response.append(etree.fromstring(etree.tostring(response[-1])))


def plain_beside(response: etree._Element) -> None:
    response.append(IDP.assertion(REQUEST, Answer(given_name="Celina")))


@pytest.mark.parametrize(
    ("edit", "code"),
    [(second_encrypted, "assertion_count"), (plain_beside, "assertion_count")],
)
def test_exactly_one_assertion(edit: support.Edit, code: str) -> None:
    assert code_of(lambda: read(Answer(edit_response=edit))) == code


XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"


@pytest.mark.parametrize(
    ("path", "attribute", "value", "code"),
    [
        (f".//{{{XENC}}}EncryptionMethod", "Algorithm", f"{XENC}aes256-cbc", "encryption_algorithm"),
        (f".//{{{XENC}}}AgreementMethod", "Algorithm", f"{XENC}dh", "encryption_algorithm"),
        (f".//{{{DSIG11}}}NamedCurve", "URI", "urn:oid:1.3.132.0.10", "encryption_algorithm"),
        (f".//{{{XENC11}}}ConcatKDFParams", "PartyUInfo", "zz", "encryption_structure"),
        (f".//{{{XENC11}}}ConcatKDFParams", "PartyUInfo", "00", "decryption"),
        (".//ds:DigestMethod", "Algorithm", f"{NS['ds']}sha1", "encryption_algorithm"),
    ],
)
def test_weak_or_broken_encryption_is_refused(path: str, attribute: str, value: str, code: str) -> None:
    edit = set_attribute(path, attribute, value)
    assert code_of(lambda: read(Answer(edit_encrypted=edit))) == code


@pytest.mark.parametrize("point", ["BA==", "AAAA", "!!!", "BP" + "/" * 86])
def test_a_bad_point_is_refused(point: str) -> None:
    edit = set_text(f".//{{{DSIG11}}}PublicKey", point)
    assert code_of(lambda: read(Answer(edit_encrypted=edit))) == "encryption_structure"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml_malformed"),
        (b"<html>Przepraszamy</html>", "soap_structure"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "xml_doctype"),
        (b"<a>" * 100 + b"</a>" * 100, "xml_too_deep"),
        (b"<a>" + b"x" * 300_000 + b"</a>", "xml_too_big"),
        (
            f"<s:Envelope xmlns:s='{support.SOAP}'><s:Body><s:Fault/></s:Body></s:Envelope>".encode(),
            "soap_fault",
        ),
    ],
)
def test_hostile_bytes_are_refused(data: bytes, code: str) -> None:
    assert code_of(lambda: read_bytes(data)) == code


def test_random_damage_is_a_refusal_or_changes_nothing() -> None:
    """What no signature covers (KeyInfo, the envelope) may change; the person never does."""
    good = IDP.envelope(resolve_id=RESOLVE, request_id=REQUEST)
    person, refused = read_bytes(good), 0
    choices = random.Random(20261123)
    for _ in range(500):
        damaged = bytearray(good)
        for _ in range(choices.randint(1, 4)):
            at = choices.randrange(len(damaged))
            damaged[at : at + choices.randint(0, 8)] = choices.randbytes(choices.randint(0, 4))
        try:
            assert read_bytes(bytes(damaged)) == person
        except SignInRefused:
            refused += 1
    assert refused > 400


def test_an_answer_to_another_resolve_is_refused() -> None:
    data = IDP.envelope(resolve_id="ID-other", request_id=REQUEST)
    assert code_of(lambda: read_bytes(data)) == "answer_in_response_to"


def test_old_and_new_certificate_are_valid_at_once() -> None:
    certificates = (STRANGER.certificate, IDP.signer.certificate)
    assert read(Answer(), certificates=certificates)
    assert read(Answer(signer=STRANGER), certificates=certificates)
