"""The certificates that receipts are held against: the office's own, of today and of before, and ePUAP's."""

from pathlib import Path

from cryptography import x509
from django.conf import settings

from eurzad.lib.errors import PermanentError


def own_certificates() -> list[x509.Certificate]:
    """Certificates the office seals with, or has sealed with. Raises PermanentError (``access.settings``)."""
    return [*certificates("SEAL_CERT")[:1], *certificates("SEAL_PAST_CERTS")]


def epuap_certificates() -> list[x509.Certificate]:
    """Certificates that seal ePUAP's receipts. Raises PermanentError (``access.settings``)."""
    return certificates("EPUAP_SEAL_CERT")


def certificates(setting: str) -> list[x509.Certificate]:
    """The certificates of the PEM file a setting names, none if it is not set. Raises PermanentError."""
    if getattr(settings, setting) is None:
        return []
    try:
        return x509.load_pem_x509_certificates(read_file(setting))
    except ValueError as error:
        raise PermanentError(f"{setting} is not PEM", code="access.settings") from error


def read_file(setting: str) -> bytes:
    """Return the bytes of the file a setting names. Raises PermanentError (``access.settings``)."""
    path: Path = getattr(settings, setting)
    try:
        return path.read_bytes()
    except OSError as error:
        raise PermanentError(f"{setting} cannot be read", code="access.settings") from error
