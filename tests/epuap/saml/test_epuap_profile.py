"""The profile epuap, by POST and by artifact: every refusal beside a good answer of the same signer."""

import dataclasses
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from epuap.saml.assertion import Authentication, Expectation, person_data
from epuap.saml.errors import SignInRefused
from epuap.saml.metadata import EPUAP
from epuap.saml.response import Trust, read_artifact_answer, read_posted_answer
from eurzad.lib import clock
from tests.support import idp as support
from tests.support.idp import ENTITY_ID, NS, SP_ENTITY_ID, Answer, Idp, plain_answer

IDP = Idp(sp=support.make_key_pair("sp", rsa_bits=2048), signer=support.make_key_pair("idp", rsa_bits=2048))
STRANGER = support.make_key_pair("stranger", rsa_bits=2048)
NEXT = support.make_key_pair("next", rsa_bits=2048)
REQUEST, RESOLVE = "ID-request", "ID-resolve"
TRUST = Trust((IDP.signer.certificate,), (IDP.sp.key,), EPUAP)
MGF1P = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
OAEP = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
XENC, XENC11 = "http://www.w3.org/2001/04/xmlenc#", "http://www.w3.org/2009/xmlenc11#"
CARRIER = f".//{{{XENC}}}EncryptedKey/{{{XENC}}}EncryptionMethod"
DS = NS["ds"]


def expectation(**changes: Any) -> Expectation:
    return Expectation(
        **{
            "issuer": ENTITY_ID,
            "audience": SP_ENTITY_ID,
            "acs_url": IDP.acs_url,
            "request_id": REQUEST,
            "now": clock.now(),
            **changes,
        }
    )


def read_bytes(data: bytes, *, trust: Trust = TRUST, **changes: Any) -> Authentication:
    return read_posted_answer(data, expected=expectation(**changes), trust=trust).authentication


def read(answer: Answer, *, trust: Trust = TRUST, **changes: Any) -> Authentication:
    return read_bytes(IDP.posted(REQUEST, answer), trust=trust, **changes)


def resolve(answer: Answer, *, trust: Trust = TRUST) -> Authentication:
    data = IDP.envelope(resolve_id=RESOLVE, request_id=REQUEST, answer=answer)
    return read_artifact_answer(data, resolve_id=RESOLVE, expected=expectation(), trust=trust).authentication


def code_of(action: Callable[[], Any]) -> str:
    with pytest.raises(SignInRefused) as caught:
        action()
    return caught.value.code


# --- what passes


@pytest.mark.parametrize("take", [read, resolve], ids=["post", "artifact"])
@pytest.mark.parametrize(
    "answer",
    [
        plain_answer(),
        plain_answer(sign_response=False),
        plain_answer(assertion_prefixes="xs"),
        plain_answer(encrypt=True),
        plain_answer(encrypt=True, content_key_bytes=16),
        plain_answer(encrypt=True, content_key_bytes=24),
        plain_answer(encrypt=True, oaep=OAEP),
        plain_answer(encrypt=True, oaep=OAEP, sign_response=False),
        plain_answer(family_name="Łącka & Żółć"),
    ],
    ids=[
        "plain",
        "response-unsigned",
        "prefixes",
        "mgf1p",
        "aes128",
        "aes192",
        "oaep",
        "oaep-alone",
        "letters",
    ],
)
def test_good_answers_name_the_person(take: Callable[[Answer], Authentication], answer: Answer) -> None:
    person = take(answer).person
    assert person is not None
    assert (person.identifier_scheme, person.identifier) == ("pesel", "68841212044")
    assert person.family_name == answer.family_name
    assert person.birth_date == date(1868, 4, 12)


def test_an_artifact_response_need_not_be_signed_but_is_never_half_believed() -> None:
    assert resolve(plain_answer(sign_artifact_response=False)).person
    assert code_of(lambda: resolve(plain_answer(edit_envelope=forge_outside))) == "signature_digest"


def test_an_eidas_identifier_names_a_person_too() -> None:
    person = read(plain_answer(pesel="CZ/PL/Ab-12.3")).person
    assert person is not None
    assert (person.identifier_scheme, person.identifier) == ("eidas", "CZ/PL/Ab-12.3")


def test_attributes_are_read_by_the_names_in_the_settings() -> None:
    own = {"identifier": "urn:id", "given_name": "urn:given", "family_name": "urn:family"}
    person = read(plain_answer(attribute_names=own), attributes=own).person
    assert person is not None and person.birth_date == date(1868, 4, 12)  # from the PESEL
    assert code_of(lambda: read(plain_answer(attribute_names=own))) == "attribute_count"
    assert code_of(lambda: read(plain_answer(), attributes=own)) == "attribute_count"


def test_without_attributes_only_the_session_is_named() -> None:
    found = read(plain_answer(attribute_names={}, assertion_id="ID-session"), attributes={})
    assert (found.person, found.assertion_id) == (None, "ID-session")
    assert read(plain_answer(), attributes={}).person is None  # attributes nobody asked for are not read


def test_levels_are_those_of_the_settings() -> None:
    other = "urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard"
    assert read(plain_answer(level=other), levels=(other,))
    assert code_of(lambda: read(plain_answer(level=other))) == "level"


def test_old_and_new_keys_overlap() -> None:
    both = Trust((STRANGER.certificate, IDP.signer.certificate), (NEXT.key, IDP.sp.key), EPUAP)
    for answer in (
        plain_answer(encrypt=True),
        plain_answer(encrypt=True, signer=STRANGER),
        plain_answer(encrypt=True, recipient_key=NEXT.key.public_key()),
    ):
        assert read(answer, trust=both)
    assert code_of(lambda: read(plain_answer(encrypt=True, signer=STRANGER))) == "signature_value"
    to_next = plain_answer(encrypt=True, recipient_key=NEXT.key.public_key())
    assert code_of(lambda: read(to_next)) == "decryption"


# --- what is refused


def forge_outside(element: etree._Element) -> None:
    element.find(".//p:ArtifactResponse", NS).set("Forged", "yes")


@pytest.mark.parametrize("take", [read, resolve], ids=["post", "artifact"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (plain_answer(sign_assertion=False), "assertion_unsigned"),
        (plain_answer(sign_assertion=False, sign_response=False), "assertion_unsigned"),
        (plain_answer(sign_assertion=False, encrypt=True), "assertion_unsigned"),
        (plain_answer(sign_assertion=False, sign_response=False, encrypt=True), "assertion_unsigned"),
        (plain_answer(issuer="https://other.example.test"), "response_issuer answer_issuer"),
        (plain_answer(destination="https://other.example.test/acs/"), "destination"),
        (plain_answer(recipient="https://other.example.test/acs/"), "recipient"),
        (plain_answer(audiences=("https://other.example.test",)), "audience"),
        (plain_answer(audiences=(SP_ENTITY_ID, "https://other.example.test")), "audience"),
        (plain_answer(audiences=()), "audience"),
        (plain_answer(in_response_to="ID-another"), "response_in_response_to"),
        (plain_answer(valid_from=timedelta(minutes=4)), "assertion_time"),
        (plain_answer(valid_for=timedelta(minutes=-4)), "subject_time"),
        (plain_answer(level="http://eidas.europa.eu/LoA/low"), "level"),
        (plain_answer(pesel="68841212045"), "identifier"),
        (plain_answer(pesel="٦٨٨٤١٢١٢٠٤٤"), "identifier"),
        (plain_answer(pesel="68841212044 68841212044"), "identifier"),
        (plain_answer(given_name="An\u202ena"), "attribute_value"),
        (plain_answer(given_name="A" * 101), "attribute_value"),
        (plain_answer(status="urn:oasis:names:tc:SAML:2.0:status:Responder"), "status_Responder"),
        (plain_answer(status="urn:oasis:names:tc:SAML:2.0:status:Kowalski"), "status"),
        (plain_answer(encrypt=True, recipient_key=STRANGER.key.public_key()), "decryption"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_wrong_thing_is_refused(
    take: Callable[[Answer], Authentication], answer: Answer, code: str
) -> None:
    assert take(plain_answer())
    assert code_of(lambda: take(answer)) in code.split()


def test_a_posted_answer_needs_its_destination() -> None:
    def without(response: etree._Element) -> None:
        del response.attrib["Destination"]

    assert code_of(lambda: read(plain_answer(edit_response=without))) == "destination"
    assert resolve(plain_answer(edit_response=without))


def edited(path: str, edit: Callable[[etree._Element], None]) -> support.Edit:
    return lambda root: edit(root.find(path, NS))


def setting(path: str, name: str, value: str) -> support.Edit:
    return edited(path, lambda element: element.set(name, value))


def weak_sha1(root: etree._Element) -> None:
    root.find(".//ds:DigestMethod", NS).set("Algorithm", f"{DS}sha1")


def second_reference(root: etree._Element) -> None:
    reference = root.find(".//ds:Reference", NS)
    reference.addnext(etree.fromstring(etree.tostring(reference)))


def key_in_the_message(root: etree._Element) -> None:
    """The forger's own good signature, with the forger's certificate in KeyInfo."""
    assertion = root.find("a:Assertion", NS)
    assertion.remove(assertion.find("ds:Signature", NS))
    support.sign(assertion, STRANGER)


def resigned_with_hmac(root: etree._Element) -> None:
    root.find("a:Assertion//ds:SignatureMethod", NS).set(
        "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
    )


ASSERTION = "a:Assertion"


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (weak_sha1, "signature_digest_method"),
        (second_reference, "signature_too_many_references"),
        (resigned_with_hmac, "signature_method"),
        (setting(".//ds:SignatureMethod", "Algorithm", f"{DS}rsa-sha1"), "signature_method"),
        (
            setting(".//ds:CanonicalizationMethod", "Algorithm", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
            "signature_method",
        ),
        (
            setting(".//ds:Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
            "signature_transform",
        ),
        (
            setting(".//ds:Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
            "signature_transform",
        ),
        (setting(".//ds:Reference", "URI", ""), "signature_value"),
        (setting(".//ds:Reference", "URI", "#nowhere"), "signature_unresolved"),
        (key_in_the_message, "signature_value"),
        (setting(ASSERTION, "Version", "2.1"), "signature_digest"),
    ],
)  # fmt: skip
def test_a_signature_that_was_played_with_is_refused(edit: support.Edit, code: str) -> None:
    answer = plain_answer(sign_response=False)
    assert read(answer)
    assert code_of(lambda: read(dataclasses.replace(answer, edit_envelope=edit))) == code


def test_a_good_signature_of_the_whole_does_not_stand_for_a_bad_one_inside() -> None:
    def forge(response: etree._Element) -> None:
        response.find("a:Assertion", NS).set("Forged", "yes")

    assert code_of(lambda: read(plain_answer(edit_response=forge))) == "signature_digest"


def test_a_good_signature_inside_does_not_stand_for_a_bad_one_of_the_whole() -> None:
    def forge(response: etree._Element) -> None:
        response.set("Forged", "yes")

    assert code_of(lambda: read(plain_answer(edit_envelope=forge))) == "signature_digest"


def test_a_comment_never_shortens_a_value() -> None:
    def split(response: etree._Element) -> None:
        for value in response.findall(".//a:AttributeValue", NS):
            text = value.text
            value.text = text[:3]
            value.append(etree.Comment("x"))
            value[0].tail = text[3:]

    answer = plain_answer(sign_response=False)
    assert read(dataclasses.replace(answer, edit_envelope=split)).person == read(answer).person
    shorter = dataclasses.replace(answer, edit_response=split, sign_assertion=True)
    assert read(shorter).person == read(answer).person


def test_more_than_text_in_a_value_is_refused() -> None:
    def nest(assertion: etree._Element) -> None:
        value = assertion.findall(".//a:AttributeValue", NS)[3]
        etree.SubElement(value, "{urn:x}b").text = value.text

    assert code_of(lambda: read(plain_answer(edit_assertion=nest))) == "attribute_value"


# --- a second assertion, wherever it hides


def forged_copy(element: etree._Element) -> etree._Element:
    copy = etree.fromstring(etree.tostring(element))
    for one in copy.xpath("//*[@ID]"):
        one.set("ID", f"{one.get('ID')}-forged")
    return copy


def hide(*places: str) -> support.Edit:
    """The signed assertion moves into a place no reader looks at; a forged one takes its place."""

    def edit(response: etree._Element) -> None:
        signed = response.find("a:Assertion", NS)
        forged = forged_copy(signed)
        forged.findall(".//a:AttributeValue", NS)[3].text = "71890321131"
        response.replace(signed, forged)
        parent = forged if places[0] == "advice" else response
        for name in places:
            tag = {
                "extensions": f"{{{support.SAMLP}}}Extensions",
                "object": f"{{{DS}}}Object",
                "signature": f"{{{DS}}}Signature",
                "advice": f"{{{support.SAML}}}Advice",
                "unknown": "{urn:x}Holder",
            }[name]
            parent = etree.SubElement(parent, tag)
        parent.append(signed)

    return edit


def encrypted_beside(response: etree._Element) -> None:
    assertion = IDP.assertion(REQUEST, plain_answer())
    response.append(support.encrypt(assertion, Answer(), IDP.sp.key.public_key()))


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (hide("extensions"), "assertion_count"),
        (hide("unknown"), "assertion_count"),
        (hide("advice"), "assertion_count"),
        (hide("object"), "signature_shape"),
        (hide("signature", "object"), "signature_count signature_place signature_shape assertion_count"),
        (encrypted_beside, "assertion_count"),
    ],
)
def test_a_second_assertion_is_refused_wherever_it_hides(edit: support.Edit, code: str) -> None:
    for is_signed in (False, True):
        assert read(plain_answer(sign_response=is_signed))
        hidden = plain_answer(sign_response=is_signed, edit_envelope=edit)
        assert code_of(lambda hidden=hidden: read(hidden)) in code.split()


def test_a_second_assertion_inside_the_encrypted_one_is_refused() -> None:
    def nest(assertion: etree._Element) -> None:
        advice = etree.SubElement(assertion, f"{{{support.SAML}}}Advice")
        advice.append(IDP.assertion(REQUEST, plain_answer()))

    assert code_of(lambda: read(plain_answer(encrypt=True, edit_assertion=nest))) == "assertion_count"


def test_ids_are_unique() -> None:
    def copy_id(response: etree._Element) -> None:
        etree.SubElement(response, "{urn:x}Other").set("Id", response.find("a:Assertion", NS).get("ID"))

    answer = plain_answer(sign_response=False, edit_envelope=copy_id)
    assert code_of(lambda: read(answer)) == "xml_duplicate_id"


@pytest.mark.parametrize(
    ("path", "attribute", "value", "code"),
    [
        (f".//{{{XENC}}}EncryptedData", "Type", f"{XENC}Content", "encryption_structure"),
        (f".//{{{XENC}}}EncryptionMethod", "Algorithm", f"{XENC}aes256-cbc", "encryption_algorithm"),
        (CARRIER, "Algorithm", f"{XENC}rsa-1_5", "encryption_algorithm"),
        (CARRIER, "Algorithm", f"{XENC}kw-aes256", "encryption_algorithm"),
        (CARRIER, "Algorithm", MGF1P, "encryption_structure"),
        (".//ds:DigestMethod", "Algorithm", f"{XENC}ripemd160", "encryption_algorithm"),
        (f".//{{{XENC11}}}MGF", "Algorithm", f"{XENC11}mgf1md5", "encryption_algorithm"),
        (f".//{{{XENC11}}}MGF", "Algorithm", f"{XENC11}mgf1sha1", "decryption"),
        (f".//{{{XENC}}}EncryptionMethod", "Algorithm", f"{XENC11}aes128-gcm", "decryption"),
    ],
)  # fmt: skip
def test_weak_or_broken_encryption_is_refused(path: str, attribute: str, value: str, code: str) -> None:
    answer = plain_answer(encrypt=True, oaep=OAEP)
    assert read(answer)
    broken = dataclasses.replace(answer, edit_encrypted=setting(path, attribute, value))
    assert code_of(lambda: read(broken)) == code


def test_what_was_encrypted_has_to_be_an_assertion() -> None:
    def swap(response: etree._Element) -> None:
        old = response.find("a:EncryptedAssertion", NS)
        other = etree.fromstring("<x>nie</x>")
        response.replace(old, support.encrypt(other, Answer(), IDP.sp.key.public_key()))

    answer = plain_answer(encrypt=True, sign_response=False, edit_envelope=swap)
    assert code_of(lambda: read(answer)) == "assertion_structure"


def set_part(path: str, name: str, value: str) -> support.Edit:
    def edit(assertion: etree._Element) -> None:
        assertion.find(path, NS).set(name, value)

    return edit


def unknown_condition(assertion: etree._Element) -> None:
    etree.SubElement(assertion.find("a:Conditions", NS), f"{{{support.SAML}}}Condition")


def one_time_use(assertion: etree._Element) -> None:
    etree.SubElement(assertion.find("a:Conditions", NS), f"{{{support.SAML}}}OneTimeUse")


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (unknown_condition, "conditions"),
        (set_part(".", "ID", ""), "assertion_structure"),
        (set_part(".", "ID", "x" * 257), "assertion_structure"),
        (set_part(".", "IssueInstant", "2099-01-01T00:00:00Z"), "assertion_time"),
        (set_part("a:AuthnStatement", "AuthnInstant", "2099-01-01T00:00:00Z"), "authn_time"),
        (set_part("a:AuthnStatement", "SessionNotOnOrAfter", "2020-01-01T00:00:00Z"), "authn_time"),
    ],
)
def test_an_assertion_with_one_wrong_part_is_refused(edit: support.Edit, code: str) -> None:
    assert read(plain_answer(edit_assertion=one_time_use))
    answer = plain_answer(encrypt=True, sign_assertion=False, edit_assertion=edit)
    checked = Trust(
        TRUST.certificates, TRUST.keys, "login.gov.pl"
    )  # read without the assertion's own signature
    assert code_of(lambda: read(answer, trust=checked)) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "xml_malformed"),
        (b"<html>Przepraszamy</html>", "response_structure"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "xml_doctype"),
        (b"<a>" * 100 + b"</a>" * 100, "xml_too_deep"),
        (b"<a>" + b"<b/>" * 5000 + b"</a>", "xml_too_many_nodes"),
        (b"<a>" + b"x" * 300_000 + b"</a>", "xml_too_big"),
        ("<a>ą</a>".encode("utf-16"), "xml_encoding"),
    ],
)
def test_hostile_bytes_are_refused(data: bytes, code: str) -> None:
    assert code_of(lambda: read_bytes(data)) == code


def test_random_damage_is_a_refusal_or_changes_nothing() -> None:
    """What no signature covers (KeyInfo) may change; the person never does."""
    good = IDP.posted(REQUEST, plain_answer())
    person, refused = read_bytes(good).person, 0
    choices = random.Random(20261123)
    for _ in range(500):
        damaged = bytearray(good)
        for _ in range(choices.randint(1, 4)):
            at = choices.randrange(len(damaged))
            damaged[at : at + choices.randint(0, 8)] = choices.randbytes(choices.randint(0, 4))
        try:
            assert read_bytes(bytes(damaged)).person == person
        except SignInRefused:
            refused += 1
    assert refused > 300


def drop(one: etree._Element, root: etree._Element) -> None:
    one.getparent().remove(one)


def double(one: etree._Element, root: etree._Element) -> None:
    one.addnext(etree.fromstring(etree.tostring(one, with_tail=False)))


def double_with_fresh_ids(one: etree._Element, root: etree._Element) -> None:
    one.addprevious(forged_copy(one))


def move_up(one: etree._Element, root: etree._Element) -> None:
    root.insert(0, one)


def move_into_extensions(one: etree._Element, root: etree._Element) -> None:
    etree.SubElement(root, f"{{{support.SAMLP}}}Extensions").append(one)


def rewrite(one: etree._Element, root: etree._Element) -> None:
    one.text = "71890321131"


def rename(one: etree._Element, root: etree._Element) -> None:
    one.tag = "{urn:x}Other"


def wrap(one: etree._Element, root: etree._Element) -> None:
    holder = etree.Element("{urn:x}Holder")
    one.getparent().replace(one, holder)
    holder.append(one)


def lose_attributes(one: etree._Element, root: etree._Element) -> None:
    one.attrib.clear()


EDITS = (
    drop,
    double,
    double_with_fresh_ids,
    move_up,
    move_into_extensions,
    rewrite,
    rename,
    wrap,
    lose_attributes,
)


@pytest.mark.parametrize("is_whole_signed", [True, False])
@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_no_edit_of_the_tree_makes_another_person(
    edit: Callable[[etree._Element, etree._Element], None], is_whole_signed: bool
) -> None:
    """Every element of a good answer, one after the other; what no signature covers may go, nobody else comes."""
    good = IDP.posted(REQUEST, plain_answer(sign_response=is_whole_signed))
    person, refused, count = read_bytes(good).person, 0, len(list(etree.fromstring(good).iter())) - 1
    for number in range(1, count + 1):
        root = etree.fromstring(good)
        edit(list(root.iter())[number], root)
        try:
            assert read_bytes(etree.tostring(root)).person == person
        except SignInRefused:
            refused += 1
    assert refused > count // 2


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_an_identifier_is_of_one_kind_or_refused(text: str) -> None:
    try:
        person = person_data(identifier=text, given_name="Anna", family_name="Wrzos", birth_date=None)
    except SignInRefused as refused:
        assert refused.code == "identifier"
    else:
        assert person.identifier == text and text.isascii()


@pytest.mark.parametrize("code", ["a\nINFO sign-in accepted", "68841212044", "", "a" * 61, "status_Żółw"])
def test_a_refusal_writes_no_foreign_text(code: str) -> None:
    assert SignInRefused(code).code == "other"
    assert SignInRefused("signature_value").code == "signature_value"


def test_certificates_are_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody: tuple[x509.Certificate, ...] = ()
    assert read(plain_answer())
    assert code_of(lambda: read(plain_answer(), trust=Trust(nobody, TRUST.keys, EPUAP))) == "signature_value"
    weak = support.make_key_pair("weak", rsa_bits=1024)
    trust = Trust((weak.certificate,), TRUST.keys, EPUAP)
    assert code_of(lambda: read(plain_answer(signer=weak), trust=trust)) == "signature_weak_key"
