"""FileRepoService: big attachments beside a document.

Source: filerepo.wsdl and filerepocore.xsd of ePUAP. The service gives a file out once only: whoever
downloads stores it before anything else.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from epuap.soap import messages
from epuap.soap.config import SoapConfig

FILES = "http://wsdl.epuap.gov.pl/filerepocore/"
_FILE_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
# Room for the envelope around the base64.
_AROUND = 64 * 1024


@dataclass(frozen=True)
class RepositoryFile:
    """A file as it came out of the repository."""

    content: bytes
    file_name: str
    mime: str


class FileClient:
    """The office's side of the repository."""

    def __init__(self, config: SoapConfig) -> None:
        self.config = config
        self.url = f"{config.services_url}/repo-ws-ext/FileRepoService"

    @classmethod
    def from_settings(cls) -> Self:
        return cls(SoapConfig.from_settings())

    def download(self, file_id: str) -> RepositoryFile:
        """Take a file out of the repository: the service does not give it a second time.

        Raises ServiceFault (not there, or not any more), BadAnswer (`soap.too_big` when it is over
        the limit), TransientError.
        """
        body = messages.element(FILES, "DownloadFileParam", fileId=file_id, subject=self.config.entity_id)
        limit = self.config.max_file_bytes * 4 // 3 + _AROUND
        answer = messages.call(self.config, self.url, body, action="", max_bytes=limit)
        return read_file(messages.require_name(answer, FILES, "DataDocument"))


def file_id_of(address: str, *, hosts: Collection[str]) -> str | None:
    """The file's number in an address of the repository; None for an address on any other host.

    The address itself is never called.
    """
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or host not in hosts:
        return None
    given = parse_qs(parts.query).get("fileId", [])
    return given[0] if len(given) == 1 and _FILE_ID.fullmatch(given[0]) else None


def read_file(answer: etree._Element) -> RepositoryFile:
    """`DataDocument` as a value. Raises BadAnswer when the file itself is missing or no base64."""
    return RepositoryFile(
        content=messages.binary(answer, "file"),
        file_name=messages.text(answer, "filename"),
        mime=messages.text(answer, "mimeType"),
    )
