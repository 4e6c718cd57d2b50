"""The files an application was filed with: the signed one as it came, and what a detached signature signs."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from portal.access.models import AccessApplication, Attachment, PdfToSign
from portal.access.rules import State

XML, PDF = "text/xml", "application/pdf"


@dataclass(frozen=True)
class File:
    """A named file."""

    name: str
    mime: str
    content: bytes


def filed_files(application: AccessApplication) -> list[File]:
    """Return what the receipt binds: the signed file first, after a detached signature the document it signs."""
    signed, name = application.signed_bytes, f"wniosek-{application.number}"
    if application.packaging == "pdf":
        return [File(f"{name}.pdf", PDF, signed)]
    if application.packaging != "detached":
        return [File(f"{name}.xml", XML, signed)]
    return [File(f"{name}.xades", XML, signed), _document(application, name)]


def signed_pdf(application: AccessApplication) -> bytes:
    """Return the PDF that was signed, or is being checked; empty where there is none."""
    if application.packaging == "pdf":
        return application.signed_bytes
    is_checked = application.state == State.SIGNATURE_CHECK
    if not is_checked and (application.packaging, application.signed_form) != ("detached", "pdf"):
        return b""
    kept = PdfToSign.objects.filter(application=application).first()
    return bytes(kept.content) if kept else b""


def _document(application: AccessApplication, name: str) -> File:
    if application.signed_form == "pdf":
        kept = PdfToSign.objects.get(application=application)
        return File(f"{name}.pdf", PDF, bytes(kept.content))
    return File(f"{name}.xml", XML, application.document_bytes)


def attachment_response(attachment: Attachment) -> HttpResponse:
    """Answer with an attachment to be saved: never shown by the browser, never taken for another kind."""
    response = HttpResponse(bytes(attachment.content), content_type=attachment.mime)
    response["Content-Disposition"] = content_disposition_header(True, attachment.name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
