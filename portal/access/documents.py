"""The application's XML document and its readable pages."""

import hashlib
from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from epuap.pem import read_file
from epuap.xml import application as application_xml
from epuap.xml.letters import LetterData, build_letter
from epuap.xml.represented import ListedAttachment
from epuap.xml.verify import payload_digest
from epuap.xml.xades import seal
from eurzad.lib import clock, dates, xml
from eurzad.lib.names import as_written
from eurzad.lib.pdf import html_to_pdf
from portal.access import decision, files, selectors, vocabulary
from portal.access.content import content_of
from portal.access.models import AccessApplication, Attachment, Door
from portal.access.rules import State
from portal.people import pii
from portal.people.models import Identity

STATEMENT = "Oświadczam, że dane podane we wniosku są zgodne z prawdą."
"""What the applicant declares by signing; a part of the Polish document."""


def build_document(application: AccessApplication) -> tuple[bytes, str]:
    """Return the XML document of a draft and the digest that it must come back with."""
    identifier = pii.decrypt(application.identifier_encrypted)
    rows = list(application.represented.all())
    is_eidas = application.identifier_scheme == Identity.Scheme.EIDAS
    content = application_xml.ApplicationDocument(
        given_name=application.given_name,
        family_name=application.family_name,
        pesel="" if is_eidas else identifier,
        street=application.street,
        building=application.building,
        flat=application.flat,
        postal_code=application.postal_code,
        city=application.city,
        phone=application.phone,
        email=application.email,
        office_name=settings.MUNICIPALITY["office_name"],
        place=settings.MUNICIPALITY["city"],
        created_on=clock.today(),
        justification=application.remarks,
        own_data=application.own_data,
        statements=(STATEMENT,),
        represented=tuple(vocabulary.to_party(row) for row in rows),
        attachments=_listed(application, {row.pk: number for number, row in enumerate(rows, 1)}),
        other_identifier=identifier if is_eidas else "",
    )
    document = application_xml.build(content, namespace=settings.ACCESS_FORM_NAMESPACE)
    return document, payload_digest(document)


def _listed(application: AccessApplication, numbers: dict[int, int]) -> tuple[ListedAttachment, ...]:
    """The application's files in the order of their represented, each with its digest."""
    found = [
        ListedAttachment(
            name=file.name,
            mime=file.mime,
            size=file.size,
            sha256=file.sha256,
            party=numbers[file.represented_id] if file.represented_id else 0,
            purpose=vocabulary.PURPOSES[Attachment.Purpose(file.purpose)],
        )
        for file in application.attachments.defer("content")
    ]
    return tuple(sorted(found, key=lambda one: one.party or len(numbers) + 1))


def build_pdf(application: AccessApplication) -> bytes:
    """Return the same application as a PDF to be signed: in Polish whatever the language of the screen."""
    with translation.override("pl"):
        html = render_to_string(
            "access/to_sign_pdf.html",
            {
                "application": application,
                "content": content_of(application),
                "applicant": as_written(f"{application.given_name} {application.family_name}"),
                "municipality": settings.MUNICIPALITY,
                "demo_mode": settings.DEMO_MODE,
                "number": pii.decrypt(application.identifier_encrypted),
                "address": selectors.written_address(application),
                "created_on": dates.format_long(clock.to_warsaw(application.fixed_at).date()),
                "statement": STATEMENT,
            },
        )
        return html_to_pdf(html, identifier=f"wniosek-do-podpisu-{application.public_id}")


def build_decision_letter(filed: AccessApplication, decided: AccessApplication, *, decided_on: date) -> bytes:
    """Return the sealed letter that answers ``filed``; ``decided`` is the same, or the one it was joined to.

    The letter is a Polish document whatever the language of the screen.
    """
    office = settings.MUNICIPALITY["office_name"]
    letter = LetterData(
        title=f"Decyzja w sprawie wniosku o dostęp {filed.number}",
        paragraphs=_decision_paragraphs(filed, decided, office),
        office_name=office,
        place=settings.MUNICIPALITY["city"],
        recipient_given_name=filed.given_name,
        recipient_family_name=filed.family_name,
        created_on=decided_on,
        case_number=str(filed.number),
        kind="informacja o rozstrzygnięciu wniosku",
    )
    return seal(
        xml.parse(build_letter(letter)),
        key_pem=read_file("SEAL_KEY", code="access.settings"),
        cert_pem=read_file("SEAL_CERT", code="access.settings"),
        signed_at=clock.to_warsaw(clock.now()),
    )


def _decision_paragraphs(
    filed: AccessApplication, decided: AccessApplication, office: str
) -> tuple[str, ...]:
    day = dates.format_long(clock.to_warsaw(filed.arrived_at).date())
    opening = f"{office} rozpatrzył wniosek o dostęp do konta w portalu eUrząd, który wpłynął {day}."
    if decided.state == State.APPROVED:
        ending = f"Wniosek przyjęto. Zaloguj się w portalu: {settings.PORTAL_BASE_URL}"
        return (opening, *_outcomes(decided), ending)
    return (opening, "Wniosek odrzucono.", f"Uzasadnienie: {decided.decision_reason}")


def _outcomes(decided: AccessApplication) -> tuple[str, ...]:
    """A paragraph about each one asked for, where the answer is not simply yes to the applicant's own data."""
    found = decision.outcomes(decided)
    if len(found) == 1 and found[0].is_granted and decided.own_data:
        return ()
    words = {True: "przyznano dostęp", False: "odmówiono dostępu"}
    return tuple(
        f"{one.whom}: {words[one.is_granted]}"
        + (f" ({one.details})" if one.details else "")
        + (f". Uzasadnienie: {one.reason}" if one.reason else ".")
        for one in found
    )


def application_context(application: AccessApplication) -> dict[str, Any]:
    """What the page and the PDF of the application show."""
    return {
        "application": application,
        "content": content_of(application),
        "office": settings.MUNICIPALITY["office_name"],
        "summary": selectors.application_summary(application),
        "statement": STATEMENT if application.door == Door.PORTAL else "",
        "signature": selectors.signature_summary(application),
        "files": selectors.file_links(application),
    }


def proof_context(application: AccessApplication) -> dict[str, Any]:
    """What the proof of filing says: what was filed, when, under which number, its digests and its receipt."""
    signed = [(one.name, hashlib.sha256(one.content).hexdigest()) for one in files.filed_files(application)]
    return {
        "application": application,
        "applicant": as_written(application.identity.full_name),
        "content": content_of(application),
        "signature": selectors.signature_summary(application),
        "signed_files": signed,
        "receipt": application.receipt,
    }
