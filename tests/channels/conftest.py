"""Seals of the test's own, and receipts under them."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from lxml import etree

from epuap.xml import dsig, names
from epuap.xml.receipts import UpdData, UppData, build_upd, build_upp
from eurzad.lib import xml
from portal.channels.models import Receipt
from portal.channels.services import keep_own_receipt
from tests.epuap.xml.conftest import Party, make_party

DOCUMENT = "<?xml version='1.0' encoding='UTF-8'?><wniosek>Zażółć</wniosek>".encode()
UPP = UppData(
    identifier="UPP.EU.2026.000007",
    addressee_name="Urząd Miasta Jarzębin",
    addressee_id="MIASTOJARZEBIN",
    sender_name="Celina Jawor",
    sender_id="celina-1",
    sender_id_type="eUrzad-ID",
    delivered_at=datetime(2026, 11, 23, 9, 15, 30, tzinfo=UTC),
    created_at=datetime(2026, 11, 23, 9, 15, 31, tzinfo=UTC),
    document_id="EU.2026.000007",
    extra=(("Rodzaj", "wniosek"),),
)
UPD = UpdData(
    identifier="UPD-1",
    issuer_name="Urząd Miasta Jarzębin",
    issuer_id="MIASTOJARZEBIN",
    addressee_name="Celina Jawor",
    addressee_id="celina-1",
    received_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC),
    created_at=datetime(2026, 11, 20, 11, 0, tzinfo=UTC),
    case_id="OR.1431.12.2026",
    document_id="pismo-7",
)


@dataclass(frozen=True)
class Seals:
    """Who may seal what in a test."""

    office: Party
    office_before: Party
    epuap: Party
    trusted: Party
    stranger: Party


@pytest.fixture(scope="session")
def parties() -> Seals:
    return Seals(
        *(make_party(name) for name in ("Urząd", "Urząd dawniej", "ePUAP", "Podpis zaufany", "Ktoś obcy"))
    )


@pytest.fixture(autouse=True)
def seals(settings: Any, tmp_path: Path, parties: Seals) -> Seals:
    """Put the certificates where the settings say."""
    files = {
        "SEAL_KEY": parties.office.key_pem,
        "SEAL_CERT": parties.office.cert_pem,
        "SEAL_PAST_CERTS": parties.office_before.cert_pem,
        "EPUAP_SEAL_CERT": parties.epuap.cert_pem,
        "TPS_SEAL_CERT": parties.trusted.cert_pem,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        setattr(settings, name, path)
    return parties


def upp(signer: Party, data: UppData = UPP, *, document: bytes = DOCUMENT) -> bytes:
    return build_upp(
        data,
        document=document,
        document_name="wniosek.xml",
        key_pem=signer.key_pem,
        cert_pem=signer.cert_pem,
    )


def upd(signer: Party, data: UpdData = UPD) -> bytes:
    return build_upd(
        data,
        document=DOCUMENT,
        document_name="pismo.xml",
        key_pem=signer.key_pem,
        cert_pem=signer.cert_pem,
    )


ROLE = """<ds:Object xmlns:ds="{ds}"><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#" Target="#S">
<x:SignedProperties Id="P"><x:SignedSignatureProperties><x:SigningTime>{moment}</x:SigningTime>
<x:SigningCertificate><x:Cert><x:CertDigest><ds:DigestMethod Algorithm="{sha256}"/>
<ds:DigestValue>{digest}</ds:DigestValue>
</x:CertDigest></x:Cert></x:SigningCertificate><x:SignerRole><x:ClaimedRoles><x:ClaimedRole>{role}</x:ClaimedRole>
</x:ClaimedRoles></x:SignerRole></x:SignedSignatureProperties></x:SignedProperties></x:QualifyingProperties></ds:Object>"""


def upd_by_trusted_profile(seal: Party, role: str) -> bytes:
    """The addressee's UPD as the trusted profile signs it: its seal, and the person in the claimed role."""
    root = xml.parse(upd(seal))
    root.remove(root[1])
    signature = etree.SubElement(root, names.ds("Signature"), Id="S")
    digest = base64.b64encode(seal.certificate.fingerprint(hashes.SHA256())).decode()
    moment = UPD.received_at.isoformat()
    text = ROLE.format(ds=names.DS, sha256=names.SHA256, digest=digest, moment=moment, role=role)
    signature.append(etree.fromstring(text))
    dsig.fill_signature(
        signature,
        root=root,
        references=(
            dsig.ReferenceSpec(""),
            dsig.ReferenceSpec("pismo.xml", (), content=DOCUMENT),
            dsig.ReferenceSpec("#P", (names.EXC_C14N,), type=names.SIGNED_PROPERTIES),
        ),
        key_pem=seal.key_pem,
        key_info=dsig.x509_key_info(seal.cert_pem),
        algorithm="rsa-sha256",
    )
    return xml.to_bytes(root)


@pytest.fixture
def keep(db: None, seals: Seals) -> Callable[..., Receipt]:
    """Keep a receipt of the office's own."""

    def kept(content: bytes | None = None) -> Receipt:
        return keep_own_receipt(
            channel_code="portal",
            kind=Receipt.Kind.UPP,
            identifier=UPP.identifier,
            content=content or upp(seals.office),
            document=DOCUMENT,
            issued_at=UPP.created_at or UPP.delivered_at,
        )

    return kept
