"""PDFs made for a test: a small document, signed with pyHanko, and revised by hand."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.epuap.signatures.pki import Holder


def plain(text: str = "Wniosek", *, form: str = "") -> bytes:
    """A one-page document; `form`: more entries of the catalog."""
    content = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {form} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /FT /Tx /T (Nazwa) /V (Anna) >>",
    ]
    return revised(b"%PDF-1.7\n", dict(enumerate(objects, start=1)))


def revised(data: bytes, objects: dict[int, bytes], *, trailer: bytes = b"", tail: bytes = b"") -> bytes:
    """Append a revision with these objects; `trailer`: its further entries, `tail`: bytes before the table."""
    out = bytearray(data)
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    out += tail
    previous = re.findall(rb"startxref\s+(\d+)", data)
    at = len(out)
    out += b"xref\n"
    if not previous:
        out += b"0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    sizes = [int(one) for one in re.findall(rb"/Size (\d+)", data)]
    size = max([*offsets, *(one - 1 for one in sizes)]) + 1
    entries = b"/Size %d /Root 1 0 R %s" % (size, trailer)
    if previous:
        entries += b" /Prev " + previous[-1]
    out += b"trailer\n<< %s >>\nstartxref\n%d\n%%%%EOF\n" % (entries, at)
    return bytes(out)


def signer_of(holder: Holder, *above: Holder, **options: Any) -> signers.SimpleSigner:
    """What pyHanko signs with."""
    certificate = asn1_x509.Certificate.load(holder.certificate.public_bytes(Encoding.DER))
    key = asn1_keys.PrivateKeyInfo.load(
        holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    )
    registry = SimpleCertificateStore.from_certs(
        asn1_x509.Certificate.load(one.certificate.public_bytes(Encoding.DER)) for one in above
    )
    return signers.SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=registry, **options)


def sign(
    data: bytes,
    holder: Holder,
    *above: Holder,
    name: str = "Podpis1",
    pades: bool = True,
    box: tuple[int, int, int, int] | None = None,
    certify: fields.MDPPerm | None = None,
    digest: str = "sha256",
    reserve: int | None = None,
    **options: Any,
) -> bytes:
    """Sign a PDF as a new revision, at the moment it is."""
    kind = fields.SigSeedSubFilter.PADES if pades else fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    meta = signers.PdfSignatureMetadata(
        field_name=name,
        md_algorithm=digest,
        subfilter=kind,
        certify=certify is not None,
        docmdp_permissions=certify or fields.MDPPerm.FILL_FORMS,
    )
    signer = signers.PdfSigner(
        meta,
        signer_of(holder, *above, **options),
        new_field_spec=fields.SigFieldSpec(name, box=box),
    )
    out = BytesIO()
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(data)), output=out, bytes_reserved=reserve)
    return out.getvalue()
