"""Encrypted assertions.

The national node: ECDH-ES on P-256, ConcatKDF, AES key wrap, AES-GCM. Profil Zaufany: RSA-OAEP, AES-GCM.
"""

from __future__ import annotations

import base64
import secrets
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from lxml import etree

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
SHA256 = f"{XENC}sha256"
SHA1 = f"{DS}sha1"
RSA_OAEP_MGF1P = f"{XENC}rsa-oaep-mgf1p"
RSA_OAEP = f"{XENC11}rsa-oaep"
MGF1_SHA256 = f"{XENC11}mgf1sha256"
KW_AES256 = f"{XENC}kw-aes256"
AES256_GCM = f"{XENC11}aes256-gcm"
P256 = "urn:oid:1.2.840.10045.3.1.7"
_NSMAP = {"saml2": SAML, "ds": DS, "dsig11": DSIG11, "xenc": XENC, "xenc11": XENC11}


def _length_prefixed(text: str) -> bytes:
    """A 4-byte big-endian length and the bytes, as the node writes the parts of OtherInfo."""
    data = text.encode()
    return len(data).to_bytes(4, "big") + data


def _cipher_data(parent: etree._Element, data: bytes) -> None:
    cipher_data = etree.SubElement(parent, f"{{{XENC}}}CipherData")
    etree.SubElement(cipher_data, f"{{{XENC}}}CipherValue").text = base64.b64encode(data).decode()


def _method(parent: etree._Element, algorithm: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XENC}}}EncryptionMethod", Algorithm=algorithm)


def _digest(parent: etree._Element, algorithm: str = SHA256) -> None:
    etree.SubElement(parent, f"{{{DS}}}DigestMethod", Algorithm=algorithm)


def _describe_agreement(
    encrypted_key: etree._Element, public_point: bytes, parts: tuple[bytes, bytes, bytes]
) -> None:
    key_info = etree.SubElement(encrypted_key, f"{{{DS}}}KeyInfo")
    agreement = etree.SubElement(key_info, f"{{{XENC}}}AgreementMethod", Algorithm=f"{XENC11}ECDH-ES")
    derivation = etree.SubElement(
        agreement, f"{{{XENC11}}}KeyDerivationMethod", Algorithm=f"{XENC11}ConcatKDF"
    )
    names = ("AlgorithmID", "PartyUInfo", "PartyVInfo")
    parameters = etree.SubElement(derivation, f"{{{XENC11}}}ConcatKDFParams")
    for name, value in zip(names, parts, strict=True):
        parameters.set(name, value.hex().upper())
    _digest(parameters)
    originator = etree.SubElement(agreement, f"{{{XENC}}}OriginatorKeyInfo")
    key_value = etree.SubElement(originator, f"{{{DS}}}KeyValue")
    ec_key = etree.SubElement(key_value, f"{{{DSIG11}}}ECKeyValue")
    etree.SubElement(ec_key, f"{{{DSIG11}}}NamedCurve", URI=P256)
    etree.SubElement(ec_key, f"{{{DSIG11}}}PublicKey").text = base64.b64encode(public_point).decode()


def _encrypted_data() -> tuple[etree._Element, etree._Element]:
    root = etree.Element(f"{{{SAML}}}EncryptedAssertion", nsmap=_NSMAP)
    data = etree.SubElement(
        root, f"{{{XENC}}}EncryptedData", Id=f"_{uuid.uuid4().hex}", Type=f"{XENC}Element"
    )
    return root, data


def _oaep(hash_algorithm: hashes.HashAlgorithm) -> padding.OAEP:
    return padding.OAEP(mgf=padding.MGF1(hash_algorithm), algorithm=hash_algorithm, label=None)


def encrypt_assertion_rsa(
    assertion: bytes, *, recipient: rsa.RSAPublicKey, newer: bool = False
) -> etree._Element:
    """Return a saml2:EncryptedAssertion with its content key under RSA-OAEP.

    `newer` writes the xmlenc 1.1 form with SHA-256 and its mask function, otherwise rsa-oaep-mgf1p with
    SHA-1, which that identifier prescribes.
    """
    content_key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    root, data = _encrypted_data()
    _method(data, AES256_GCM)
    key_info = etree.SubElement(data, f"{{{DS}}}KeyInfo")
    encrypted_key = etree.SubElement(key_info, f"{{{XENC}}}EncryptedKey", Id=f"_{uuid.uuid4().hex}")
    method = _method(encrypted_key, RSA_OAEP if newer else RSA_OAEP_MGF1P)
    _digest(method, SHA256 if newer else SHA1)
    if newer:
        etree.SubElement(method, f"{{{XENC11}}}MGF", Algorithm=MGF1_SHA256)
    wrapped = recipient.encrypt(content_key, _oaep(hashes.SHA256() if newer else hashes.SHA1()))  # noqa: S303
    _cipher_data(encrypted_key, wrapped)
    _cipher_data(data, nonce + AESGCM(content_key).encrypt(nonce, assertion, None))
    return root


def encrypt_assertion(
    assertion: bytes,
    *,
    recipient: ec.EllipticCurvePublicKey,
    issuer: str,
    audience: str,
    content_key_bytes: int = 32,
) -> etree._Element:
    """Return a saml2:EncryptedAssertion that only the holder of `recipient`'s private key can open.

    `content_key_bytes` of 16 reproduces a quirk seen in production: a 128-bit key declared as aes256-gcm.
    """
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    public_point = ephemeral.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    parts = (_length_prefixed(KW_AES256), _length_prefixed(issuer), _length_prefixed(audience))
    shared = ephemeral.exchange(ec.ECDH(), recipient)
    wrapping_key = ConcatKDFHash(hashes.SHA256(), length=32, otherinfo=b"".join(parts)).derive(shared)
    content_key, nonce = secrets.token_bytes(content_key_bytes), secrets.token_bytes(12)

    root, data = _encrypted_data()
    _digest(_method(data, AES256_GCM))
    key_info = etree.SubElement(data, f"{{{DS}}}KeyInfo")
    encrypted_key = etree.SubElement(key_info, f"{{{XENC}}}EncryptedKey", Id=f"_{uuid.uuid4().hex}")
    _method(encrypted_key, KW_AES256)
    _describe_agreement(encrypted_key, public_point, parts)
    _cipher_data(encrypted_key, aes_key_wrap(wrapping_key, content_key))
    _cipher_data(data, nonce + AESGCM(content_key).encrypt(nonce, assertion, None))
    return root
