"""From the bytes of an answer to what it says of a person.

What is trusted, and why (ADR 0008):

- `login.gov.pl`. The operator's own sample of an answer carries two signatures, on `ArtifactResponse` and on
  the `Response` inside it; the encrypted `Assertion` has none of its own. So the signature on
  `ArtifactResponse` is required, and the assertion has to be encrypted.
- `epuap`. The `Assertion` has to carry its own signature, whether it came plain or encrypted, by artifact or
  by POST.

Wherever else a signature stands it has to be good as well. The one reference of each has to resolve to the very
element the signature stands in. All are verified in the tree as it came: canonicalising an outer element drops
namespace declarations that the PrefixList of an inner signature may count on. A signed assertion is then read
from the bytes its reference covers, parsed anew; of the elements around it only attributes and direct children
are read, strictly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from epuap.saml import guard, names
from epuap.saml.assertion import Authentication, Expectation, message_id, read_assertion
from epuap.saml.decryption import PrivateKey, decrypt_assertion
from epuap.saml.elements import only_child, optional_child, text_of
from epuap.saml.errors import SignInRefused
from epuap.saml.metadata import EPUAP
from epuap.xml import dsig


@dataclass(frozen=True)
class Trust:
    """Whom an answer is believed: the provider's pinned certificates, its profile, and our own keys."""

    certificates: Sequence[x509.Certificate]
    keys: Sequence[PrivateKey]
    profile: str


@dataclass(frozen=True)
class Answer:
    """A verified answer; `response_id` and the assertion's ID are good for one sign-in."""

    response_id: str
    authentication: Authentication


def read_artifact_answer(data: bytes, *, resolve_id: str, expected: Expectation, trust: Trust) -> Answer:
    """Check a SOAP envelope with an ArtifactResponse and return what it says.

    `resolve_id` is the ID of our ArtifactResolve. Raises SignInRefused.
    """
    message = read_body(
        data,
        tag=names.samlp("ArtifactResponse"),
        in_response_to=resolve_id,
        issuer=expected.issuer,
        certificates=trust.certificates,
        is_signature_required=trust.profile != EPUAP,
    )
    check_status(message)
    response = optional_child(message, names.samlp("Response"), code="response_count")
    if response is None:
        raise SignInRefused("artifact_unknown", status=400)
    return _read_response(response, expected=expected, trust=trust, is_posted=False)


def read_posted_answer(data: bytes, *, expected: Expectation, trust: Trust) -> Answer:
    """Check a Response that the browser brought and return what it says. Raises SignInRefused."""
    response = guard.parse(data)
    if response.tag != names.samlp("Response"):
        raise SignInRefused("response_structure", status=400)
    return _read_response(response, expected=expected, trust=trust, is_posted=True)


def read_body(
    data: bytes,
    *,
    tag: str,
    in_response_to: str,
    issuer: str,
    certificates: Sequence[x509.Certificate],
    is_signature_required: bool = True,
) -> etree._Element:
    """Return the one element of a SOAP body.

    It is named `tag`, says it is by `issuer`, answers our message, and is signed by a pinned key; without
    `is_signature_required` it may be unsigned. Raises SignInRefused.
    """
    envelope = guard.parse(data)
    body = envelope.find(names.soap("Body"))
    if envelope.tag != names.soap("Envelope") or body is None or len(body) != 1:
        raise SignInRefused("soap_structure", status=400)
    message = body[0]
    if message.tag == names.soap("Fault"):
        raise SignInRefused("soap_fault", status=400)
    if message.tag != tag:
        raise SignInRefused("soap_structure", status=400)
    if is_signature_required or _has_signature(message):
        _verify(message, certificates, code="signature_missing")
    if message.get("Version") != "2.0":
        raise SignInRefused("answer_version")
    if message.get("InResponseTo") != in_response_to:
        raise SignInRefused("answer_in_response_to")
    stated = only_child(message, names.saml("Issuer"), code="answer_issuer")
    if text_of(stated, code="answer_issuer") != issuer:
        raise SignInRefused("answer_issuer")
    return message


def check_status(message: etree._Element) -> None:
    """Raise SignInRefused, with the innermost status in its code, unless the status is Success."""
    status = only_child(message, names.samlp("Status"), code="status")
    code = only_child(status, names.samlp("StatusCode"), code="status")
    if code.get("Value") == names.STATUS_SUCCESS:
        return
    detail = code.find(names.samlp("StatusCode"))
    name = (code if detail is None else detail).get("Value", "").removeprefix(names.STATUS)
    raise SignInRefused(f"status_{name}" if name in names.STATUSES else "status")


def _read_response(
    response: etree._Element, *, expected: Expectation, trust: Trust, is_posted: bool
) -> Answer:
    if _has_signature(response):
        _verify(response, trust.certificates)
    _check_response(response, expected, is_posted=is_posted)
    assertion = _assertion_of(response, trust)
    if trust.profile == EPUAP or _has_signature(assertion):
        assertion = _verify(assertion, trust.certificates, code="assertion_unsigned").signed_copy()
    return Answer(message_id(response, code="response_structure"), read_assertion(assertion, expected))


def _check_response(response: etree._Element, expected: Expectation, *, is_posted: bool) -> None:
    if response.get("Version") != "2.0":
        raise SignInRefused("response_structure")
    if response.get("InResponseTo") != expected.request_id:
        raise SignInRefused("response_in_response_to")
    destination = response.get("Destination")
    if destination != expected.acs_url and (is_posted or destination is not None):
        raise SignInRefused("destination")
    issuer = only_child(response, names.saml("Issuer"), code="response_issuer")
    if text_of(issuer, code="response_issuer") != expected.issuer:
        raise SignInRefused("response_issuer")
    check_status(response)


def _assertion_of(response: etree._Element, trust: Trust) -> etree._Element:
    """Return the one assertion: the plain element as it stands, or what the encrypted one holds."""
    encrypted = optional_child(response, names.saml("EncryptedAssertion"), code="assertion_count")
    if encrypted is None:
        plain = only_child(response, names.saml("Assertion"), code="assertion_count")
        if trust.profile != EPUAP:
            raise SignInRefused("assertion_not_encrypted")
        return plain
    assertion = guard.parse(decrypt_assertion(encrypted, trust.keys))
    if assertion.tag != names.saml("Assertion"):
        raise SignInRefused("assertion_structure")
    return assertion


def _has_signature(element: etree._Element) -> bool:
    return element.find(names.ds("Signature")) is not None


def _verify(
    element: etree._Element, certificates: Sequence[x509.Certificate], *, code: str = "signature_count"
) -> dsig.VerifiedReference:
    """Verify the one signature in `element` over `element` itself; `code` tells of none. Raises SignInRefused."""
    signature = only_child(element, names.ds("Signature"), code=code)
    root = element.getroottree().getroot()
    try:
        (reference,) = dsig.verify(signature, root=root, certificates=certificates)
    except dsig.SignatureRefused as error:
        raise SignInRefused(f"signature_{error.code}") from error
    if reference.element is not element:
        raise SignInRefused("signature_coverage")
    return reference
