"""What the settings say about sign-in: who the portal is and which identity providers it trusts."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings

from epuap.saml.errors import ConfigurationError, UnknownProvider
from epuap.saml.metadata import IdentityProvider, read_identity_provider


@dataclass(frozen=True)
class ServiceProvider:
    """The portal as a SAML service provider; one EC P-256 key signs and decrypts."""

    entity_id: str
    display_name: str
    key_pem: bytes = field(repr=False)
    certificate_pem: bytes = field(repr=False)
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)


def identity_provider(name: str) -> IdentityProvider:
    """Return a configured identity provider. Raises UnknownProvider, ConfigurationError."""
    if name not in settings.IDENTITY_PROVIDERS:
        raise UnknownProvider(name)
    path = Path(str(settings.IDENTITY_PROVIDERS[name]["metadata"]))
    return _read_provider(name, path, _changed(path))


def service_provider() -> ServiceProvider:
    """Return the portal's own side. Raises ConfigurationError."""
    key, certificate = Path(settings.SAML_SP_KEY), Path(settings.SAML_SP_CERT)
    key_pem, certificate_pem = (_read_key(path, _changed(path)) for path in (key, certificate))
    try:
        private_key = load_pem_private_key(key_pem, None)
        matches = load_pem_x509_certificate(certificate_pem).public_key() == private_key.public_key()
    except ValueError as error:
        raise ConfigurationError("key") from error
    if not matches or not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise ConfigurationError("key")
    return ServiceProvider(
        entity_id=settings.SAML_SP_ENTITY_ID,
        display_name=settings.SAML_PROVIDER_NAME,
        key_pem=key_pem,
        certificate_pem=certificate_pem,
        private_key=private_key,
    )


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise ConfigurationError("file") from error


@lru_cache(maxsize=8)
def _read_provider(name: str, path: Path, changed: int) -> IdentityProvider:
    return read_identity_provider(name, path.read_bytes())


@lru_cache(maxsize=8)
def _read_key(path: Path, changed: int) -> bytes:
    return path.read_bytes()
