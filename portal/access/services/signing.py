"""The portal's door after the form: signing, checking, the receipt.

Each function called by a job may run twice or be cut off anywhere: what it has done is seen in the row,
and a step is written by one conditional update.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from epuap.soap.tps import NotSignedYet, TpsClient
from eurzad.lib import clock
from eurzad.outbox.registry import Later
from eurzad.outbox.services import enqueue
from portal.access import errors, rules, signatures
from portal.access.content import content_of
from portal.access.documents import build_document
from portal.access.models import AccessApplication, Door, Upload
from portal.access.receipts import issue_upp
from portal.access.rules import State
from portal.access.services import drafting, elsewhere, filing, history, telling
from portal.channels.models import Receipt
from portal.channels.services import keep_own_receipt
from portal.people.models import Identity

RESUMED_AT_ONCE = 500
JOB_OF_STATE = {
    State.SIGNATURE_CHECK: "access.check_signature",
    State.RECEIPT_PENDING: "access.issue_receipt",
}


@transaction.atomic
def start_signing(*, identity: Identity, online: bool = True) -> AccessApplication:
    """Fix the XML document of the draft; if it is to be signed ``online``, have it taken to the signing service.

    A second call finds the first one's work; the other way of signing may be chosen later and both stay open
    until one succeeds. Raises DoorClosed, NothingToSign, NotComplete, and for the online way
    TrustedSignatureNeedsPesel.
    """
    drafting.require_open_door(Door.PORTAL)
    if online and not identity.has_pesel:
        raise errors.TrustedSignatureNeedsPesel
    application = drafting.lock_prepared(identity)
    if application is None:
        raise errors.NothingToSign
    if application.state == State.DRAFT:
        if content_of(application).missing:
            raise errors.NotComplete
        _fix_document(application)
    if application.state == State.AWAITING_SIGNATURE:
        _choose_way(application, online=online)
    return application


def _fix_document(application: AccessApplication) -> None:
    number = application.number or history.number_for(application)
    document, digest = build_document(application)
    history.move(
        application,
        State.AWAITING_SIGNATURE,
        event="signing_requested",
        number=number,
        document=document,
        document_digest=digest,
        document_fixed_at=clock.now(),
    )


def _choose_way(application: AccessApplication, *, online: bool) -> None:
    if not online:
        note_opened(application)
        return
    application.sent_at, application.opened_at = application.sent_at or clock.now(), None
    application.save(update_fields=["sent_at", "opened_at"])
    _enqueue(application)


def send_for_signing(application_id: str) -> None:
    """Hand the document to the signing service and keep the address it gives.

    A repetition after a lost answer makes a second, unused entry there: the row keeps one address.
    """
    application = _get(application_id)
    if application.state != State.AWAITING_SIGNATURE or application.signing_url:
        return
    token = secrets.token_urlsafe(32)
    base = settings.PORTAL_BASE_URL
    url = TpsClient.from_settings().add_document(
        application.document_bytes,
        success_url=base + reverse("access:returned", args=[token]),
        failure_url=base + reverse("access:returned_unsigned", args=[token]),
        info=_("Wniosek o dostęp %(number)s") % {"number": application.number},
    )
    with transaction.atomic():
        AccessApplication.objects.filter(
            pk=application.pk, state=State.AWAITING_SIGNATURE, signing_url=""
        ).update(signing_url=url, return_token_hash=hash_token(token))
        enqueue(
            "access.fetch_signed",
            key=f"access.fetch_signed:{application_id}",
            run_in=rules.POLL_LATER,
            application_id=application_id,
        )


def note_opened(application: AccessApplication) -> None:
    """Remember that the browser has gone to the signing page."""
    AccessApplication.objects.filter(pk=application.pk, opened_at__isnull=True).update(opened_at=clock.now())


@transaction.atomic
def note_return(*, identity: Identity, token: str, signed: bool) -> AccessApplication | None:
    """Take the browser's return as a hint to look for the signed document at once.

    After a return without a signature the document is handed over again: the signing service shows a
    document that was broken off no more. Returns None for a token that is not of an application of this
    person. Nothing is settled here.
    """
    application = AccessApplication.objects.filter(
        identity=identity, return_token_hash=hash_token(token)
    ).first()
    if application is None or application.state != State.AWAITING_SIGNATURE:
        return application
    if signed:
        AccessApplication.objects.filter(pk=application.pk).update(returned_at=clock.now())
        enqueue(
            "access.fetch_after_return",
            key=f"access.fetch_after_return:{application.public_id}",
            application_id=str(application.public_id),
        )
    elif application.signing_url:
        AccessApplication.objects.filter(
            pk=application.pk, state=State.AWAITING_SIGNATURE, signing_url=application.signing_url
        ).update(signing_url="", returned_at=None, sent_at=clock.now())
        application.signing_url = ""
        history.note(application, "signing_failed")
        _enqueue(application)
    return application


def fetch_signed(application_id: str) -> None:
    """Ask for the signed document; store its bytes unchanged. Raises Later until it is there."""
    application = _get(application_id)
    if (
        application.state != State.AWAITING_SIGNATURE
        or not application.signing_url
        or not application.sent_at
    ):
        return
    now = clock.now()
    try:
        signed = TpsClient.from_settings().get_signed_document(application.signing_url)
    except NotSignedYet:
        if rules.signing_is_over(application.sent_at, now):
            elsewhere.give_up(application)
            return
        delay = rules.poll_delay(application.sent_at, application.returned_at, now)
        raise Later(int(delay.total_seconds())) from None
    with transaction.atomic():
        stored = history.move(
            application,
            State.SIGNATURE_CHECK,
            event="signed",
            signed_document=signed,
            received_at=now,
        )
        if stored:
            _enqueue(application)


def fetch_after_return(application_id: str) -> None:
    """Ask often while the browser has just come back; then leave it to the rarer questions."""
    try:
        fetch_signed(application_id)
    except Later as later:
        if later.seconds <= rules.POLL_SOON.total_seconds():
            raise


def check_signature(application_id: str) -> None:
    """Compare what came back, from the signing service or by hand, with what was handed out; see who signed."""
    application = _get(application_id)
    if application.state != State.SIGNATURE_CHECK:
        return
    upload = elsewhere.waiting(application)
    content = bytes(upload.content) if upload else application.signed_bytes
    try:
        accepted = signatures.check_returned(
            content,
            original=elsewhere.original_of(application),
            signatories=[signatures.Signatory.of(application.identity)],
        )
    except signatures.Refused as refused:
        _refuse(application, upload, refused)
        return
    with transaction.atomic():
        settled = (upload is None or elsewhere.accept(upload)) and history.move(
            application,
            State.RECEIPT_PENDING,
            event="signature_accepted",
            signed_document=content,
            signature_report=accepted.report,
        )
        if settled:
            _enqueue(application)


def issue_receipt(application_id: str) -> None:
    """Issue the sealed UPP bound to the signed bytes and put the application in the clerks' queue."""
    application = _get(application_id)
    if application.state != State.RECEIPT_PENDING:
        return
    data, upp = issue_upp(application)
    with transaction.atomic():
        filing.lock_corrected(application)
        locked = AccessApplication.objects.select_for_update().only("state").get(pk=application.pk)
        if locked.state != State.RECEIPT_PENDING:
            return
        receipt = keep_own_receipt(
            channel_code=application.door,
            kind=Receipt.Kind.UPP,
            identifier=data.identifier,
            content=upp,
            document=application.signed_bytes,
            issued_at=data.created_at or application.arrived_at,
        )
        filing.file_checked(
            application,
            receipt=receipt,
            due_on=rules.deadline(application.arrived_at, settings.ACCESS_DECISION_DAYS),
        )


def resume_all(limit: int = RESUMED_AT_ONCE) -> int:
    """Give unfinished applications their jobs again, in case they were set aside; return how many.

    At most ``limit`` at a time, those first that were not looked at for longest: nobody waits for ever.
    """
    now = clock.now()
    minute_ago = now - timedelta(minutes=1)
    stale = list(
        AccessApplication.objects.filter(
            Q(sent_at__lt=minute_ago) | Q(document_fixed_at__lt=minute_ago),
            state__in=(State.AWAITING_SIGNATURE, State.SIGNATURE_CHECK, State.RECEIPT_PENDING),
        )
        .select_related("identity__user")
        .defer("document", "signed_document")
        .order_by(F("resumed_at").asc(nulls_first=True), "pk")[:limit]
    )
    AccessApplication.objects.filter(pk__in=[one.pk for one in stale]).update(resumed_at=now)
    return sum(_enqueue(application) is not None for application in stale)


def hash_token(token: str) -> str:
    """Return the hash under which a return token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _enqueue(application: AccessApplication) -> object:
    if application.state != State.AWAITING_SIGNATURE:
        name = JOB_OF_STATE[State(application.state)]
    elif application.sent_at is None:
        return elsewhere.expire(application)
    else:
        name = "access.fetch_signed" if application.signing_url else "access.send_for_signing"
    public_id = str(application.public_id)
    return enqueue(name, key=f"{name}:{public_id}", application_id=public_id)


def _refuse(application: AccessApplication, upload: Upload | None, refused: signatures.Refused) -> None:
    with transaction.atomic():
        if upload is not None:
            moved = elsewhere.refuse(upload, application, refused)
            if moved:
                _enqueue(application)
        else:
            moved = history.move(
                application,
                State.SIGNATURE_REFUSED,
                event="signature_refused",
                refusal_code=refused.code,
                signature_report=refused.report,
            )
        if moved:
            telling.tell_applicant(
                application,
                "access.signature_refused",
                _("Podpis pod wnioskiem %(number)s nie został przyjęty. Możesz spróbować ponownie.")
                % {"number": application.number},
            )


def _get(application_id: str) -> AccessApplication:
    return AccessApplication.objects.select_related("identity__user").get(public_id=application_id)
