"""What a document from ePUAP says of others, and its files, put into rows; what cannot be is remarked upon."""

import hashlib
from datetime import timedelta

from django.db import transaction

from epuap.inbox.models import InboundAttachment, InboundDocument
from epuap.xml.application import ApplicationDocument
from epuap.xml.represented import ListedAttachment
from eurzad.lib import clock
from portal.access import errors, vocabulary
from portal.access.models import AccessApplication, Attachment, Represented
from portal.access.services import attaching, representing
from portal.people import pii

NO_DATE_DAYS = 365
"""Until when access is asked for in a document that names no day; the clerk sees the remark no_last_day."""


@transaction.atomic
def keep_content(
    application: AccessApplication, declared: ApplicationDocument, inbound: InboundDocument
) -> None:
    """Make rows of the represented and the files of a document; never fails for what it says."""
    remarks = list(application.form_remarks)
    rows = _keep_parties(application, declared, remarks)
    _keep_files(application, declared, inbound, rows, remarks)
    kept = list(dict.fromkeys(remarks))
    if kept != application.form_remarks:
        application.form_remarks = kept
        application.save(update_fields=["form_remarks"])


def _keep_parties(
    application: AccessApplication, declared: ApplicationDocument, remarks: list[str]
) -> dict[int, Represented]:
    rows: dict[int, Represented] = {}
    seen: set[tuple[str, str]] = set()
    last_day = clock.today() + timedelta(days=NO_DATE_DAYS)
    for number, party in enumerate(declared.represented, 1):
        try:
            who = vocabulary.to_who(party, last_day=last_day)
        except vocabulary.PartyUnreadable:
            remarks.append(f"party_unreadable:{number}")
            continue
        if (who.scheme, who.number) in seen or len(rows) >= representing.MAX_REPRESENTED:
            remarks.append(f"party_left_out:{number}")
            continue
        seen.add((who.scheme, who.number))
        if party.valid_to is None:
            remarks.append(f"no_last_day:{number}")
        duty, ground, note = vocabulary.duty_of(party)
        rows[number] = Represented.objects.create(
            application=application, position=number, kind=who.kind, scheme=who.scheme,
            fingerprint=pii.fingerprint(who.scheme, who.number), encrypted_number=pii.encrypt(who.number),
            given_name=who.given_name, family_name=who.family_name, name=who.name, basis=who.basis, role=who.role,
            areas=who.areas, rights=who.rights, valid_to=who.valid_to, duty=duty, duty_ground=ground,
            duty_note=note,
        )  # fmt: skip
    return rows


def _keep_files(
    application: AccessApplication,
    declared: ApplicationDocument,
    inbound: InboundDocument,
    rows: dict[int, Represented],
    remarks: list[str],
) -> None:
    listed = {one.name: one for one in declared.attachments}
    stored = inbound.attachments.filter(state=InboundAttachment.State.STORED)
    files = [(one.name, one.content) for one in declared.enclosed]
    files += [(one.name, bytes(one.content or b"")) for one in stored]
    for position, (name, content) in enumerate(files, 1):
        one = listed.pop(name, None)
        if content is None:
            remarks.append(f"file_unreadable:{position}")
            continue
        if one is not None and one.sha256 and one.sha256 != hashlib.sha256(content).hexdigest():
            remarks.append(f"file_digest:{position}")
        row = rows.get(one.party) if one is not None else None
        try:
            attaching.keep(application, row, purpose=_purpose(one, row), name=name, content=content)
        except errors.FileNotTaken:
            remarks.append(f"file_not_taken:{position}")
    remarks.extend("file_missing" for _left in listed)


def _purpose(listed: ListedAttachment | None, row: Represented | None) -> str:
    if listed is None or row is None:
        return Attachment.Purpose.OTHER.value
    purpose = vocabulary.purpose_of(listed.purpose)
    return Attachment.Purpose.BASIS.value if purpose == Attachment.Purpose.OTHER else purpose
