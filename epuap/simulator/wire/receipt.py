"""The UPP (official confirmation of submission) that ePUAP issues, and the UPD that an addressee signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from epuap.simulator.errors import Refused
from epuap.simulator.keys import Credential
from epuap.simulator.wire import xades
from epuap.simulator.wire.build import sub
from eurzad.lib import clock

POS = "http://crd.gov.pl/xml/schematy/UPO/2008/05/09/"


@dataclass(frozen=True)
class Party:
    """One side of a submission: its name and its identifier on ePUAP."""

    name: str
    identifier: str


@dataclass(frozen=True)
class Submission:
    """The facts a UPP confirms."""

    receipt_number: int
    document_number: int
    addressee: Party
    sender: Party
    delivered_at: datetime


@dataclass(frozen=True)
class HandedOver:
    """The facts a UPD confirms."""

    receipt_number: int
    document_id: str
    case_id: str
    issuer: Party
    addressee: Party
    received_at: datetime


def _party(parent: etree._Element, name: str, party: Party) -> None:
    element = sub(parent, POS, name)
    sub(element, POS, "Nazwa", party.name)
    sub(element, POS, "IdentyfikatorPodmiotu", party.identifier, TypIdentyfikatora="ePUAP-ID")


def document_uri(document_number: int) -> str:
    """Return what the seal calls the submitted document: the identifier the UPP states."""
    return f"DOK{document_number}"


def build_receipt(submission: Submission, document: bytes, seal: Credential) -> bytes:
    """Return a sealed UPP bound to the bytes of the submitted document; raises Refused.

    A document that is not XML cannot be canonicalised; like ePUAP, the simulator issues no UPP for it.
    """
    root = etree.Element(f"{{{POS}}}Dokument", nsmap={"pos": POS})
    upp = sub(root, POS, "UPP")
    sub(upp, POS, "IdentyfikatorPoswiadczenia", f"ePUAP-UPP{submission.receipt_number}")
    _party(upp, "Adresat", submission.addressee)
    _party(upp, "Nadawca", submission.sender)
    delivered = clock.to_warsaw(submission.delivered_at).isoformat(timespec="milliseconds")
    sub(upp, POS, "DataDoreczenia", delivered)
    made = clock.to_warsaw(clock.now()).isoformat(timespec="milliseconds")
    sub(upp, POS, "DataWytworzeniaPoswiadczenia", made)
    sub(upp, POS, "IdentyfikatorDokumentu", document_uri(submission.document_number))
    sub(
        upp,
        POS,
        "InformacjaUzupelniajaca",
        "Poświadczenie wystawiła platforma ePUAP (SYMULATOR)",
        TypInformacjiUzupelniajacej="Wystawca",
    )
    outside = {document_uri(submission.document_number): document}
    return xades.seal_with_outside(etree.tostring(root, encoding="UTF-8"), seal, outside)


def _moment(moment: datetime) -> str:
    return clock.to_warsaw(moment).isoformat(timespec="milliseconds")


def build_upd(facts: HandedOver) -> bytes:
    """Return a UPD that its addressee has still to sign."""
    root = etree.Element(f"{{{POS}}}Dokument", nsmap={"pos": POS})
    upd = sub(root, POS, "UPD")
    sub(upd, POS, "IdentyfikatorPoswiadczenia", f"ePUAP-UPD{facts.receipt_number}")
    _party(upd, "PodmiotWystawiajacyPoswiadczenie", facts.issuer)
    _party(upd, "Adresat", facts.addressee)
    sub(upd, POS, "DataOdbioru", _moment(facts.received_at))
    sub(upd, POS, "DataUtworzeniaPoswiadczenia", _moment(clock.now()))
    sub(upd, POS, "IdentyfikatorSprawy", facts.case_id)
    sub(upd, POS, "IdentyfikatorDokumentu", facts.document_id)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def check_upd(content: bytes) -> etree._Element:
    """Return the root of an unsigned UPD; raises Refused for anything else."""
    root = xades.read(content)
    upd = root.find(f"{{{POS}}}UPD")
    if (
        root.tag != f"{{{POS}}}Dokument"
        or upd is None
        or not upd.findtext(f"{{{POS}}}IdentyfikatorDokumentu")
    ):
        raise Refused("upd", "To nie jest UPD z identyfikatorem dokumentu")
    return root


def upd_document_id(content: bytes) -> str:
    """Return the identifier of the document a UPD is about; raises Refused."""
    return check_upd(content).findtext(f"{{{POS}}}UPD/{{{POS}}}IdentyfikatorDokumentu", "")


def date_upd(content: bytes, moment: datetime) -> bytes:
    """Return a ready UPD with the moment of reception written where the office left it empty."""
    root = check_upd(content)
    received = root.find(f"{{{POS}}}UPD/{{{POS}}}DataOdbioru")
    if received is not None and not received.text:
        received.text = _moment(moment)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def describe_receipt(content: bytes) -> list[tuple[str, str]]:
    """Return label and value of each field of a UPP, for a page."""
    upp = xades.read(content).find(f"{{{POS}}}UPP")
    labels = {
        "IdentyfikatorPoswiadczenia": "Identyfikator poświadczenia",
        "DataDoreczenia": "Data doręczenia",
        "DataWytworzeniaPoswiadczenia": "Data wytworzenia poświadczenia",
        "IdentyfikatorDokumentu": "Identyfikator dokumentu",
        "Adresat": "Adresat",
        "Nadawca": "Nadawca",
    }
    rows = []
    for element in upp if upp is not None else ():
        label = labels.get(etree.QName(element).localname)
        if label:
            rows.append((label, ", ".join(str(t).strip() for t in element.itertext() if str(t).strip())))
    return rows
