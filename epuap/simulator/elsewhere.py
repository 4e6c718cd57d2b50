"""Signing a file "elsewhere": what a resident does at home before sending it to the portal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings

from epuap.simulator import authorities, keys
from epuap.simulator.errors import Refused
from epuap.simulator.people import Person
from epuap.simulator.wire import pades, xades

MAX_BYTES = 10 * 2**20
PACKAGINGS = (
    ("enveloped", "XAdES w dokumencie XML (enveloped)"),
    ("enveloping", "XAdES z dokumentem w środku, w base64 (enveloping)"),
    ("enveloping-xml", "XAdES z dokumentem XML w środku (enveloping)"),
    ("detached", "XAdES w osobnym pliku (detached)"),
    ("pdf", "PAdES w pliku PDF"),
)
KINDS = (
    ("qualified", "Podpis kwalifikowany"),
    ("personal", "Podpis osobisty (e-dowód)"),
    ("epsignature", "Podpis zaufany (nowy zapis EPSignature)"),
    ("podpiszp", "Podpis zaufany (starszy zapis PodpisZP)"),
)
STATES = (
    ("valid", "ważny"),
    ("revoked", "unieważniony dzień wcześniej"),
    ("expired", "po terminie ważności"),
    ("unqualified", "bez oświadczenia, że jest kwalifikowany"),
    ("foreign", "wystawcy spoza list zaufania"),
)


@dataclass(frozen=True)
class SignedFile:
    """What the page gives back."""

    name: str
    mime_type: str
    content: bytes


def _mime_type(content: bytes) -> str:
    return "application/pdf" if content.startswith(b"%PDF") else "text/xml"


def _signer(person: Person, kind: str, state: str) -> xades.Signer:
    if kind in authorities.KINDS:
        return xades.certified(authorities.issue(person, kind, state), authorities.issuer(kind, state))
    seal = keys.load("foreign-seal" if state == "foreign" else "tps-seal")
    return xades.trusted(person, seal, issuer=settings.SIM_IDP_ENTITY_ID, old_form=kind == "podpiszp")


def sign(content: bytes, name: str, *, packaging: str, kind: str, state: str, person: Person) -> SignedFile:
    """Return the file signed by a person; raises Refused with words for the page."""
    if not content or len(content) > MAX_BYTES:
        raise Refused("size", "Plik jest pusty albo większy niż 10 MB")
    stem, mime_type = PurePath(name).stem or "plik", _mime_type(content)
    if packaging == "pdf":
        if mime_type != "application/pdf" or kind not in authorities.KINDS:
            raise Refused("pdf", "PAdES to podpis kwalifikowany albo osobisty w pliku PDF")
        signed = pades.sign_pdf(
            content, authorities.issue(person, kind, state), authorities.issuer(kind, state)
        )
        return SignedFile(f"{stem}-podpisany.pdf", mime_type, signed)
    signer = _signer(person, kind, state)
    if packaging == "detached":
        return SignedFile(f"{name}.XAdES", "text/xml", xades.detached(content, signer, mime_type, name))
    if packaging == "enveloped":
        signed = xades.enveloped(content, signer)
    else:
        as_xml = packaging == "enveloping-xml"
        signed = xades.enveloping(content, signer, mime_type, as_xml=as_xml)
    return SignedFile(f"{stem}-podpisany.xml", "text/xml", signed)
