"""What the simulated systems remember."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from eurzad.lib import clock


def _token() -> str:
    return secrets.token_urlsafe(32)


class SignIn(models.Model):
    """One AuthnRequest and what became of it. `outcome` is empty until the person chooses."""

    token = models.CharField(max_length=64, unique=True, default=_token)
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
    """A document waiting at Profil Zaufany for its signature."""

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
    """The sealed UPP of one message."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="receipt")
    content = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"receipt {self.number}"

    @property
    def number(self) -> int:
        """The platform's identifier of the receipt."""
        return 500_000_000 + int(self.pk)


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
    """A failure ordered in advance: the endpoint concerned fails the next `remaining` times."""

    class Name(models.TextChoices):
        """Every failure the simulator knows, with what it does."""

        IDP_EXPIRED = "idp_expired", "asercja po terminie ważności"
        IDP_WRONG_AUDIENCE = "idp_wrong_audience", "asercja dla innego portalu"
        IDP_WRONG_RECIPIENT = "idp_wrong_recipient", "asercja dla innego adresu odbioru"
        IDP_WRONG_REQUEST = "idp_wrong_request", "asercja w odpowiedzi na inne żądanie"
        IDP_BAD_SIGNATURE = "idp_bad_signature", "odpowiedź zmieniona po podpisaniu"
        IDP_BAD_ASSERTION = "idp_bad_assertion", "asercja zmieniona po podpisaniu"
        IDP_UNSIGNED = "idp_unsigned", "odpowiedź bez podpisu"
        IDP_LOW_ASSURANCE = "idp_low_assurance", "poziom uwierzytelnienia niski"
        IDP_SHORT_KEY = "idp_short_key", "klucz 128-bitowy opisany jako 256-bitowy"
        IDP_UNKNOWN_ARTIFACT = "idp_unknown_artifact", "artefakt, którego węzeł nie zna"
        IDP_TIMEOUT = "idp_timeout", "węzeł nie odpowiada na czas"
        TPS_ALTERED_DOCUMENT = "tps_altered_document", "podpisany dokument różni się od wysłanego"
        TPS_BROKEN_SIGNATURE = "tps_broken_signature", "dokument zmieniony po podpisaniu"
        TPS_FOREIGN_SEAL = "tps_foreign_seal", "podpis inną pieczęcią niż pieczęć ministra"
        TPS_UNSIGNED = "tps_unsigned", "dokument wraca bez podpisu"
        TPS_FAULT = "tps_fault", "usługa podpisu zwraca błąd"
        TPS_TIMEOUT = "tps_timeout", "usługa podpisu nie odpowiada na czas"
        WS_TIMEOUT = "ws_timeout", "usługi ePUAP nie odpowiadają na czas"
        WS_FAULT = "ws_fault", "usługi ePUAP zwracają błąd"
        WS_BAD_SIGNATURE = "ws_bad_signature", "odpowiedź ePUAP zmieniona po podpisaniu"
        NADAJ_LOST_ANSWER = "nadaj_lost_answer", "pismo doręczone, odpowiedź ginie po drodze"
        NADAJ_OTHER_RECEIPT = "nadaj_other_receipt", "UPP dotyczy innego dokumentu"

    name = models.CharField(max_length=40, choices=Name, unique=True)
    remaining = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} × {self.remaining}"

    @classmethod
    def take(cls, name: Behaviour.Name) -> bool:
        """Use up one order of this failure; say whether there was one."""
        waiting = cls.objects.filter(name=name, remaining__gt=0)
        return bool(waiting.update(remaining=F("remaining") - 1))
