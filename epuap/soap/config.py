"""What a SOAP client must know: addresses, our key, the pinned certificate of the other side."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings

from epuap.pem import read_file

MIB = 2**20
# A document of 6.5 MB in base64 fits.
ANSWER_BYTES = 9 * MIB
FILE_BYTES = 20 * MIB


@dataclass(frozen=True, kw_only=True)
class SoapConfig:
    """Settings of one office. Keys and certificates are PEM bytes; `peer_certificates` may hold
    several (old and new signer during a change of keys). `max_answer_bytes` bounds an answer on the
    wire, `max_file_bytes` a file in the repository for big attachments."""

    services_url: str
    tps_url: str
    entity_id: str
    box_name: str
    box_address: str
    key: bytes
    certificate: bytes
    peer_certificates: bytes
    sent_store: str = ""
    max_answer_bytes: int = ANSWER_BYTES
    max_file_bytes: int = FILE_BYTES

    @classmethod
    def from_settings(cls) -> Self:
        """Read Django settings and the PEM files that they name.

        Raises PermanentError (`soap.settings`) naming the setting whose file cannot be read.
        """
        return cls(
            services_url=settings.EPUAP_WS_URL.rstrip("/"),
            tps_url=settings.TPS_URL,
            entity_id=settings.EPUAP_ENTITY_ID,
            box_name=settings.EPUAP_BOX_NAME,
            box_address=settings.EPUAP_BOX_ADDRESS,
            key=read_file("EPUAP_WS_KEY", code="soap.settings"),
            certificate=read_file("EPUAP_WS_CERT", code="soap.settings"),
            peer_certificates=read_file("EPUAP_WS_PEER_CERT", code="soap.settings"),
            sent_store=settings.EPUAP_SENT_STORE,
            max_answer_bytes=settings.EPUAP_ANSWER_MAX_MB * MIB,
            max_file_bytes=settings.EPUAP_FILE_MAX_MB * MIB,
        )
