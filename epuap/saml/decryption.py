"""Decryption of an assertion as login.gov.pl encrypts it: ECDH-ES on P-256, ConcatKDF, AES key wrap, AES-GCM.

XML Encryption 1.1 §5.4-§5.7. The key derivation takes AlgorithmID, PartyUInfo and PartyVInfo byte for byte as
the attributes stand, as the node does. libxmlsec cannot read these messages (it insists on RecipientKeyInfo,
which the node leaves out), hence `cryptography`.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from lxml import etree

from epuap.saml import names
from epuap.saml.elements import only_child, text_of
from epuap.saml.errors import SignInRefused

_P256 = "urn:oid:1.2.840.10045.3.1.7"
_SHA256 = f"{names.XENC}sha256"
_KEY_WRAP_BYTES = {
    f"{names.XENC}kw-aes128": 16,
    f"{names.XENC}kw-aes192": 24,
    f"{names.XENC}kw-aes256": 32,
}
_CONTENT = {f"{names.XENC11}aes{bits}-gcm" for bits in (128, 192, 256)}
_NONCE, _TAG = 12, 16
_MAX_BASE64 = 512 * 1024


def decrypt_assertion(encrypted: etree._Element, private_key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the plain bytes inside an `EncryptedAssertion`; raises SignInRefused.

    The content key is used at the length that it unwraps to: production has sent 128-bit keys under the name
    of aes256-gcm.
    """
    data = only_child(encrypted, _xenc("EncryptedData"), code="encryption_structure")
    _require_algorithm(data, "EncryptionMethod", _CONTENT, code="encryption_algorithm")
    keys = list(encrypted.iter(_xenc("EncryptedKey")))
    if len(keys) != 1:
        raise SignInRefused("encryption_structure")
    content_key = _unwrap(keys[0], private_key)
    cipher = _cipher_value(data)
    if len(cipher) <= _NONCE + _TAG:
        raise SignInRefused("decryption")
    try:
        return AESGCM(content_key).decrypt(cipher[:_NONCE], cipher[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise SignInRefused("decryption") from error


def _xenc(local: str) -> str:
    return f"{{{names.XENC}}}{local}"


def _require_algorithm(
    parent: etree._Element, local: str, allowed: set[str] | dict[str, int], *, code: str
) -> str:
    algorithm = only_child(parent, _xenc(local), code="encryption_structure").get("Algorithm", "")
    if algorithm not in allowed:
        raise SignInRefused(code)
    return algorithm


def _decode(element: etree._Element) -> bytes:
    value = text_of(element, code="encryption_structure", max_length=_MAX_BASE64)
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignInRefused("encryption_structure") from error


def _cipher_value(parent: etree._Element) -> bytes:
    cipher_data = only_child(parent, _xenc("CipherData"), code="encryption_structure")
    return _decode(only_child(cipher_data, _xenc("CipherValue"), code="encryption_structure"))


def _unwrap(encrypted_key: etree._Element, private_key: ec.EllipticCurvePrivateKey) -> bytes:
    wrap = _require_algorithm(encrypted_key, "EncryptionMethod", _KEY_WRAP_BYTES, code="encryption_algorithm")
    key_info = only_child(encrypted_key, names.ds("KeyInfo"), code="encryption_structure")
    agreement = only_child(key_info, _xenc("AgreementMethod"), code="encryption_structure")
    if agreement.get("Algorithm") != f"{names.XENC11}ECDH-ES":
        raise SignInRefused("encryption_algorithm")
    shared = private_key.exchange(ec.ECDH(), _originator_key(agreement))
    derivation = ConcatKDFHash(hashes.SHA256(), _KEY_WRAP_BYTES[wrap], _other_info(agreement))
    try:
        content_key = aes_key_unwrap(derivation.derive(shared), _cipher_value(encrypted_key))
    except (InvalidUnwrap, ValueError) as error:
        raise SignInRefused("decryption") from error
    if len(content_key) not in (16, 24, 32):
        raise SignInRefused("decryption")
    return content_key


def _originator_key(agreement: etree._Element) -> ec.EllipticCurvePublicKey:
    code = "encryption_structure"
    info = only_child(agreement, _xenc("OriginatorKeyInfo"), code=code)
    value = only_child(info, names.ds("KeyValue"), code=code)
    key = only_child(value, f"{{{names.DS11}}}ECKeyValue", code=code)
    curve = only_child(key, f"{{{names.DS11}}}NamedCurve", code=code)
    if curve.get("URI") != _P256:
        raise SignInRefused("encryption_algorithm")
    point = _decode(only_child(key, f"{{{names.DS11}}}PublicKey", code=code))
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise SignInRefused("encryption_structure") from error


def _other_info(agreement: etree._Element) -> bytes:
    code = "encryption_structure"
    method = only_child(agreement, f"{{{names.XENC11}}}KeyDerivationMethod", code=code)
    if method.get("Algorithm") != f"{names.XENC11}ConcatKDF":
        raise SignInRefused("encryption_algorithm")
    parameters = only_child(method, f"{{{names.XENC11}}}ConcatKDFParams", code=code)
    digest = only_child(parameters, names.ds("DigestMethod"), code=code)
    if digest.get("Algorithm") != _SHA256:
        raise SignInRefused("encryption_algorithm")
    try:
        return b"".join(
            bytes.fromhex(parameters.get(name, "")) for name in ("AlgorithmID", "PartyUInfo", "PartyVInfo")
        )
    except ValueError as error:
        raise SignInRefused("encryption_structure") from error
