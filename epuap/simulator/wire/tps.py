"""Answers of TPS5, the signing service of Profil Zaufany."""

from __future__ import annotations

import base64
from copy import deepcopy
from datetime import datetime

from cryptography import x509
from lxml import etree

from epuap.simulator.wire import xades

NAMESPACE = "http://signing.ws.comarch.gov"


def encode(content: bytes) -> str:
    """Return bytes as base64 text."""
    return base64.b64encode(content).decode()


def build_return(operation: str, value: str) -> etree._Element:
    """Return `<operation>Response` with its one unqualified return element."""
    root = etree.Element(f"{{{NAMESPACE}}}{operation}Response", nsmap={"ns": NAMESPACE})
    etree.SubElement(root, f"{operation}Return").text = value
    return root


def _sub(parent: etree._Element, name: str, text: str, meaning: str = "") -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = text
    if meaning:
        child.set("znaczenie", meaning)
    return child


def build_verify_result(
    root: etree._Element, certificate: x509.Certificate | None, *, trusted: bool, on: datetime
) -> etree._Element:
    """Return VerifyResult (no namespace) about the one signature of a document."""
    role = root.find(".//xades:ClaimedRole", xades.NS)
    valid = certificate is not None and trusted
    result = etree.Element("VerifyResult")
    _sub(result, "ValidDocumentSignature", str(valid).lower(), "poprawny" if valid else "niepoprawny")
    _sub(result, "SignatureType", "XAdES-BES")
    _sub(result, "GenerationTime", on.isoformat(timespec="milliseconds"))
    info = etree.SubElement(result, "StatusInfo")
    _sub(info, "ValidSignature", str(certificate is not None).lower())
    _sub(info, "VerifyStatus", "0" if certificate is not None else "1")
    _sub(info, "VerifySignerCert", "0" if trusted else "1", "zaufany" if trusted else "niezaufany")
    if certificate is not None:
        _sub(info, "SignatureCertIssuer", certificate.issuer.rfc4514_string())
        _sub(info, "SignatureCertSerial", str(certificate.serial_number))
        _sub(info, "SignatureCertSubject", certificate.subject.rfc4514_string())
        _sub(info, "SigningTime", root.findtext(".//xades:SigningTime", "", xades.NS))
    has_role = role is not None and valid
    old_form = role is not None and role.find(f"{{{xades.PPZP}}}PodpisZP") is not None
    for name, present in (("ZP", has_role and old_form), ("EP", has_role and not old_form)):
        element = etree.SubElement(info, name, czy_obecny=str(present).lower())
        if present and role is not None:
            element.append(deepcopy(role))
    return result
