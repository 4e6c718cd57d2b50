"""The UPP that the portal issues for an application signed in it."""

from urllib.parse import quote

from cryptography import x509
from django.conf import settings

from epuap.pem import read_file
from epuap.xml.receipts import IDENTIFIER_TYPE, ReceiptRefused, UppData, build_upp, verify_receipt
from epuap.xml.xades import Detached
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError
from portal.access.files import filed_files
from portal.access.models import AccessApplication

_DEMO = (("Uwaga", "TO JEST POKAZ. Dane są zmyślone, poświadczenie nie ma żadnej mocy."),)


def issue_upp(application: AccessApplication) -> tuple[UppData, bytes]:
    """Return what the receipt says and its bytes, sealed by the office and bound to the filed files.

    It is verified again before anybody sees it. Raises PermanentError when the seal cannot be used.
    """
    signed, *further = filed_files(application)
    certificate = read_file("SEAL_CERT", code="access.settings")
    data = UppData(
        identifier=f"UPP.{application.number}",
        addressee_name=settings.MUNICIPALITY["office_name"],
        addressee_id=settings.EPUAP_ENTITY_ID or settings.PORTAL_BASE_URL,
        addressee_id_type=IDENTIFIER_TYPE if settings.EPUAP_ENTITY_ID else "URI",
        sender_name=application.identity.full_name,
        sender_id=str(application.identity.public_id),
        sender_id_type="eUrzad-ID",
        delivered_at=application.arrived_at,
        created_at=clock.now(),
        document_id=str(application.number),
        extra=_DEMO if settings.DEMO_MODE else (),
    )
    upp = build_upp(
        data,
        document=signed.content,
        document_name=signed.name,
        mime=signed.mime,
        further=[Detached(quote(one.name), one.content, one.mime) for one in further],
        key_pem=read_file("SEAL_KEY", code="access.settings"),
        cert_pem=certificate,
    )
    try:
        verify_receipt(
            upp,
            certificates=x509.load_pem_x509_certificates(certificate),
            document=signed.content,
            further=[one.content for one in further],
        )
    except ReceiptRefused as refused:
        raise PermanentError(f"own receipt: {refused.code}", code="access.own_receipt") from refused
    return data, upp
