"""What the simulated systems remember."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from eurzad.lib import clock


def _token() -> str:
    return secrets.token_urlsafe(32)


class SignIn(models.Model):
    """One AuthnRequest and what became of it. `outcome` is empty until the person chooses."""

    token = models.CharField(max_length=64, unique=True, default=_token)
    provider = models.CharField(max_length=10, default="login")
    by_post = models.BooleanField(default=False)
    request_id = models.CharField(max_length=200, unique=True)
    acs_url = models.URLField(max_length=500)
    relay_state = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=20, blank=True)
    person = models.JSONField(default=dict)
    artifact_handle = models.CharField(max_length=40, blank=True)
    artifact_issued_at = models.DateTimeField(null=True)
    artifact_resolved_at = models.DateTimeField(null=True)
    session_index = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["artifact_handle"], condition=~Q(artifact_handle=""), name="sign_in_artifact_once"
            )
        ]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"


class Signing(models.Model):
    """A document waiting at Profil Zaufany for its signature.

    The signature also covers `outside_content` under `outside_uri`, when there is one (a UPD's document).
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        SIGNED = "signed"
        CANCELLED = "cancelled"

    token = models.CharField(max_length=64, unique=True, default=_token)
    content = models.BinaryField()
    signed_content = models.BinaryField(null=True)
    success_url = models.CharField(max_length=1000)
    failure_url = models.CharField(max_length=1000)
    additional_info = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    outside_uri = models.CharField(max_length=200, blank=True)
    outside_content = models.BinaryField(null=True)
    signer = models.JSONField(default=dict)
    kind = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"signing {self.pk}"


class MessageQuerySet(models.QuerySet["Message"]):
    """Verbs of the boxes."""

    def in_box(self, address: str) -> MessageQuerySet:
        """What lies in a box."""
        return self.filter(box_address=address)

    def waiting(self) -> MessageQuerySet:
        """What the office has not confirmed, oldest first."""
        return self.filter(confirmed_at=None).order_by("pk")


class Message(models.Model):
    """A document delivered to an ePUAP box, with what the platform says of its sender."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    box_address = models.CharField(max_length=200)
    reply_address = models.CharField(max_length=200, blank=True)
    sender_id = models.CharField(max_length=100)
    sender_given_name = models.CharField(max_length=100, blank=True)
    sender_name = models.CharField(max_length=200)
    sender_pesel = models.CharField(max_length=11, blank=True)
    file_name = models.CharField(max_length=255)
    file_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField()
    sent_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["box_address", "confirmed_at"], name="message_queue")]

    def __str__(self) -> str:
        return f"message {self.number}"

    @property
    def number(self) -> int:
        """The platform's identifier of the document."""
        return 100_000_000 + int(self.pk)

    @property
    def sender_full_name(self) -> str:
        """The sender as a person reads it."""
        return f"{self.sender_given_name} {self.sender_name}".strip()


class Receipt(models.Model):
    """The sealed UPP of one message.

    A `held` one has not reached the sender yet: it will at `due_at`, or when somebody says so.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="receipt")
    content = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)
    held = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"receipt {self.number}"

    @property
    def number(self) -> int:
        """The platform's identifier of the receipt."""
        return 500_000_000 + int(self.pk)


class HandDelivery(models.Model):
    """A letter ordered with `dorecz`: the addressee sees it only after signing the UPD, until `due_at`."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="hand_delivery")
    document_id = models.CharField(max_length=200)
    case_id = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()
    upd = models.BinaryField()
    signing = models.OneToOneField(Signing, null=True, on_delete=models.SET_NULL)
    received_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"hand delivery {self.number}"

    @property
    def number(self) -> int:
        """The platform's identifier of the order."""
        return 700_000_000 + int(self.pk)

    @property
    def is_past(self) -> bool:
        """The day to receive it has gone by."""
        return self.received_at is None and self.due_at < clock.now()


class RepositoryFile(models.Model):
    """A big file in the repository; it can be downloaded once, by the subject it is for."""

    file_id = models.CharField(max_length=64, unique=True, default=_token)
    subject = models.CharField(max_length=100)
    uploaded_by = models.CharField(max_length=100)
    file_name = models.CharField(max_length=255)
    mime_type = models.CharField(max_length=100)
    encoding = models.CharField(max_length=50, blank=True)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField(default=clock.now)
    downloaded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"file {self.pk}"


class IssuedCertificate(models.Model):
    """A personal certificate one of the simulated authorities has issued, for its CRL and OCSP."""

    serial = models.CharField(max_length=50, unique=True)
    authority = models.CharField(max_length=20)
    subject = models.CharField(max_length=300)
    issued_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"certificate {self.serial}"


class Draft(models.Model):
    """A resident's document on its way from the form to the outbox."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    owner_login = models.CharField(max_length=100)
    content = models.BinaryField()
    signing = models.OneToOneField(Signing, null=True, on_delete=models.SET_NULL)
    message = models.OneToOneField(Message, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def is_signed(self) -> bool:
        """The trusted profile has given the document back signed."""
        return self.signing is not None and self.signing.state == Signing.State.SIGNED


class Behaviour(models.Model):
    """A failure ordered in advance: it happens the next `remaining` times.

    `seconds` says how long an ordered silence or delay lasts; without it the failure's own length holds,
    and a late receipt waits for a click.
    """

    name = models.CharField(max_length=40, unique=True)
    remaining = models.PositiveIntegerField(default=0)
    seconds = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.name} × {self.remaining}"


class Exchange(models.Model):
    """One call of a web service, kept for the control page; the oldest give way to new ones."""

    at = models.DateTimeField(default=clock.now)
    service = models.CharField(max_length=100)
    operation = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    request = models.BinaryField()
    answer = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.service} {self.operation} {self.status}"
