"""Namespaces and common parts of documents of the central repository of document templates (CRD)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lxml import etree

STR = "http://crd.gov.pl/xml/schematy/struktura/2009/11/16/"
META = "http://crd.gov.pl/xml/schematy/meta/2009/11/16/"
OSO = "http://crd.gov.pl/xml/schematy/osoba/2009/11/16/"
INST = "http://crd.gov.pl/xml/schematy/instytucja/2009/11/16/"
ADR = "http://crd.gov.pl/xml/schematy/adres/2009/11/09/"

NAMESPACES = {"str": STR, "meta": META, "oso": OSO, "inst": INST, "adr": ADR}

_GENERATION = re.compile(
    r"http://crd\.gov\.pl/xml/schematy/(struktura|meta|osoba|instytucja|adres)/\d{4}/\d{2}/\d{2}/"
)
_CURRENT = {"struktura": STR, "meta": META, "osoba": OSO, "instytucja": INST, "adres": ADR}
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Builder:
    """Writes one document in the namespace of its form."""

    namespace: str

    def root(self, prefix: str) -> etree._Element:
        """Return the root element Dokument with all namespaces declared."""
        return etree.Element(f"{{{self.namespace}}}Dokument", nsmap={prefix: self.namespace, **NAMESPACES})

    def own(self, parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
        """Append an element of the form's own namespace."""
        return add(parent, self.namespace, name, text, **attributes)

    def describe(self, root: etree._Element, created_on: date) -> None:
        """Append OpisDokumentu: the day the document was made."""
        self.dated(self.own(root, "OpisDokumentu"), created_on)

    def dated(self, parent: etree._Element, created_on: date) -> None:
        """Append the metadata element with the day the document was made."""
        add(add(parent, META, "Data", typDaty="stworzony"), META, "Czas", created_on.isoformat())

    def institution(self, parent: etree._Element, list_name: str, name: str) -> None:
        """Append Adresaci or Nadawcy naming the office."""
        party = add(add(parent, STR, list_name), META, "Podmiot")
        add(add(party, INST, "Instytucja"), INST, "NazwaInstytucji", name)


def add(
    parent: etree._Element, namespace: str, name: str, text: str = "", **attributes: str
) -> etree._Element:
    """Append an element; characters that XML cannot carry are left out, line ends become "\\n"."""
    element = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    if text:
        element.text = _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return element


def add_if(parent: etree._Element, namespace: str, name: str, text: str) -> None:
    """Append an element unless its text is empty."""
    if text.strip():
        add(parent, namespace, name, text.strip())


def to_current_generation(root: etree._Element) -> bool:
    """Rename elements of older CRD structures to the current generation; say whether there were any."""
    changed = False
    for element in root.iter(etree.Element):
        name = etree.QName(element)
        match = _GENERATION.fullmatch(name.namespace or "")
        if match is not None and name.namespace != _CURRENT[match.group(1)]:
            element.tag = f"{{{_CURRENT[match.group(1)]}}}{name.localname}"
            changed = True
    return changed
