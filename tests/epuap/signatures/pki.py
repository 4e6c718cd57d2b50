"""Authorities, signers' certificates, lists of revoked certificates and OCSP responses, made for a test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from eurzad.lib.personas import ANNA, Persona

NOW = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
SIGNED = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
QUALIFIED = "300a3008060604008e460101"
ESIGN = "301f3008060604008e4601013013060604008e4601063009060704008e46010601"
ESEAL = "301f3008060604008e4601013013060604008e4601063009060704008e46010602"

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Holder:
    """A key with its certificate."""

    key: Key
    certificate: x509.Certificate


@lru_cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One key a name: making RSA keys is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def certify(
    name: str,
    issuer: Holder | None = None,
    *,
    key: Key | None = None,
    authority: bool = False,
    path_length: int | None = None,
    qc: str = "",
    usage: str = "content_commitment",
    serial: str = "",
    attributes: Sequence[tuple[x509.ObjectIdentifier, str]] = (),
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    since: dt.datetime = dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    until: dt.datetime = dt.datetime(2028, 1, 1, tzinfo=dt.UTC),
) -> Holder:
    """Certify a key: an authority's, or a signer's with `usage` (names of KeyUsage, space-separated; "" = none)."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    parts = [(NameOID.COUNTRY_NAME, "PL"), (NameOID.COMMON_NAME, name), *attributes]
    if serial:
        parts.append((NameOID.SERIAL_NUMBER, serial))
    subject = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=path_length), critical=True)
    )
    names = "key_cert_sign crl_sign" if authority and usage == "content_commitment" else usage
    if names:
        every = (
            "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
            "key_cert_sign crl_sign encipher_only decipher_only"
        )
        bits = {one: one in names.split() for one in every.split()}
        builder = builder.add_extension(x509.KeyUsage(**bits), critical=True)
    if qc:
        value = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), bytes.fromhex(qc))
        builder = builder.add_extension(value, critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Holder(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def person(issuer: Holder, who: Persona = ANNA, *, serial: str | None = None, **options: object) -> Holder:
    """A qualified certificate of a persona."""
    options = {"qc": QUALIFIED} | options
    names = ((NameOID.GIVEN_NAME, who.given_name), (NameOID.SURNAME, who.family_name))
    number = f"PNOPL-{who.pesel}" if serial is None else serial
    return certify(f"{who.given_name} {who.family_name}", issuer, serial=number, attributes=names, **options)  # type: ignore[arg-type]


def addresses(*, responder: str = "", crl: str = "") -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions that say where revocation is asked about."""
    found: list[tuple[x509.ExtensionType, bool]] = []
    if responder:
        uri = x509.UniformResourceIdentifier(responder)
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, uri)
        found.append((x509.AuthorityInformationAccess([access]), False))
    if crl:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        found.append((x509.CRLDistributionPoints([point]), False))
    return found


def crl_of(
    issuer: Holder,
    revoked: dict[int, dt.datetime] | None = None,
    *,
    since: dt.datetime = NOW - HOUR,
    until: dt.datetime = NOW + DAY,
    signer: Holder | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """A list of revoked certificates (serial number: moment), DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(since)
        .next_update(until)
    )
    for number, moment in (revoked or {}).items():
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(moment).build()
        builder = builder.add_revoked_certificate(entry)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign((signer or issuer).key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_of(
    subject: Holder,
    issuer: Holder,
    *,
    revoked_at: dt.datetime | None = None,
    since: dt.datetime = NOW - HOUR,
    until: dt.datetime | None = NOW + HOUR,
    responder: Holder | None = None,
    embed: bool = True,
) -> bytes:
    """An OCSP response about a certificate, signed by its issuer or by a responder, DER."""
    signer = responder or issuer
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=subject.certificate,
        issuer=issuer.certificate,
        algorithm=hashes.SHA1(),
        cert_status=ocsp.OCSPCertStatus.GOOD if revoked_at is None else ocsp.OCSPCertStatus.REVOKED,
        this_update=since,
        next_update=until,
        revocation_time=revoked_at,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if responder is not None and embed:
        builder = builder.certificates([responder.certificate])
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def with_sha1(
    der: bytes, key: rsa.RSAPrivateKey, *, kind: type[core.Sequence], tbs: str, value: str
) -> bytes:
    """Sign a certificate or a list anew with RSA and SHA-1, which `cryptography` no longer makes."""
    signed = kind.load(der)
    algorithm = {"algorithm": "sha1_rsa"}
    signed[tbs]["signature"] = algorithm
    signed["signature_algorithm"] = algorithm
    signed[value] = key.sign(signed[tbs].dump(force=True), padding.PKCS1v15(), hashes.SHA1())
    return bytes(signed.dump(force=True))
