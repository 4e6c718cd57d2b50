"""Keeping receipts, and changing channels on record."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from eurzad.lib import clock
from portal.channels import errors, intake, selectors, senders
from portal.channels.models import Channel, Receipt
from portal.journal.services import record


def keep_own_receipt(
    *,
    channel_code: str,
    kind: Receipt.Kind,
    identifier: str,
    content: bytes,
    document: bytes,
    issued_at: datetime,
) -> Receipt:
    """Keep a receipt of the office's own with a fresh verification code, in the caller's transaction.

    Raises IntegrityError for an identifier that was given out before.
    """
    channel = selectors.channel(channel_code)
    return Receipt.objects.create(
        channel=channel,
        kind=kind,
        identifier=identifier,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        document_sha256=hashlib.sha256(document).hexdigest(),
        is_own=True,
        legal_effect=channel.effects,
        issued_at=issued_at,
        created_at=clock.now(),
    )


def check_switches(*, code: str, takes_applications: bool, sends_letters: bool) -> None:
    """Refuse to open what nothing here serves. Raises NoIntake and NoSender."""
    if takes_applications and not intake.has_taker(code):
        raise errors.NoIntake
    if sends_letters and not senders.has_sender(code):
        raise errors.NoSender


@transaction.atomic
def change_channel(channel: Channel, *, changed: list[str], actor_id: UUID) -> None:
    """Save what the town changed and put it on record. Raises NoIntake and NoSender."""
    check_switches(
        code=channel.code,
        takes_applications=channel.takes_applications,
        sends_letters=channel.sends_letters,
    )
    if not changed:
        return
    channel.save(update_fields=changed)
    switches = [
        f"{name}={int(getattr(channel, name))}" if name in ("takes_applications", "sends_letters") else name
        for name in changed
    ]
    record(
        actor_id=actor_id,
        subject_id=None,
        action="channels.changed",
        reference=channel.code,
        reason=", ".join(switches),
    )
