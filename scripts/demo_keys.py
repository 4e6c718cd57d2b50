"""Makes the portal's own demo keys: SAML (P-256 and RSA), WS-Security and office seal. Never for a live town."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NAMES = {
    "sp": "eUrząd demo – logowanie",
    "saml-rsa": "eUrząd demo – logowanie (RSA)",
    "ws": "eUrząd demo – usługi sieciowe",
    "seal": "Urząd Miasta Jarzębin – pieczęć (demo)",
}


def make(folder: Path) -> list[str]:
    """Make the keys that `folder` lacks; return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, common_name in NAMES.items():
        if (folder / f"{name}.key").exists() and (folder / f"{name}.crt").exists():
            continue
        key = (
            ec.generate_private_key(ec.SECP256R1()) if name == "sp" else rsa.generate_private_key(65537, 3072)
        )
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Miasto Jarzębin (dane zmyślone)"),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        handle = os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(private)
        (folder / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        made.append(name)
    return made


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: demo_keys.py FOLDER")
    make(Path(sys.argv[1]))
