"""Signatures as TPS5 returns them, made with libxmlsec from a template of the test's own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

import xmlsec
from cryptography.hazmat.primitives import serialization
from lxml import etree

from tests.epuap.xml.conftest import Party

DS = "http://www.w3.org/2000/09/xmldsig#"
XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
    "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>"
)
EXC = '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'

ENVELOPED = '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'

EP_SIGNATURE = """<pz:EPSignature xmlns:pz="http://crd.gov.pl/xml/schematy/podpis_zaufany/"><pz:NaturalPerson>
<pz:CurrentFamilyName>{family_name}</pz:CurrentFamilyName><pz:FirstName>{given_name}</pz:FirstName>
<pz:DateOfBirth>{birth_date}</pz:DateOfBirth><pz:PersonalIdentifier>{pesel}</pz:PersonalIdentifier>
</pz:NaturalPerson><pz:SignatureData><pz:IdentityIssuer>node.example.test</pz:IdentityIssuer>
<pz:IdentityIssueTimestamp>2026-03-04T12:42:39.943+01:00</pz:IdentityIssueTimestamp></pz:SignatureData>
</pz:EPSignature>"""
PODPIS_ZP = """<ppZP:PodpisZP xmlns:ppZP="http://crd.gov.pl/xml/schematy/ppzp/"
 xmlns:os="http://crd.gov.pl/xml/schematy/osoba/2009/03/06/"><ppZP:DaneZP><ppZP:DaneZPOsobyFizycznej>
<os:Nazwisko rodzajCzlonu="pierwszy">{family_name}</os:Nazwisko><os:Imie>{given_name}</os:Imie>
<os:PESEL>{pesel}</os:PESEL>
<ppZP:IdKontaUzytkownikaEpuap>login</ppZP:IdKontaUzytkownikaEpuap></ppZP:DaneZPOsobyFizycznej></ppZP:DaneZP>
<ppZP:DanePodpisu/></ppZP:PodpisZP>"""


def base64_der(party: Party) -> str:
    return base64.b64encode(party.certificate.public_bytes(serialization.Encoding.DER)).decode()


def sign_document(
    document: bytes,
    signer: Party,
    *,
    role: str = "",
    signing_time: str = "2026-03-04T12:42:39.943+01:00",
    transforms: str = XPATH,
    root_uri: str = "",
    digest_of: Party | None = None,
    serial_of: Party | None = None,
    issuer_name: str = "",
    target: str = "#Signature-1",
    properties_uri: str = "#SignedProps-1",
    second_properties: str = "",
    chain: Sequence[Party] = (),
) -> bytes:
    """Sign as the trusted profile does; the options make what a forger with a key of their own could make."""
    named = digest_of or signer
    der = named.certificate.public_bytes(serialization.Encoding.DER)
    cert_digest = base64.b64encode(hashlib.sha256(der).digest()).decode()
    certificates = "".join(
        f"<ds:X509Certificate>{base64_der(one)}</ds:X509Certificate>" for one in (signer, *chain)
    )
    issuer_name = issuer_name or named.certificate.issuer.rfc4514_string()
    claimed = (
        f"<xades:SignerRole><xades:ClaimedRoles><xades:ClaimedRole>{role}</xades:ClaimedRole>"
        "</xades:ClaimedRoles></xades:SignerRole>"
        if role
        else ""
    )
    template = f"""<ds:Signature xmlns:ds="{DS}" Id="Signature-1"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="{root_uri}"><ds:Transforms>{transforms}</ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>
<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="{properties_uri}">
<ds:Transforms>{EXC}</ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue Id="SignatureValue-1"/>
<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>
<ds:Object Id="QualifyingInfos-1"><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#"
 Id="QualifyingProps-1" Target="{target}"><xades:SignedProperties Id="SignedProps-1">
<xades:SignedSignatureProperties><xades:SigningTime>{signing_time}</xades:SigningTime>
<xades:SigningCertificate><xades:Cert><xades:CertDigest>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue>{cert_digest}</ds:DigestValue>
</xades:CertDigest><xades:IssuerSerial><ds:X509IssuerName>{issuer_name}</ds:X509IssuerName>
<ds:X509SerialNumber>{(serial_of or named).certificate.serial_number}</ds:X509SerialNumber>
</xades:IssuerSerial>
</xades:Cert></xades:SigningCertificate>
<xades:SignaturePolicyIdentifier><xades:SignaturePolicyImplied/></xades:SignaturePolicyIdentifier>
{claimed}</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>
{second_properties}</ds:Signature>"""
    root = etree.fromstring(document)
    signature = etree.fromstring(template)
    root.append(signature)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(signer.key_pem, xmlsec.KeyFormat.PEM)
    context.sign(signature)
    return etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True)
