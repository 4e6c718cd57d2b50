"""WS-Skrytka: `nadaj`, a letter of the office into somebody's mailbox.

Source: skrytka.wsdl and obiektypk.xsd 1.2 of ePUAP. The message has no idempotency key: after an
unknown outcome the caller must not repeat it on its own.
"""

from dataclasses import dataclass
from typing import Self

from epuap.soap import messages
from epuap.soap.config import SoapConfig
from epuap.soap.messages import OB


@dataclass(frozen=True)
class Submission:
    """What ePUAP says of a submitted document. `receipt` is the UPP as it came, or None when the
    box gives none at once; `order_id` is given for a delivery only."""

    document_id: str
    receipt_id: str
    receipt: bytes | None
    order_id: str = ""


class MailboxClient:
    """Submits the office's own letters."""

    def __init__(self, config: SoapConfig) -> None:
        self.config = config
        self.url = f"{config.services_url}/pk_external_ws/services/skrytka"

    @classmethod
    def from_settings(cls) -> Self:
        return cls(SoapConfig.from_settings())

    def submit(
        self,
        document: bytes,
        file_name: str,
        recipient_box: str,
        reply_box: str,
    ) -> Submission:
        """Put a document into `recipient_box` (`/podmiot/skrytka`).

        Raises NotSent (safe to repeat), ServiceFault (refused) and TransientError or BadAnswer
        (unknown whether it was delivered).
        """
        headers = (
            messages.leaf(OB, "IdentyfikatorPodmiotu", self.config.entity_id),
            messages.leaf(OB, "AdresSkrytki", recipient_box),
            messages.leaf(OB, "AdresOdpowiedzi", reply_box),
            messages.leaf(OB, "CzyProbne", "0"),
            messages.leaf(OB, "DaneDodatkowe", ""),
        )
        answer = messages.call(
            self.config,
            self.url,
            messages.file_element(document, file_name),
            action="http://ws.epuap.gov.pl/skrytka/nadaj",
            headers=headers,
        )
        messages.require_name(answer, OB, "OdpowiedzSkrytki")
        messages.require_status(answer)
        return Submission(
            document_id=messages.text(answer, "identyfikatorDokumentu"),
            receipt_id=messages.text(answer, "identyfikatorUpp"),
            receipt=messages.binary(answer, "zalacznik/zawartosc", required=False) or None,
        )
