"""PAdES signatures of PDF files, made with pyHanko."""

from __future__ import annotations

import uuid
from io import BytesIO

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from epuap.simulator.errors import Refused
from epuap.simulator.keys import Credential, certificate_der


def _certificate(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate_der(certificate))


def sign_pdf(document: bytes, signer: Credential, issuer: x509.Certificate) -> bytes:
    """Return the PDF with a signature (ETSI.CAdES.detached) in a new revision; raises Refused."""
    key = signer.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    known = SimpleCertificateStore.from_certs([_certificate(issuer)])  # type: ignore[no-untyped-call]
    pdf_signer = signers.SimpleSigner(
        signing_cert=_certificate(signer.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=known,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=f"Podpis-{uuid.uuid4().hex[:8]}", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    try:
        writer = IncrementalPdfFileWriter(BytesIO(document))
        signed: BytesIO = signers.sign_pdf(writer, metadata, signer=pdf_signer)
    except (PdfError, SigningError, ValueError) as error:
        raise Refused("pdf", "Tego pliku PDF nie da się podpisać") from error
    return signed.getvalue()
