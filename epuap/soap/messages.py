"""Building and reading bodies of SOAP messages, and the call itself: sign, post, verify, classify."""

import base64
import binascii
from collections.abc import Sequence

from lxml import etree

from epuap.soap import envelope
from epuap.soap.config import SoapConfig
from epuap.soap.errors import BadAnswer, ServiceFault, TransientFault
from eurzad.lib.errors import TransientError
from eurzad.lib.xml import MAX_NODES, text_of

OB = "http://wsdl.epuap.gov.pl/obiekty/"
EXCEPTIONS = (f"{{{OB}}}Wyjatek", "{http://wsdl.epuap.gov.pl/filerepocore/}WyjatekTyp")
STATUS_OK = 1


def call(
    config: SoapConfig,
    url: str,
    body: etree._Element,
    *,
    action: str,
    headers: Sequence[etree._Element] = (),
    max_bytes: int = 0,
    max_nodes: int = MAX_NODES,
) -> etree._Element:
    """One signed request; returns the element inside the verified Body of the answer.

    `max_bytes` bounds the answer on the wire (0: by the config's limit), `max_nodes` its elements.

    Raises ServiceFault, BadAnswer, NotSent, TransientError, PermanentError.
    """
    from epuap.soap import transport

    message = envelope.build_request(body, key=config.key, certificate=config.certificate, headers=headers)
    limit = max_bytes or config.max_answer_bytes
    answer = transport.post_soap(url, message, action=action, max_bytes=limit)
    try:
        opened = envelope.open_answer(
            answer.content,
            peer_certificates=config.peer_certificates,
            max_bytes=limit,
            max_nodes=max_nodes,
        )
    except BadAnswer as error:
        if answer.status >= 500 and error.code == "soap.xml":
            raise TransientError(str(error), code=f"soap.http_{answer.status}") from error
        raise
    if opened.fault is not None:
        raise classify_fault(opened.fault, is_authenticated=opened.is_authenticated)
    if answer.status != 200 or opened.payload is None:
        raise BadAnswer(f"HTTP {answer.status} without a fault", code="soap.shape")
    return opened.payload


def classify_fault(fault: etree._Element, *, is_authenticated: bool) -> ServiceFault | TransientFault:
    """An exception of ePUAP, or a fault that blames our message, is a refusal; any other may pass."""
    found = (fault.find(f"detail/{name}") for name in EXCEPTIONS)
    exception = next((one for one in found if one is not None), None)
    if exception is not None:
        code = f"epuap.{text(exception, 'kod')}"[:80]
        return ServiceFault(text(exception, "komunikat"), code=code, authenticated=is_authenticated)
    blamed = text(fault, "faultcode").rpartition(":")[2]
    code = f"soap.fault.{blamed}"[:80]
    message = text(fault, "faultstring")
    if blamed == "Client":
        return ServiceFault(message, code=code, authenticated=is_authenticated)
    return TransientFault(message, code=code)


def element(namespace: str, name: str, /, **children: str) -> etree._Element:
    """A qualified element with unqualified text children, as every ePUAP schema wants it."""
    parent = etree.Element(f"{{{namespace}}}{name}", nsmap={"ns": namespace})
    for child, value in children.items():
        etree.SubElement(parent, child).text = value
    return parent


def file_element(content: bytes, file_name: str) -> etree._Element:
    """`ob:Dokument` around an XML document."""
    return element(OB, "Dokument", nazwaPliku=file_name, typPliku="text/xml", zawartosc=to_base64(content))


def leaf(namespace: str, name: str, value: str) -> etree._Element:
    """A qualified element with text."""
    node = etree.Element(f"{{{namespace}}}{name}", nsmap={"ns": namespace})
    node.text = value
    return node


def text(parent: etree._Element, path: str) -> str:
    """Trimmed text under `path`, empty when the element is missing or nil."""
    return text_of(parent.find(path))


def integer(parent: etree._Element, path: str) -> int:
    """A whole number under `path`. Raises BadAnswer."""
    try:
        return int(text(parent, path))
    except ValueError as error:
        raise BadAnswer(f"{path} is no number", code="soap.shape") from error


def binary(parent: etree._Element, path: str, *, required: bool = True) -> bytes:
    """Decoded base64 under `path`; empty when missing and not required. Raises BadAnswer."""
    if required and parent.find(path) is None:
        raise BadAnswer(f"no {path} in the answer", code="soap.shape")
    return from_base64(text(parent, path))


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def from_base64(value: str) -> bytes:
    """Strict base64 apart from white space. Raises BadAnswer (`soap.base64`)."""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadAnswer("not base64", code="soap.base64") from error


def require_name(answer: etree._Element, namespace: str, name: str) -> etree._Element:
    """The answer when it is the element asked for. Raises BadAnswer (`soap.shape`)."""
    if answer.tag != f"{{{namespace}}}{name}":
        raise BadAnswer("another element than asked for", code="soap.shape")
    return answer


def require_status(answer: etree._Element, *accepted: int) -> int:
    """`status/kod` when it is one of `accepted` (1 when none is named). Raises ServiceFault."""
    code = integer(answer, "status/kod")
    if code not in (accepted or (STATUS_OK,)):
        message = text(answer, "status/komunikat")
        raise ServiceFault(message, code=f"epuap.{code}", authenticated=True)
    return code
