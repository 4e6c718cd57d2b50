"""TPS5 (`tpSigning5`): a document goes out to be signed, a browser follows, the signed one comes back.

Source: the integrator's fact sheet of the service: namespace `http://signing.ws.comarch.gov`,
unqualified children, SOAP 1.1 with WS-Security.
"""

from typing import Self
from urllib.parse import urlsplit

from lxml import etree

from epuap.soap import messages
from epuap.soap.config import SoapConfig
from epuap.soap.errors import BadAnswer, ServiceFault, TransientFault
from eurzad.lib.errors import TransientError
from eurzad.lib.xml import text_of

SIGNING = "http://signing.ws.comarch.gov"


class NotSignedYet(TransientError):
    """The service has no signed document under this address (yet, or any more)."""

    code = "tps.not_signed"


class TpsClient:
    """The signing service of the trusted profile."""

    def __init__(self, config: SoapConfig) -> None:
        self.config = config

    @classmethod
    def from_settings(cls) -> Self:
        return cls(SoapConfig.from_settings())

    def add_document(self, document: bytes, *, success_url: str, failure_url: str, info: str) -> str:
        """Hand over a document and return the address to send the browser to.

        `info` (not empty) is shown to the person who signs. The address is on the host of the
        service and identifies the document in `get_signed_document`. Raises TransientError,
        PermanentError; BadAnswer (`tps.address`) when the address is on another host.
        """
        body = messages.element(
            SIGNING,
            "addDocumentToSigning",
            doc=messages.to_base64(document),
            successURL=success_url,
            failureURL=failure_url,
            additionalInfo=info,
        )
        answer = messages.call(self.config, self.config.tps_url, body, action="addDocumentToSigning")
        address = text_of(returned(answer, "addDocumentToSigningReturn"))
        self._check_address(address)
        return address

    def get_signed_document(self, url: str) -> bytes:
        """The signed document, byte for byte as the service made it.

        Raises NotSignedYet when the service answers with a fault, as it does until the person has
        signed; TransientError and PermanentError as every call.
        """
        body = messages.element(SIGNING, "getSignedDocument", id=url)
        try:
            answer = messages.call(self.config, self.config.tps_url, body, action="getSignedDocument")
        except (ServiceFault, TransientFault) as fault:
            raise NotSignedYet(str(fault)) from fault
        signed = messages.from_base64(text_of(returned(answer, "getSignedDocumentReturn")))
        if not signed:
            raise NotSignedYet("empty answer")
        return signed

    def _check_address(self, address: str) -> None:
        service, target = urlsplit(self.config.tps_url), urlsplit(address)
        if (target.scheme, target.netloc) != (service.scheme, service.netloc) or any(
            ord(character) < 33 for character in address
        ):
            raise BadAnswer("signing address on another host", code="tps.address")


def returned(answer: etree._Element, name: str) -> etree._Element:
    """The return element, bare or inside its `…Response`, qualified or not."""
    for node in answer.iter(f"{{*}}{name}"):
        return node
    raise BadAnswer(f"no {name} in the answer", code="soap.shape")
