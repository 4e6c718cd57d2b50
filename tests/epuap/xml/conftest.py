"""Keys and certificates made afresh for a test run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
QUALIFIED = x509.UnrecognizedExtension(
    x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), bytes.fromhex("300a3008060604008e460101")
)


@dataclass(frozen=True)
class Party:
    """A key with its certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def cert_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


MakeParty = Callable[..., Party]


def make_party(
    name: str,
    *,
    curve: ec.EllipticCurve | None = None,
    rsa_bits: int = 2048,
    issuer: Party | None = None,
    is_authority: bool = False,
    attributes: Sequence[tuple[x509.ObjectIdentifier, str]] = (),
    extensions: Sequence[x509.ExtensionType] = (),
    valid_from: dt.datetime = dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
    valid_to: dt.datetime = dt.datetime(2040, 1, 1, tzinfo=dt.UTC),
) -> Party:
    """Make a key and its certificate, signed by `issuer` or by itself."""
    key: PrivateKey = (
        rsa.generate_private_key(public_exponent=65537, key_size=rsa_bits)
        if curve is None
        else ec.generate_private_key(curve)
    )
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            *(x509.NameAttribute(oid, value) for oid, value in attributes),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_to)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Party(key, builder.sign(key if issuer is None else issuer.key, hashes.SHA256()))


@pytest.fixture(scope="session")
def party() -> MakeParty:
    """Give the maker of keys and certificates."""
    return make_party


@pytest.fixture(scope="session")
def office() -> Party:
    """Give the office's RSA key."""
    return make_party("Urząd Miasta Jarzębin")


@pytest.fixture(scope="session")
def stranger(office: Party) -> Party:
    """Give a foreign key whose certificate bears the very names of the office's."""
    return make_party("Urząd Miasta Jarzębin")


@pytest.fixture(scope="session")
def node() -> Party:
    """Give an identity provider's EC key."""
    return make_party("node.example.test", curve=ec.SECP256R1())
