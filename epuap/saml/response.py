"""From the bytes of an ArtifactResponse to a verified person.

What is trusted, and why. The operator's own sample of an answer carries two signatures, on `ArtifactResponse`
and on the `Response` inside it; the encrypted `Assertion` has none of its own. So the signature on
`ArtifactResponse` is required, its one reference has to resolve to that very element, and everything read
afterwards is read from the bytes which that reference covers, parsed anew. A signature on `Response` or on
the decrypted `Assertion` is not required, but where it stands it has to verify over the element it stands in.
"""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from epuap.saml import names
from epuap.saml.assertion import Expectation, VerifiedPerson, read_assertion
from epuap.saml.decryption import decrypt_assertion
from epuap.saml.elements import only_child, optional_child, text_of
from epuap.saml.errors import SignInRefused
from epuap.xml import dsig
from eurzad.lib import xml

_MAX_BYTES = 256 * 1024
_MAX_DEPTH = 40
_MAX_NODES = 2_000


def read_answer(
    data: bytes,
    *,
    resolve_id: str,
    expected: Expectation,
    certificates: Sequence[x509.Certificate],
    private_key: ec.EllipticCurvePrivateKey,
) -> VerifiedPerson:
    """Check a SOAP envelope with an ArtifactResponse and return the person it names.

    `resolve_id` is the ID of our ArtifactResolve, `certificates` are the identity provider's pinned ones.
    Raises SignInRefused.
    """
    message = read_signed_body(
        data,
        tag=names.samlp("ArtifactResponse"),
        in_response_to=resolve_id,
        issuer=expected.issuer,
        certificates=certificates,
    )
    check_status(message)
    response = optional_child(message, names.samlp("Response"), code="response_count")
    if response is None:
        raise SignInRefused("artifact_unknown", status=400)
    response = _signed_if_claimed(response, root=message, certificates=certificates)
    _check_response(response, expected)
    assertion = _decrypted(response, private_key)
    assertion = _signed_if_claimed(assertion, root=assertion, certificates=certificates)
    return read_assertion(assertion, expected)


def read_signed_body(
    data: bytes,
    *,
    tag: str,
    in_response_to: str,
    issuer: str,
    certificates: Sequence[x509.Certificate],
) -> etree._Element:
    """Return the one element of a SOAP body, as it was signed.

    It is named `tag`, signed by a pinned key of `issuer`, and answers our message. Raises SignInRefused.
    """
    envelope = _parse(data)
    body = envelope.find(names.soap("Body"))
    if envelope.tag != names.soap("Envelope") or body is None or len(body) != 1:
        raise SignInRefused("soap_structure", status=400)
    message = body[0]
    if message.tag == names.soap("Fault"):
        raise SignInRefused("soap_fault", status=400)
    if message.tag != tag:
        raise SignInRefused("soap_structure", status=400)
    signature = only_child(message, names.ds("Signature"), code="signature_missing")
    message = _signed(signature, message, root=envelope, certificates=certificates)
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
    value = (code if detail is None else detail).get("Value", "")
    name = value.removeprefix(names.STATUS)
    raise SignInRefused(f"status_{name[:40]}" if name.isascii() and name.isalpha() else "status")


def _parse(data: bytes) -> etree._Element:
    try:
        return xml.parse(data, max_bytes=_MAX_BYTES, max_depth=_MAX_DEPTH, max_nodes=_MAX_NODES)
    except xml.XmlRejected as error:
        raise SignInRefused(f"xml_{error.code}", status=400) from error


def _signed(
    signature: etree._Element,
    element: etree._Element,
    *,
    root: etree._Element,
    certificates: Sequence[x509.Certificate],
) -> etree._Element:
    """Return `element` as the signature in it covers it; `root` is the root of the tree both stand in."""
    try:
        (reference,) = dsig.verify(signature, root=root, certificates=certificates)
    except dsig.SignatureRefused as error:
        raise SignInRefused(f"signature_{error.code}") from error
    if reference.element is not element:
        raise SignInRefused("signature_coverage")
    return reference.signed_copy()


def _signed_if_claimed(
    element: etree._Element, *, root: etree._Element, certificates: Sequence[x509.Certificate]
) -> etree._Element:
    signature = optional_child(element, names.ds("Signature"), code="signature_count")
    if signature is None:
        return element
    return _signed(signature, element, root=root, certificates=certificates)


def _check_response(response: etree._Element, expected: Expectation) -> None:
    if response.get("Version") != "2.0":
        raise SignInRefused("response_structure")
    if response.get("InResponseTo") != expected.request_id:
        raise SignInRefused("response_in_response_to")
    if response.get("Destination", expected.acs_url) != expected.acs_url:
        raise SignInRefused("destination")
    issuer = only_child(response, names.saml("Issuer"), code="response_issuer")
    if text_of(issuer, code="response_issuer") != expected.issuer:
        raise SignInRefused("response_issuer")
    check_status(response)


def _decrypted(response: etree._Element, private_key: ec.EllipticCurvePrivateKey) -> etree._Element:
    if response.findall(names.saml("Assertion")):
        raise SignInRefused("assertion_not_encrypted")
    encrypted = only_child(response, names.saml("EncryptedAssertion"), code="assertion_count")
    return _parse(decrypt_assertion(encrypted, private_key))
