"""The office's seal under a day's statement: a detached signature (RSA or ECDSA with SHA-256)."""

import base64
from binascii import Error as NoBase64
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.conf import settings

from epuap.xml.dsig import private_key
from eurzad.lib.errors import PermanentError
from portal.journal.rules import Statement, read_statement


class BadSignature(Exception):
    """A statement that the office did not sign, or none at all."""


def sign(text: str) -> str:
    """Sign with SEAL_KEY; return base64. Raises PermanentError (`journal.seal`)."""
    try:
        key = private_key(_read("SEAL_KEY"))
    except (ValueError, TypeError) as error:
        raise PermanentError("SEAL_KEY is no private key", code="journal.seal") from error
    if isinstance(key, rsa.RSAPrivateKey):
        raw = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        raw = key.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    else:
        raise PermanentError("SEAL_KEY is neither RSA nor EC", code="journal.seal")
    return base64.b64encode(raw).decode()


def fingerprint() -> str:
    """SHA-256 of the office's present certificate. Raises PermanentError (`journal.seal`)."""
    return _certificates("SEAL_CERT")[0].fingerprint(hashes.SHA256()).hex()


def verify(text: str, signature: str) -> Statement:
    """Return what the office signed, today or under an earlier certificate.

    Raises BadSignature for anything else; PermanentError when the certificates cannot be read.
    """
    known = {
        one.fingerprint(hashes.SHA256()).hex(): one
        for one in (*_certificates("SEAL_CERT"), *_certificates("SEAL_PAST_CERTS"))
    }
    try:
        statement = read_statement(text)
        key = known[statement.certificate].public_key()
        raw = base64.b64decode(signature, validate=True)
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(raw, text.encode(), ec.ECDSA(hashes.SHA256()))
        else:
            raise BadSignature
    except (ValueError, KeyError, NoBase64, InvalidSignature) as error:
        raise BadSignature from error
    return statement


def _certificates(setting: str) -> list[x509.Certificate]:
    if getattr(settings, setting) is None:
        return []
    try:
        return x509.load_pem_x509_certificates(_read(setting))
    except ValueError as error:
        raise PermanentError(f"{setting} is no PEM", code="journal.seal") from error


def _read(setting: str) -> bytes:
    path: Path = getattr(settings, setting)
    try:
        return path.read_bytes()
    except OSError as error:
        raise PermanentError(f"{setting} cannot be read", code="journal.seal") from error
