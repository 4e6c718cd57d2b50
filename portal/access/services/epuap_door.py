"""The ePUAP door: documents from the office's mailbox become applications; decisions go back as letters."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from epuap.inbox.models import InboundDocument
from epuap.signatures.report import Person
from epuap.xml import application as application_xml
from eurzad.lib import clock
from eurzad.lib.errors import PermanentError
from portal.access import documents, rules, signatures
from portal.access.models import AccessApplication, DecisionDocument, Door
from portal.access.rules import State
from portal.access.services import drafting, epuap_content, filing, history, telling
from portal.channels import senders
from portal.channels.errors import ChannelError
from portal.people import pii
from portal.people import services as people
from portal.people.models import Identity


def check_inbound(inbound: InboundDocument) -> signatures.Checked:
    """Say who signed a document from the mailbox; issuers of certificates may be asked meanwhile.

    Raises DoorClosed and PermanentError (``access.unsigned``, ``access.altered``, …): the mailbox then keeps
    the document in quarantine under that code, and no application comes of it.
    """
    drafting.require_open_door(Door.EPUAP)
    try:
        return signatures.check(bytes(inbound.content))
    except signatures.Refused as refused:
        raise PermanentError(code=f"access.{refused.code}") from refused


@transaction.atomic
def open_from_epuap(inbound: InboundDocument, checked: signatures.Checked) -> None:
    """Open an application for the person whom the signature names; the same document opens it once.

    The very bytes of an application that has been filed already, through either door, open nothing new. Raises
    DoorClosed and PermanentError as `check_inbound` does.
    """
    drafting.require_open_door(Door.EPUAP)
    if AccessApplication.objects.filter(inbound_document=inbound.public_id).exists():
        return
    same = AccessApplication.objects.filter(signed_sha256=filing.digest_of(bytes(inbound.content))).first()
    if same is not None:
        history.note(same, "same_again")
        return
    try:
        declared, remarks = application_xml.parse(checked.payload, namespace=settings.ACCESS_FORM_NAMESPACE)
    except application_xml.ApplicationUnreadable as unreadable:
        raise PermanentError(code=f"access.{unreadable.code}") from unreadable
    person = _applicant(checked, declared.pesel)
    identity = people.get_or_create_identity(
        scheme=Identity.Scheme.PESEL,
        identifier=person.pesel,
        given_name=_spelling(person.given_name, declared.given_name),
        family_name=_spelling(person.family_name, declared.family_name),
        birth_date=person.birth_date,
    )
    scheme, identifier = _declared_number(declared)
    _give_up_draft(identity)
    received_at = inbound.sent_at or inbound.received_at
    application = AccessApplication(
        door=Door.EPUAP.value,
        number=history.next_number(),
        identity=identity,
        given_name=declared.given_name[:120],
        family_name=declared.family_name[:160],
        identifier_scheme=scheme,
        identifier_fingerprint=pii.fingerprint(scheme, identifier),
        identifier_encrypted=pii.encrypt(identifier),
        street=declared.street[:120],
        building=declared.building[:20],
        flat=declared.flat[:20],
        postal_code=declared.postal_code[:10],
        city=declared.city[:120],
        phone=declared.phone[:30],
        email=declared.email[:254],
        remarks=declared.justification,
        own_data=declared.own_data or not declared.represented,
        form_remarks=list(remarks),
        signed_document=bytes(inbound.content),
        signature_report=checked.kept(person),
        inbound_document=inbound.public_id,
        reply_box=inbound.reply_address,
        received_at=received_at,
        due_on=rules.deadline(received_at, settings.ACCESS_DECISION_DAYS),
        created_at=clock.now(),
    )
    filing.file_new(application)
    epuap_content.keep_content(application, declared, inbound)
    filing.mark_repeated(application)


def send_decision(application_id: str) -> None:
    """Seal the decision as a letter and send it back through the applicant's channel, once.

    Raises ChannelError when the town has switched the channel off: clerks are told, and the job waits for them.
    """
    application = AccessApplication.objects.select_related("joined_to").get(public_id=application_id)
    decided = application.joined_to or application
    if decided.decided_at is None or not application.reply_box:
        return
    decided_on = clock.to_warsaw(decided.decided_at).date()
    letter = senders.Letter(
        recipient=application.reply_box,
        document=documents.build_decision_letter(application, decided, decided_on=decided_on),
        title=_("Decyzja w sprawie wniosku %(number)s") % {"number": application.number},
        file_name="decyzja.xml",
        key=f"access.decision:{application.public_id}",
    )
    try:
        with transaction.atomic():
            senders.send(application.door, letter)
            history.note_once(application, "letter_sent")
            DecisionDocument.objects.filter(application=decided).exclude(
                sending=DecisionDocument.Sending.SENT
            ).update(sending=DecisionDocument.Sending.SENT, sent_at=clock.now())
    except ChannelError:
        _tell_staff_not_sent(application)
        raise


def _tell_staff_not_sent(application: AccessApplication) -> None:
    telling.tell_all_clerks(
        application,
        "access.letter_not_sent",
        _(
            "Decyzji w sprawie wniosku %(number)s nie wysłano: kanał ePUAP nie wysyła teraz pism. Włącz wysyłanie "
            "w kanałach i uruchom zadanie access.send_decision ponownie albo doręcz decyzję inaczej."
        )
        % {"number": application.number},
    )


def _declared_number(declared: application_xml.ApplicationDocument) -> tuple[Identity.Scheme, str]:
    """The number the applicant wrote; it is compared with the signature's, never believed."""
    if declared.other_identifier and not declared.pesel:
        return Identity.Scheme.EIDAS, declared.other_identifier
    return Identity.Scheme.PESEL, declared.pesel


def _give_up_draft(identity: Identity) -> None:
    draft = AccessApplication.objects.filter(identity=identity, state=State.DRAFT).first()
    if draft is not None:
        history.move(draft, State.WITHDRAWN, event="withdrawn")


def _applicant(checked: signatures.Checked, declared_pesel: str) -> Person:
    """Of several who signed, the one whom the document names; the PESEL is always the signature's."""
    known = [one for one in checked.people if one.pesel]
    if not known:
        raise PermanentError(code="access.no_number")
    return next((one for one in known if one.pesel == declared_pesel), known[0])


def _spelling(signed: str, declared: str) -> str:
    """The signed name, spelt as declared where only the letter case differs (signatures write in capitals)."""
    return declared if declared.casefold() == signed.casefold() else signed
