"""What the settings say about sign-in: who the portal is and which identity providers it trusts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from epuap.keys import is_strong
from epuap.saml.errors import ConfigurationError, UnknownProvider
from epuap.saml.metadata import EPUAP, POST, IdentityProvider, read_identity_provider

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_PEM_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True)
class ServiceProvider:
    """The portal as a SAML service provider towards one profile.

    Keys may overlap while one replaces another: the first signs, all decrypt, all certificates are published.
    """

    entity_id: str
    display_name: str
    keys: tuple[PrivateKey, ...] = field(repr=False)
    certificates: tuple[x509.Certificate, ...] = field(repr=False)

    @property
    def algorithm(self) -> str:
        """What the first key signs with, as `epuap.xml.dsig.sign` names it."""
        return "rsa-sha256" if isinstance(self.keys[0], rsa.RSAPrivateKey) else "ecdsa-sha256"

    @cached_property
    def key_pem(self) -> bytes:
        """The signing key, PKCS#8."""
        return self.keys[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def certificate_pem(self) -> bytes:
        """The certificate of the signing key."""
        return self.certificates[0].public_bytes(Encoding.PEM)


def identity_provider(name: str) -> IdentityProvider:
    """Return a configured identity provider. Raises UnknownProvider, ConfigurationError."""
    if name not in settings.IDENTITY_PROVIDERS:
        raise UnknownProvider(name)
    chosen: dict[str, Any] = settings.IDENTITY_PROVIDERS[name]
    path = Path(str(chosen["metadata"]))
    is_posted = chosen.get("binding") == POST
    provider = _read_provider(name, path, _changed(path), is_posted)
    if chosen["profile"] != EPUAP:
        return provider
    return replace(
        provider,
        profile=EPUAP,
        binding=chosen["binding"],
        levels=tuple(chosen["levels"]),
        attributes=dict(chosen["attributes"]),
        userinfo_url=chosen["userinfo_url"],
    )


def service_provider(provider: IdentityProvider) -> ServiceProvider:
    """Return the portal's own side as `provider` knows it. Raises ConfigurationError."""
    kind = "RSA_" if provider.profile == EPUAP else ""
    key, certificate = (getattr(settings, f"SAML_SP_{kind}{one}") for one in ("KEY", "CERT"))
    if key is None or certificate is None:
        raise ConfigurationError("key")
    return _read_own_side(
        settings.SAML_SP_ENTITY_ID,
        settings.SAML_PROVIDER_NAME,
        rsa.RSAPrivateKey if kind else ec.EllipticCurvePrivateKey,
        Path(key),
        Path(certificate),
        (_changed(Path(key)), _changed(Path(certificate))),
    )


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise ConfigurationError("file") from error


@lru_cache(maxsize=16)
def _read_provider(name: str, path: Path, changed: int, is_posted: bool) -> IdentityProvider:
    return read_identity_provider(name, path.read_bytes(), is_posted=is_posted)


@lru_cache(maxsize=16)
def _read_own_side(
    entity_id: str,
    display_name: str,
    kind: type[PrivateKey],
    key_path: Path,
    certificate_path: Path,
    changed: tuple[int, int],
) -> ServiceProvider:
    try:
        keys = tuple(_private_keys(key_path.read_bytes()))
        certificates = tuple(x509.load_pem_x509_certificates(certificate_path.read_bytes()))
        known = [key.public_key() for key in keys]
        certified = [certificate.public_key() for certificate in certificates]
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigurationError("key") from error
    if not keys or certified[0] != known[0] or any(one not in known for one in certified):
        raise ConfigurationError("key")
    if not all(isinstance(key, kind) and _is_strong(key) for key in keys):
        raise ConfigurationError("key")
    return ServiceProvider(entity_id, display_name, keys, certificates)


def _private_keys(pem: bytes) -> Iterator[PrivateKey]:
    for block in _PEM_KEY.finditer(pem):
        key = load_pem_private_key(block.group(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise TypeError("neither an EC nor an RSA key")
        yield key


def _is_strong(key: PrivateKey) -> bool:
    """ECDH-ES is agreed on P-256 alone."""
    return is_strong(key.public_key()) and (
        isinstance(key, rsa.RSAPrivateKey) or isinstance(key.curve, ec.SECP256R1)
    )
