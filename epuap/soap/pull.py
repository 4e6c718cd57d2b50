"""WS-Pull: the office's mailbox, read one document at a time from its head.

Source: pull.wsdl and obiektypk.xsd 1.2 of ePUAP. A document leaves the queue only when its SHA-1 is
confirmed, so the same head comes again until then.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from lxml import etree

from epuap.soap import messages
from epuap.soap.config import SoapConfig
from epuap.soap.errors import BadAnswer
from epuap.soap.messages import OB, STATUS_OK
from eurzad.lib.clock import WARSAW
from eurzad.lib.xml import XmlRejected, parse, text_of

QUEUE_EMPTY = 0


@dataclass(frozen=True, kw_only=True)
class PulledDocument:
    """The head of the mailbox. `document_id` is ePUAP's number, empty when it was not given;
    `sent_at` is aware, or None when the service sent something that is no date."""

    content: bytes
    file_name: str
    mime: str
    document_id: str
    sender_entity: str
    sender_name: str
    reply_address: str
    sent_at: datetime | None
    is_test: bool
    additional_data: bytes

    @property
    def sha1(self) -> bytes:
        """The digest by which the service knows the document (its choice, not a protection)."""
        return hashlib.sha1(self.content, usedforsecurity=False).digest()


class PullClient:
    """One mailbox of the office. Every method raises TransientError or PermanentError."""

    def __init__(self, config: SoapConfig) -> None:
        self.config = config
        self.url = f"{config.services_url}/pk_external_ws/services/pull"

    @classmethod
    def from_settings(cls) -> Self:
        return cls(SoapConfig.from_settings())

    def waiting_count(self) -> int:
        """How many documents wait in the mailbox."""
        answer = self._call("oczekujaceDokumenty", "ZapytaniePullOczekujace")
        messages.require_status(answer)
        return messages.integer(answer, "oczekujace")

    def fetch_next(self) -> PulledDocument | None:
        """The head of the queue without removing it; None when the queue is empty."""
        answer = self._call("pobierzNastepny", "ZapytaniePullPobierz")
        if messages.require_status(answer, STATUS_OK, QUEUE_EMPTY) == QUEUE_EMPTY:
            return None
        return read_document(answer)

    def confirm(self, sha1: bytes) -> None:
        """Remove the head from the queue; `sha1` is the 20-byte digest of its content."""
        digest = base64.b64encode(sha1).decode("ascii")
        messages.require_status(self._call("potwierdzOdebranie", "ZapytaniePullPotwierdz", skrot=digest))

    def _call(self, operation: str, element: str, **extra: str) -> etree._Element:
        body = messages.element(
            OB,
            element,
            podmiot=self.config.entity_id,
            nazwaSkrytki=self.config.box_name,
            adresSkrytki=self.config.box_address,
            **extra,
        )
        answer = messages.call(self.config, self.url, body, action=f"http://ws.epuap.gov.pl/pull/{operation}")
        return messages.require_name(answer, OB, element.replace("Zapytanie", "Odpowiedz"))


def read_document(answer: etree._Element) -> PulledDocument:
    """`OdpowiedzPullPobierz` as a value. Raises BadAnswer when the document itself is missing."""
    document = answer.find("dokument")
    if document is None:
        raise BadAnswer("no dokument in the answer", code="soap.shape")
    names = (messages.text(answer, f"danePodmiotu/{part}") for part in ("imieSkrot", "nazwiskoNazwa"))
    additional_data = messages.binary(answer, "daneDodatkowe", required=False)
    return PulledDocument(
        content=messages.binary(document, "zawartosc"),
        file_name=messages.text(document, "nazwaPliku"),
        mime=messages.text(document, "typPliku"),
        document_id=read_document_id(additional_data),
        sender_entity=messages.text(answer, "danePodmiotu/identyfikator"),
        sender_name=" ".join(name for name in names if name),
        reply_address=messages.text(answer, "adresOdpowiedzi"),
        sent_at=read_time(messages.text(answer, "dataNadania")),
        is_test=messages.text(answer, "czyTestowe").lower() in ("true", "1"),
        additional_data=additional_data,
    )


def read_document_id(additional_data: bytes) -> str:
    """The last `IdentyfikatorDokumentu` of `daneDodatkowe`: that one is ePUAP's own number."""
    if not additional_data:
        return ""
    try:
        root = parse(additional_data)
    except XmlRejected:
        return ""
    found = [text_of(node) for node in root.iter("{*}IdentyfikatorDokumentu")]
    return found[-1] if found else ""


def read_time(value: str) -> datetime | None:
    """An xs:dateTime as an aware time (without an offset: Polish time); None for anything else."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=WARSAW)
