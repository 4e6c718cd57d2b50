"""The certificates that receipts are held against: the office's own, of today and of before, and ePUAP's."""

from cryptography import x509
from django.conf import settings

from epuap.pem import read_certificates

Certificates = tuple[x509.Certificate, ...]


def own_certificates() -> Certificates:
    """Certificates the office seals with, or has sealed with. Raises PermanentError (``access.settings``)."""
    return (*_certificates("SEAL_CERT")[:1], *_certificates("SEAL_PAST_CERTS"))


def epuap_certificates() -> Certificates:
    """Certificates that seal ePUAP's receipts. Raises PermanentError (``access.settings``)."""
    return _certificates("EPUAP_SEAL_CERT")


def _certificates(setting: str) -> Certificates:
    return () if getattr(settings, setting) is None else read_certificates(setting, code="access.settings")
