"""The UPP that the portal issues for an application signed in it."""

from pathlib import Path

from cryptography import x509
from django.conf import settings

from epuap.xml.receipts import ReceiptRefused, UppData, build_upp, verify_receipt
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError
from portal.access.models import AccessApplication


def issue_upp(application: AccessApplication) -> tuple[bytes, str]:
    """Return a receipt sealed by the office and bound to the signed bytes, and its identifier.

    It is verified again before anybody sees it. Raises PermanentError when the seal cannot be used.
    """
    document = application.signed_bytes
    certificate = read_file("SEAL_CERT")
    identifier = f"UPP.{application.number}"
    upp = build_upp(
        UppData(
            identifier=identifier,
            addressee_name=settings.MUNICIPALITY["office_name"],
            addressee_id=settings.EPUAP_ENTITY_ID or settings.PORTAL_BASE_URL,
            sender_name=application.identity.full_name,
            sender_id=str(application.identity.public_id),
            delivered_at=application.arrived_at,
            created_at=clock.now(),
            document_id=str(application.number),
        ),
        document=document,
        document_name=f"wniosek-{application.number}.xml",
        key_pem=read_file("SEAL_KEY"),
        cert_pem=certificate,
    )
    try:
        verify_receipt(upp, certificates=x509.load_pem_x509_certificates(certificate), document=document)
    except ReceiptRefused as refused:
        raise PermanentError(f"own receipt: {refused.code}", code="access.own_receipt") from refused
    return upp, identifier


def read_file(setting: str) -> bytes:
    """Return the bytes of the file a setting names. Raises PermanentError (``access.settings``)."""
    path: Path = getattr(settings, setting)
    try:
        return path.read_bytes()
    except OSError as error:
        raise PermanentError(f"{setting} cannot be read", code="access.settings") from error
