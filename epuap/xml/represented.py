"""The part of an application for access that is about others: represented parties and the list of attachments.

Values are the document's own Polish words; the room that files applications maps them to its own.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date

from lxml import etree

from epuap.xml.crd import STR, Builder, add_if
from eurzad.lib import xml

PERSON, ORGANISATION = "osoba", "organizacja"
MAX_REPRESENTED = 100
MAX_LISTED = 200


@dataclass(frozen=True)
class RepresentedParty:
    """Somebody for whom the applicant asks, on what basis and how far, as the document says it.

    `number_kind` is PESEL, NIP, REGON or KRS; `basis` przedstawiciel-ustawowy, wpis-KRS or pelnomocnictwo; `role`
    of a statutory representative rodzic, opiekun or kurator; `duty` zaplacona, zwolnienie or inny-urzad with
    `duty_ground` or `duty_note`. All of it declared, nothing checked.
    """

    kind: str
    number_kind: str
    number: str
    basis: str
    given_name: str = ""
    family_name: str = ""
    name: str = ""
    role: str = ""
    areas: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    valid_to: date | None = None
    duty: str = ""
    duty_ground: str = ""
    duty_note: str = ""


@dataclass(frozen=True)
class ListedAttachment:
    """A file that belongs to the application: its name and SHA-256 (hexadecimal), whose it is (the number of the
    represented party counted from 1, 0 nobody's) and what for: podstawa, oplata or inny."""

    name: str
    mime: str
    size: int
    sha256: str
    party: int = 0
    purpose: str = "inny"


@dataclass(frozen=True)
class EnclosedFile:
    """A file inside the document, in base64; `content` is None where it cannot be decoded."""

    name: str
    content: bytes | None


def write_parties(builder: Builder, parent: etree._Element, parties: tuple[RepresentedParty, ...]) -> None:
    """Append Reprezentowani, unless there is nobody."""
    if not parties:
        return
    group = builder.own(parent, "Reprezentowani")
    for party in parties:
        one = builder.own(group, "Reprezentowany", rodzaj=party.kind)
        if party.kind == PERSON:
            builder.own(one, "Imie", party.given_name)
            builder.own(one, "Nazwisko", party.family_name)
        else:
            builder.own(one, "Nazwa", party.name)
        builder.own(one, "Numer", party.number, rodzaj=party.number_kind)
        basis = {"rola": party.role} if party.role else {}
        builder.own(one, "Podstawa", party.basis, **basis)
        scope = builder.own(one, "ZakresDostepu")
        for area in party.areas:
            builder.own(scope, "Obszar", area)
        for right in party.rights:
            builder.own(scope, "Uprawnienie", right)
        if party.valid_to is not None:
            builder.own(scope, "OstatniDzien", party.valid_to.isoformat())
        if party.duty:
            duty = builder.own(one, "OplataSkarbowa", stan=party.duty)
            add_if(duty, builder.namespace, "PodstawaZwolnienia", party.duty_ground)
            add_if(duty, builder.namespace, "GdzieZaplacono", party.duty_note)


def write_list(builder: Builder, parent: etree._Element, files: tuple[ListedAttachment, ...]) -> None:
    """Append WykazZalacznikow, unless there are none."""
    if not files:
        return
    group = builder.own(parent, "WykazZalacznikow")
    for file in files:
        whose = {"reprezentowany": str(file.party)} if file.party else {}
        one = builder.own(group, "Plik", cel=file.purpose, **whose)
        builder.own(one, "NazwaPliku", file.name)
        builder.own(one, "Format", file.mime)
        builder.own(one, "Rozmiar", str(file.size))
        builder.own(one, "SkrotSHA256", file.sha256)


def read_parties(content: etree._Element, namespace: str, remarks: list[str]) -> tuple[RepresentedParty, ...]:
    """Read Reprezentowani tolerantly; too many are cut off with the remark several:Reprezentowany."""
    form = f"{{{namespace}}}"
    found = content.findall(f"{form}Reprezentowani/{form}Reprezentowany")
    if len(found) > MAX_REPRESENTED:
        remarks.append("several:Reprezentowany")
    return tuple(_read_party(one, form, remarks) for one in found[:MAX_REPRESENTED])


def _read_party(one: etree._Element, form: str, remarks: list[str]) -> RepresentedParty:
    def text(path: str) -> str:
        return xml.text_of(one.find("/".join(f"{form}{name}" for name in path.split("/")))).strip()

    def attribute(name: str, of: str) -> str:
        element = one.find(f"{form}{name}")
        return "" if element is None else element.get(of, "").strip()

    def texts(name: str) -> tuple[str, ...]:
        return tuple(xml.text_of(found).strip() for found in one.findall(f"{form}ZakresDostepu/{form}{name}"))

    return RepresentedParty(
        kind=one.get("rodzaj", "").strip(),
        number_kind=attribute("Numer", "rodzaj"),
        number=text("Numer"),
        basis=text("Podstawa"),
        role=attribute("Podstawa", "rola"),
        given_name=text("Imie"),
        family_name=text("Nazwisko"),
        name=text("Nazwa"),
        areas=texts("Obszar")[:20],
        rights=texts("Uprawnienie")[:20],
        valid_to=_day(text("ZakresDostepu/OstatniDzien"), remarks),
        duty=attribute("OplataSkarbowa", "stan"),
        duty_ground=text("OplataSkarbowa/PodstawaZwolnienia"),
        duty_note=text("OplataSkarbowa/GdzieZaplacono"),
    )


def read_list(content: etree._Element, namespace: str) -> tuple[ListedAttachment, ...]:
    """Read WykazZalacznikow tolerantly."""
    form = f"{{{namespace}}}"
    return tuple(
        ListedAttachment(
            name=xml.text_of(one.find(f"{form}NazwaPliku")).strip(),
            mime=xml.text_of(one.find(f"{form}Format")).strip(),
            size=_number(xml.text_of(one.find(f"{form}Rozmiar"))),
            sha256=xml.text_of(one.find(f"{form}SkrotSHA256")).strip().lower(),
            party=_number(one.get("reprezentowany", "")),
            purpose=one.get("cel", "inny").strip(),
        )
        for one in content.findall(f"{form}WykazZalacznikow/{form}Plik")[:MAX_LISTED]
    )


def read_enclosed(content: etree._Element) -> tuple[EnclosedFile, ...]:
    """Read the files that the document carries in base64 (`str:Zalacznik`)."""
    found = [
        one for one in content.iter(f"{{{STR}}}Zalacznik") if one.get("kodowanie", "").lower() == "base64"
    ]
    return tuple(EnclosedFile(one.get("nazwaPliku", "").strip(), _decode(one)) for one in found[:MAX_LISTED])


def _decode(element: etree._Element) -> bytes | None:
    try:
        data = xml.text_of(element.find(f"{{{STR}}}DaneZalacznika"))
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _number(text: str) -> int:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def _day(text: str, remarks: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        remarks.append("bad_date")
        return None
