"""XML signatures as SAML and WS-Security messages carry them."""

from __future__ import annotations

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from epuap.simulator.errors import Refused
from epuap.simulator.keys import Credential

DS = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def _signing_key(credential: Credential) -> xmlsec.Key:
    key = xmlsec.Key.from_memory(credential.key_pem, xmlsec.constants.KeyDataFormatPem)
    key.load_cert_from_memory(credential.certificate_pem, xmlsec.constants.KeyDataFormatPem)
    return key


def public_key(certificate: x509.Certificate) -> xmlsec.Key:
    """Return the pinned public key of a certificate."""
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)


def sign_saml(message: etree._Element, credential: Credential) -> None:
    """Sign a SAML message in place (ECDSA P-256 or RSA, as the key is); the signature follows its Issuer."""
    method = xmlsec.constants.TransformEcdsaSha256
    if isinstance(credential.key, rsa.RSAPrivateKey):
        method = xmlsec.constants.TransformRsaSha256
    signature = xmlsec.template.create(message, xmlsec.constants.TransformExclC14N, method, ns="ds")
    message.insert(1, signature)
    reference = xmlsec.template.add_reference(
        signature, xmlsec.constants.TransformSha256, uri=f"#{message.get('ID')}"
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    x509_data = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.template.x509_data_add_certificate(x509_data)
    context = xmlsec.SignatureContext()
    context.key = _signing_key(credential)
    context.register_id(message, "ID")
    context.sign(signature)


def sign_detached(
    signature: etree._Element, target: etree._Element, id_namespace: str, credential: Credential
) -> None:
    """Fill a prepared signature over `target`, whose `Id` attribute is in `id_namespace`."""
    context = xmlsec.SignatureContext()
    context.key = _signing_key(credential)
    context.register_id(target, "Id", id_namespace)
    context.sign(signature)


def _algorithm(signature: etree._Element, path: str) -> str:
    found = signature.findall(path, {"ds": DS})
    if len(found) != 1:
        raise Refused("signature_layout", f"{path}: {len(found)} elements instead of one")
    return found[0].get("Algorithm", "")


def _check_layout(signature: etree._Element, method: str, target_id: str, transforms: list[str]) -> None:
    """Only the one form the interface describes is accepted, so that nothing can hide in another."""
    if _algorithm(signature, "ds:SignedInfo/ds:CanonicalizationMethod") != EXC_C14N:
        raise Refused("signature_c14n")
    if _algorithm(signature, "ds:SignedInfo/ds:SignatureMethod") != method:
        raise Refused("signature_method", f"expected {method}")
    if _algorithm(signature, "ds:SignedInfo/ds:Reference/ds:DigestMethod") != SHA256:
        raise Refused("signature_digest")
    reference = signature.find("ds:SignedInfo/ds:Reference", {"ds": DS})
    if reference is None or reference.get("URI") != f"#{target_id}":
        raise Refused("signature_reference", "the signature covers another element")
    used = [t.get("Algorithm", "") for t in reference.iterfind("ds:Transforms/ds:Transform", {"ds": DS})]
    if used != transforms:
        raise Refused("signature_transforms", ", ".join(used))


def _verify(signature: etree._Element, context: xmlsec.SignatureContext) -> None:
    try:
        context.verify(signature)
    except xmlsec.Error as error:
        raise Refused("signature_invalid", "the signature does not match the message") from error


def verify_saml(message: etree._Element, certificate: x509.Certificate) -> None:
    """Check that `certificate` signed this very message; raises Refused."""
    message_id = message.get("ID", "")
    same = [element for element in message.getroottree().iter() if element.get("ID") == message_id]
    if not message_id or len(same) != 1:
        raise Refused("message_id", "the ID is missing or not unique")
    signatures = message.findall("ds:Signature", {"ds": DS})
    if len(signatures) != 1 or message.index(signatures[0]) != 1:
        raise Refused("unsigned", "one ds:Signature is expected right after Issuer")
    method = RSA_SHA256 if isinstance(certificate.public_key(), rsa.RSAPublicKey) else ECDSA_SHA256
    _check_layout(signatures[0], method, message_id, [ENVELOPED, EXC_C14N])
    context = xmlsec.SignatureContext()
    context.key = public_key(certificate)
    context.register_id(message, "ID")
    _verify(signatures[0], context)


def verify_detached(
    signature: etree._Element, target: etree._Element, id_namespace: str, certificate: x509.Certificate
) -> None:
    """Check an RSA signature over `target` made with the pinned certificate; raises Refused."""
    target_id = target.get(f"{{{id_namespace}}}Id", "")
    same = [e for e in target.getroottree().iter() if e.get(f"{{{id_namespace}}}Id") == target_id]
    if not target_id or len(same) != 1:
        raise Refused("message_id", "the Id is missing or not unique")
    _check_layout(signature, RSA_SHA256, target_id, [EXC_C14N])
    context = xmlsec.SignatureContext()
    context.key = public_key(certificate)
    context.register_id(target, "Id", id_namespace)
    _verify(signature, context)
