"""The PEM files that settings name: keys and certificates of the office and of those it trusts."""

from pathlib import Path

from cryptography import x509
from django.conf import settings

from eurzad.lib.errors import PermanentError


def read_file(setting: str, *, code: str) -> bytes:
    """Return the bytes of the file that a setting names; raises PermanentError(`code`) naming the setting."""
    path: Path | None = getattr(settings, setting)
    if path is None:
        raise PermanentError(f"{setting} is not set", code=code)
    try:
        return path.read_bytes()
    except OSError as error:
        raise PermanentError(f"{setting} cannot be read: {error.strerror}", code=code) from error


def read_certificates(setting: str, *, code: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates of that file; raises PermanentError(`code`) naming the setting."""
    try:
        return tuple(x509.load_pem_x509_certificates(read_file(setting, code=code)))
    except ValueError as error:
        raise PermanentError(f"{setting} is not a PEM file of certificates", code=code) from error
