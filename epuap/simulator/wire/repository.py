"""The file repository (filerepocore.xsd): global elements qualified, children not."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from lxml import etree

from epuap.simulator.wire.build import sub
from epuap.simulator.wire.soap import decode, fields

FC = "http://wsdl.epuap.gov.pl/filerepocore/"


@dataclass(frozen=True)
class BigFile:
    """A file as the repository hands it over."""

    name: str
    mime_type: str
    encoding: str
    content: bytes


def _root(name: str) -> etree._Element:
    return etree.Element(f"{{{FC}}}{name}", nsmap={"fc": FC})


def read_upload(element: etree._Element) -> tuple[BigFile, str]:
    """Return the file of an UploadFileParam and its subject; raises Refused."""
    values = fields(element, ["file", "filename", "mimeType", "subject"], ["encoding"])
    content = decode(values["file"])
    return BigFile(values["filename"], values["mimeType"], values.get("encoding", ""), content), values[
        "subject"
    ]


def build_file_id(file_id: str) -> etree._Element:
    """Return fileId5."""
    root = _root("fileId5")
    root.text = file_id
    return root


def build_file(file: BigFile) -> etree._Element:
    """Return DataDocument."""
    root = _root("DataDocument")
    sub(root, "", "file", base64.b64encode(file.content).decode())
    sub(root, "", "filename", file.name)
    sub(root, "", "mimeType", file.mime_type)
    if file.encoding:
        sub(root, "", "encoding", file.encoding)
    return root


def build_exception(code: int, text: str) -> etree._Element:
    """Return fc:WyjatekTyp for the detail of a fault."""
    root = _root("WyjatekTyp")
    sub(root, "", "kod", str(code))
    sub(root, "", "komunikat", text)
    return root
