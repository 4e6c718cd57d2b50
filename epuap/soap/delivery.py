"""WS-Doręczyciel: `dorecz`, a letter that its addressee opens by signing a delivery receipt (UPD).

Source: doreczyciel.wsdl 1.1 and obiektypk.xsd 1.2 of ePUAP. As with `nadaj` there is no idempotency
key: after an unknown outcome the caller must not repeat it on its own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from epuap.soap import messages
from epuap.soap.config import SoapConfig
from epuap.soap.messages import OB
from eurzad.lib.clock import to_warsaw


@dataclass(frozen=True)
class DeliveryOrder:
    """What ePUAP says of an order to deliver; either number may be empty."""

    document_id: str
    order_id: str


class DeliveryClient:
    """Orders deliveries of the office's letters."""

    def __init__(self, config: SoapConfig) -> None:
        self.config = config
        self.url = f"{config.services_url}/pk_external_ws/services/doreczyciel"

    @classmethod
    def from_settings(cls) -> Self:
        return cls(SoapConfig.from_settings())

    def order(
        self,
        document: bytes,
        file_name: str,
        recipient_box: str,
        reply_box: str,
        *,
        due_at: datetime,
        document_id: str,
        case_number: str,
    ) -> DeliveryOrder:
        """Order the delivery of a XAdES-signed document to `recipient_box` until `due_at` (aware).

        `document_id` and `case_number` are the office's own; both are copied into the UPD. Raises
        NotSent (safe to repeat), ServiceFault (refused) and TransientError or BadAnswer (unknown
        whether it was taken).
        """
        headers = (
            messages.leaf(OB, "IdentyfikatorPodmiotu", self.config.entity_id),
            messages.leaf(OB, "AdresSkrytki", recipient_box),
            messages.leaf(OB, "AdresOdpowiedzi", reply_box),
            messages.leaf(OB, "TerminDoreczenia", to_warsaw(due_at).isoformat(timespec="milliseconds")),
            messages.leaf(OB, "CzyProbne", "0"),
            messages.leaf(OB, "IdentyfikatorDokumentu", document_id),
            messages.leaf(OB, "IdentyfikatorSprawy", case_number),
            messages.leaf(OB, "DaneDodatkowe", ""),
        )
        answer = messages.call(
            self.config,
            self.url,
            messages.file_element(document, file_name),
            action="http://ws.epuap.gov.pl/doreczyciel/dorecz",
            headers=headers,
        )
        messages.require_name(answer, OB, "OdpowiedzDoreczyciela")
        messages.require_status(answer)
        return DeliveryOrder(
            document_id=messages.text(answer, "identyfikatorDokumentu"),
            order_id=messages.text(answer, "identyfikatorZlecenia"),
        )
