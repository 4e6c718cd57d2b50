"""Signing with a program of the applicant's own: the document handed out, the signed file brought back.

The application waits for its signature meanwhile; the signing service's way stays open. A file is stored as it
came and checked by a job; one that is refused leaves the application waiting.
"""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from eurzad.lib import clock
from eurzad.outbox.services import enqueue
from portal.access import errors, rules
from portal.access.documents import build_pdf
from portal.access.models import AccessApplication, PdfToSign, Upload
from portal.access.rules import State
from portal.access.services import history, telling
from portal.access.signatures import Original, Refused

MAX_UPLOADS = 20
KEEP_REFUSED = timedelta(days=30)


def pdf_to_sign(application: AccessApplication) -> bytes:
    """Return the PDF of a fixed document: rendered at the first call, the stored bytes ever after."""
    kept = PdfToSign.objects.filter(application=application).first()
    if kept is None:
        content = build_pdf(application)
        kept, _created = PdfToSign.objects.get_or_create(
            application=application,
            defaults={
                "content": content,
                "sha256": hashlib.sha256(content).hexdigest(),
                "created_at": clock.now(),
            },
        )
    return bytes(kept.content)


def original_of(application: AccessApplication) -> Original:
    """Return what was handed out for this application, to compare with what comes back."""
    pdf = PdfToSign.objects.filter(application=application).first()
    return Original(
        xml=application.document_bytes,
        digest=application.document_digest,
        pdf=bytes(pdf.content) if pdf else b"",
    )


@transaction.atomic
def receive(*, application_id: int, content: bytes) -> None:
    """Keep a file that the applicant says is signed, and have it checked.

    Raises FileNotTaken, with what to do next, when the application waits for no signature: nothing is kept then.
    """
    application = AccessApplication.objects.select_for_update().get(pk=application_id)
    if application.state != State.AWAITING_SIGNATURE:
        raise errors.FileNotTaken(_not_waiting(State(application.state)))
    if application.uploads.count() >= MAX_UPLOADS:
        raise errors.FileNotTaken(
            _(
                "Wgrano już bardzo wiele plików. Podpisz wniosek przez internet albo popraw go i zacznij jeszcze raz."
            )
        )
    now = clock.now()
    if not history.move(application, State.SIGNATURE_CHECK, event="uploaded", received_at=now):
        raise errors.FileNotTaken(_not_waiting(State.SIGNATURE_CHECK))
    upload = Upload.objects.create(
        application=application,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        received_at=now,
    )
    enqueue(
        "access.check_signature",
        key=f"access.check_signature:{application.public_id}:{upload.public_id}",
        application_id=str(application.public_id),
    )


def _not_waiting(state: State) -> str:
    if state in (State.SIGNATURE_CHECK, State.RECEIPT_PENDING):
        return _("Podpisany dokument już mamy i właśnie go sprawdzamy. Drugi plik nie jest potrzebny.")
    if state in rules.FILED:
        return _(
            "Ten wniosek jest już podpisany i złożony. Drugi plik nie jest potrzebny – nie zapisaliśmy go."
        )
    return _(
        "Ten wniosek nie czeka już na podpis: został wycofany albo minął czas na podpisanie. Pliku nie "
        "zapisaliśmy. Podpisz dokument swojego bieżącego wniosku albo złóż nowy."
    )


def waiting(application: AccessApplication) -> Upload | None:
    """Return the file that is to be checked, or None when the document came from the signing service."""
    return Upload.objects.filter(application=application, state=Upload.State.WAITING).first()


def accept(upload: Upload) -> bool:
    """Note that the file is taken; its bytes go on as the application's signed document. False if settled before."""
    waiting_now = Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING)
    return bool(waiting_now.update(state=Upload.State.ACCEPTED, content=b""))


@transaction.atomic
def refuse(upload: Upload, application: AccessApplication, refused: Refused) -> bool:
    """Note why the file is not taken and let the application wait on. False if settled before."""
    settled = Upload.objects.filter(pk=upload.pk, state=Upload.State.WAITING).update(
        state=Upload.State.REFUSED, refusal_code=refused.code, report=refused.report
    )
    return bool(settled) and history.move(
        application, State.AWAITING_SIGNATURE, event="upload_refused", received_at=None
    )


def forget_refused() -> int:
    """Empty files that were refused a month ago, keeping when and why; return how many."""
    old = Upload.objects.filter(
        state=Upload.State.REFUSED, received_at__lt=clock.now() - KEEP_REFUSED
    ).exclude(content=b"")
    return old.update(content=b"")


def expire(application: AccessApplication) -> bool | None:
    """Give up an application whose document was handed out a week ago and never sent or brought back."""
    fixed_at = application.document_fixed_at
    if fixed_at is None or not rules.signing_is_over(fixed_at, clock.now()):
        return None
    return give_up(application)


@transaction.atomic
def give_up(application: AccessApplication) -> bool:
    """Put away an application that nobody has signed in time, and say so. False if settled before."""
    if not history.move(application, State.WITHDRAWN, event="expired"):
        return False
    telling.tell_applicant(
        application,
        "access.expired",
        _(
            "Wniosku %(number)s nie podpisano w ciągu 7 dni, więc go odłożyliśmy. Nie wpłynął do urzędu. Możesz "
            "złożyć nowy – dane z formularza są zapisane."
        )
        % {"number": application.number},
    )
    return True
