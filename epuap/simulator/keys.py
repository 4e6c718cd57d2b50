"""Keys and certificates of the simulated peers, made once and kept under VAR_DIR."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings

from eurzad.lib import clock

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
# name of the credential: (kind of key, issuer, attributes of the subject)
_SUBJECTS: dict[str, tuple[str, str, dict[x509.ObjectIdentifier, str]]] = {
    "idp": ("ec", "", {NameOID.COMMON_NAME: "Węzeł krajowy (SYMULATOR)"}),
    "pz-idp": ("rsa", "", {NameOID.COMMON_NAME: "Profil Zaufany DT (SYMULATOR)"}),
    "foreign-idp": ("rsa", "", {NameOID.COMMON_NAME: "Nieznany dostawca tożsamości"}),
    "foreign-ec": ("ec", "", {NameOID.COMMON_NAME: "Nieznany węzeł"}),
    "ws": ("rsa", "", {NameOID.COMMON_NAME: "ePUAP-SYMULATOR-WS-Sign"}),
    "tps-ca": ("rsa", "", {NameOID.COMMON_NAME: "CPI CA for epuap SYMULATOR"}),
    "tps-seal": (
        "rsa",
        "tps-ca",
        {
            NameOID.COMMON_NAME: "Minister - pieczęć podpisu zaufanego (SYMULATOR)",
            NameOID.ORGANIZATION_NAME: "Minister do spraw informatyzacji",
        },
    ),
    "foreign-seal": ("rsa", "", {NameOID.COMMON_NAME: "Pieczęć nieznanego wystawcy"}),
    "epuap-seal": ("rsa", "tps-ca", {NameOID.COMMON_NAME: "ePUAP - pieczęć poświadczeń (SYMULATOR)"}),
    "foreign-ws": ("rsa", "", {NameOID.COMMON_NAME: "Nieznana usługa"}),
    "qualified-ca": ("rsa", "", {NameOID.COMMON_NAME: "Kwalifikowany wystawca (SYMULATOR)"}),
    "personal-ca": ("rsa", "", {NameOID.COMMON_NAME: "Podpis osobisty - wystawca (SYMULATOR)"}),
    "foreign-ca": ("rsa", "", {NameOID.COMMON_NAME: "Wystawca spoza list"}),
}
_AUTHORITIES = {"tps-ca", "qualified-ca", "personal-ca", "foreign-ca"}
PUBLIC = ("ws", "tps-seal", "epuap-seal", "qualified-ca", "personal-ca")


@dataclass(frozen=True)
class Credential:
    """A private key with its certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> bytes:
        """The private key, PKCS#8."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def certificate_pem(self) -> bytes:
        """The certificate, PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def certificate_base64(self) -> str:
        """The certificate as XML messages carry it: base64 of DER on one line."""
        return base64.b64encode(certificate_der(self.certificate)).decode()


def certificate_der(certificate: x509.Certificate) -> bytes:
    """Return the DER bytes of a certificate."""
    return certificate.public_bytes(serialization.Encoding.DER)


Extensions = Sequence[x509.ExtensionType]


def certify(
    name: x509.Name,
    key: PrivateKey,
    issuer: Credential | None,
    *,
    authority: bool,
    valid: tuple[datetime, datetime] | None = None,
    extensions: Extensions = (),
) -> x509.Certificate:
    """Return a certificate signed by `issuer`, or by itself; `valid` is from when to when."""
    now = clock.now()
    begins, ends = valid or (now - timedelta(days=366), now + timedelta(days=3650))
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer_key = issuer.key.public_key() if issuer else key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=not authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=authority,
                crl_sign=authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(identifier, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer.key if issuer else key, hashes.SHA256())


def subject(attributes: dict[x509.ObjectIdentifier, str]) -> x509.Name:
    """Return a distinguished name in Poland."""
    country = [x509.NameAttribute(NameOID.COUNTRY_NAME, "PL")]
    return x509.Name(country + [x509.NameAttribute(oid, value) for oid, value in attributes.items()])


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all, never readable by others in between."""
    temporary = path.with_suffix(path.suffix + ".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=mode)
    temporary.write_bytes(content)
    temporary.replace(path)


def prepare() -> int:
    """Make what is missing and publish the public part; return how many keys were made."""
    settings.SIM_PRIVATE_DIR.mkdir(parents=True, exist_ok=True)
    settings.SIM_PRIVATE_DIR.chmod(0o700)
    settings.SIM_PUBLIC_DIR.mkdir(parents=True, exist_ok=True)
    made = 0
    for name, (kind, issuer, attributes) in _SUBJECTS.items():
        if not (settings.SIM_PRIVATE_DIR / f"{name}.pem").exists():
            key: PrivateKey = (
                ec.generate_private_key(ec.SECP256R1())
                if kind == "ec"
                else rsa.generate_private_key(public_exponent=65537, key_size=2048)
            )
            certificate = certify(
                subject(attributes), key, load(issuer) if issuer else None, authority=name in _AUTHORITIES
            )
            credential = Credential(key, certificate)
            _write(
                settings.SIM_PRIVATE_DIR / f"{name}.pem",
                credential.key_pem + credential.certificate_pem,
                0o600,
            )
            made += 1
    for name in PUBLIC:
        _write(settings.SIM_PUBLIC_DIR / f"{name}.crt", load(name).certificate_pem, 0o644)
    return made


@lru_cache
def _read(path: Path) -> Credential:
    pem = path.read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path.name} holds neither an RSA nor an EC key")
    return Credential(key, x509.load_pem_x509_certificate(pem))


def load(name: str) -> Credential:
    """Return a credential made by `prepare`."""
    return _read(settings.SIM_PRIVATE_DIR / f"{name}.pem")


def peer_certificate(path: Path) -> x509.Certificate:
    """Return a certificate the portal has handed over; read anew, as it may be made after our start."""
    return x509.load_pem_x509_certificate(path.read_bytes())
