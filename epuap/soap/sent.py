"""ZarzadzanieDokumentami: what the office's own stores on ePUAP hold.

Source: ZarzadzanieDokumentami.wsdl of ePUAP. `zawartoscSkladu` lists a whole store at once: the
message has no paging, so the answer is bounded in bytes and elements instead.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from lxml import etree

from epuap.soap import messages
from epuap.soap.config import SoapConfig
from epuap.soap.pull import read_time

DOCUMENTS = "http://ws.epuap.gov.pl/zarzadzanieDokumentami"
# About twenty thousand documents.
MAX_NODES = 300_000


@dataclass(frozen=True)
class StoredDocument:
    """One line of a store. `sent_at` is aware, or None when the service gave no date."""

    document_id: str
    file_name: str
    sent_at: datetime | None


class StoreClient:
    """Reads the stores of the office's account."""

    def __init__(self, config: SoapConfig) -> None:
        self.config = config
        self.url = f"{config.services_url}/fe_external_ws/services/ZarzadzanieDokumentami"

    @classmethod
    def from_settings(cls) -> Self:
        return cls(SoapConfig.from_settings())

    def list_sent(self) -> list[StoredDocument]:
        """What the office has sent. Raises ServiceFault, BadAnswer, TransientError, PermanentError."""
        body = etree.Element(f"{{{DOCUMENTS}}}zawartoscSkladu", nsmap={"ns": DOCUMENTS})
        store = etree.SubElement(body, "sklad")
        etree.SubElement(store, "nazwa").text = self.config.sent_store
        etree.SubElement(store, "podmiot").text = self.config.entity_id
        answer = messages.call(self.config, self.url, body, action="", max_nodes=MAX_NODES)
        messages.require_name(answer, DOCUMENTS, "zawartoscSkladuResponse")
        return [read_line(line) for line in answer.iterfind("zawartoscSkladu/SzczegolyDokumentuTyp")]


def read_line(line: etree._Element) -> StoredDocument:
    """`SzczegolyDokumentuTyp` as a value."""
    return StoredDocument(
        document_id=messages.text(line, "id"),
        file_name=messages.text(line, "nazwa"),
        sent_at=read_time(messages.text(line, "dataNadania")),
    )
