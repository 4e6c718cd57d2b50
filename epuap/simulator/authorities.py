"""The authorities that certify people: qualified signatures, the personal one of the e-ID, their CRL and OCSP."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from django.conf import settings

from epuap.simulator import keys
from epuap.simulator.errors import Refused
from epuap.simulator.keys import Credential
from epuap.simulator.models import IssuedCertificate
from epuap.simulator.people import Person
from eurzad.lib import clock

KINDS = {"qualified": "qualified-ca", "personal": "personal-ca"}
"""Kind of signature: the authority's credential."""
STATES = ("valid", "revoked", "expired", "unqualified", "foreign")
"""What a certificate may be like: sound, revoked a day ago, expired, without the statement of qualification
(the issuer listed all the same), or of an issuer on no list."""
# QCStatements with the one statement id-etsi-qcs-QcCompliance (ETSI EN 319 412-5).
_QUALIFIED = x509.UnrecognizedExtension(
    x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), bytes.fromhex("300a3008060604008e460101")
)
_FRESH = timedelta(days=1)


def certificate(kind: str) -> x509.Certificate:
    """Return the certificate of an authority; raises Refused for one that does not exist."""
    return _load(kind).certificate


def issuer(kind: str, state: str = "valid") -> x509.Certificate:
    """Return the certificate of who issues certificates in a state (see STATES); raises Refused."""
    return keys.load("foreign-ca").certificate if state == "foreign" else certificate(kind)


def _load(kind: str) -> Credential:
    if kind not in KINDS:
        raise Refused("authority", f"Nie ma wystawcy {kind}")
    return keys.load(KINDS[kind])


def _addresses(kind: str) -> list[x509.ExtensionType]:
    base = f"{settings.SIM_SERVICE_URL}/ca/{kind}"
    crl = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{base}.crl")], None, None, None)
    access = [
        x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(f"{base}/ocsp")
        ),
        x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(f"{base}.crt")
        ),
    ]
    return [x509.CRLDistributionPoints([crl]), x509.AuthorityInformationAccess(access)]


def _serial_number(person: Person) -> str:
    """Return the identifier of a natural person in a certificate (ETSI EN 319 412-1)."""
    if person.pesel:
        return f"PNOPL-{person.pesel}"
    return f"PNO{person.eidas_id[:2]}-{person.eidas_id.rpartition('/')[2]}"


def issue(person: Person, kind: str, state: str = "valid") -> Credential:
    """Return a new key of a person with its certificate, in one of STATES; raises Refused."""
    if state not in STATES:
        raise Refused("state", f"Nie ma certyfikatów „{state}”")
    issuer = keys.load("foreign-ca") if state == "foreign" else _load(kind)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = keys.subject(
        {
            NameOID.COMMON_NAME: person.full_name,
            NameOID.GIVEN_NAME: person.given_name,
            NameOID.SURNAME: person.family_name,
            NameOID.SERIAL_NUMBER: _serial_number(person),
        }
    )
    now = clock.now()
    valid = (now - timedelta(days=366), now + timedelta(days=365))
    if state == "expired":
        valid = (now - timedelta(days=800), now - timedelta(days=30))
    extensions = [] if state == "foreign" else _addresses(kind)
    if kind == "qualified" and state != "unqualified":
        extensions.append(_QUALIFIED)
    made = keys.certify(name, key, issuer, authority=False, valid=valid, extensions=extensions)
    if state != "foreign":
        IssuedCertificate.objects.create(
            serial=str(made.serial_number),
            authority=kind,
            subject=f"{person.full_name}, {_serial_number(person)}",
            revoked_at=now - timedelta(days=1) if state == "revoked" else None,
        )
    return Credential(key, made)


def revoke(serial: str) -> bool:
    """Revoke a certificate from now on; say whether there was one to revoke."""
    found = IssuedCertificate.objects.filter(serial=serial, revoked_at=None)
    return bool(found.update(revoked_at=clock.now()))


def build_crl(kind: str) -> bytes:
    """Return the authority's certificate revocation list, DER; raises Refused."""
    issuer, now = _load(kind), clock.now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - timedelta(minutes=1))
        .next_update(now + _FRESH)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
    )
    for found in IssuedCertificate.objects.filter(authority=kind).exclude(revoked_at=None):
        revoked = x509.RevokedCertificateBuilder().serial_number(int(found.serial))
        revoked = revoked.revocation_date(found.revoked_at or now)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def answer_ocsp(kind: str, data: bytes) -> bytes:
    """Return the OCSP answer to a DER request about one certificate of the authority; raises Refused."""
    issuer, now = _load(kind), clock.now()
    try:
        request = ocsp.load_der_ocsp_request(data)
    except ValueError as error:
        raise Refused("ocsp", "not an OCSP request about one certificate") from error
    found = IssuedCertificate.objects.filter(authority=kind, serial=str(request.serial_number)).first()
    status = ocsp.OCSPCertStatus.UNKNOWN
    if found is not None:
        status = ocsp.OCSPCertStatus.REVOKED if found.revoked_at else ocsp.OCSPCertStatus.GOOD
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            issuer_name_hash=request.issuer_name_hash,
            issuer_key_hash=request.issuer_key_hash,
            serial_number=request.serial_number,
            algorithm=request.hash_algorithm,
            cert_status=status,
            this_update=now - timedelta(minutes=1),
            next_update=now + _FRESH,
            revocation_time=found.revoked_at if found is not None else None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate)
    )
    for extension in request.extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            builder = builder.add_extension(extension.value, critical=False)
    answer = builder.sign(issuer.key, hashes.SHA256())
    return answer.public_bytes(serialization.Encoding.DER)


def ocsp_try_later() -> bytes:
    """Return the OCSP answer of a responder that cannot answer now."""
    answer = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return answer.public_bytes(serialization.Encoding.DER)
