"""Documents received from the mailbox and letters sent from it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class InboundDocument(models.Model):
    """A document exactly as it was pulled, with what the service said about its sender."""

    class State(models.TextChoices):
        RECEIVED = "received", _("pobrany")
        CONFIRMED = "confirmed", _("odbiór potwierdzony")
        HANDLED = "handled", _("przyjęty")
        UNCLAIMED = "unclaimed", _("czeka na urzędnika")
        TRIAL = "trial", _("próbny, bez rozpatrzenia")
        QUARANTINED = "quarantined", _("odłożony po błędzie")

    PENDING = (State.RECEIVED, State.CONFIRMED)

    public_id = models.UUIDField(_("numer"), default=uuid.uuid4, unique=True, editable=False)
    box_address = models.CharField(_("skrytka"), max_length=255)
    sha1 = models.CharField(_("skrót SHA-1"), max_length=40)
    sha256 = models.CharField(_("skrót SHA-256"), max_length=64)
    epuap_id = models.CharField(_("identyfikator dokumentu w ePUAP"), max_length=255, blank=True)
    file_name = models.CharField(_("nazwa pliku"), max_length=255, blank=True)
    mime = models.CharField(_("typ pliku"), max_length=100, blank=True)
    content = models.BinaryField(_("treść"))
    additional_data = models.BinaryField(_("dane dodatkowe"), blank=True)
    sender_entity = models.CharField(_("podmiot nadawcy"), max_length=255, blank=True)
    sender_name = models.CharField(_("nazwa nadawcy"), max_length=255, blank=True)
    reply_address = models.CharField(_("skrytka na odpowiedź"), max_length=255, blank=True)
    sent_at = models.DateTimeField(_("nadano"), null=True)
    is_test = models.BooleanField(_("próbny"), default=False)
    root_namespace = models.CharField(_("przestrzeń nazw"), max_length=255, blank=True)
    state = models.CharField(_("stan"), max_length=12, choices=State, default=State.RECEIVED)
    error_code = models.CharField(_("kod błędu"), max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(_("próby"), default=0)
    received_at = models.DateTimeField(_("pobrano"))
    confirmed_at = models.DateTimeField(_("potwierdzono odbiór"), null=True)
    handled_at = models.DateTimeField(_("rozpatrzono"), null=True)

    class Meta:
        verbose_name = _("dokument otrzymany")
        verbose_name_plural = _("dokumenty otrzymane")
        ordering = ("-received_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("box_address", "sha1", "epuap_id"), name="inbox_document_once_per_box"
            ),
            models.CheckConstraint(
                condition=~Q(state="quarantined") | ~Q(error_code=""),
                name="inbox_document_quarantine_has_reason",
            ),
        ]
        indexes = [models.Index(fields=("state", "-received_at"), name="inbox_document_by_state")]

    def __str__(self) -> str:
        return self.epuap_id or str(self.public_id)


class OutboundLetter(models.Model):
    """A letter of the office to a mailbox on ePUAP. The service cannot tell a repeated submission,
    so a letter whose outcome is unknown waits for a person."""

    class State(models.TextChoices):
        WAITING = "waiting", _("czeka na wysłanie")
        SENDING = "sending", _("w trakcie wysyłania")
        SENT = "sent", _("wysłane, jest poświadczenie")
        SENT_WITHOUT_RECEIPT = "sent_without_receipt", _("wysłane, bez poświadczenia")
        UNKNOWN = "unknown", _("nie wiadomo, czy wysłane")
        FAILED = "failed", _("odrzucone")

    public_id = models.UUIDField(_("numer"), default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(_("klucz"), max_length=160, blank=True, editable=False)
    recipient_box = models.CharField(_("skrytka adresata"), max_length=255)
    title = models.CharField(_("tytuł"), max_length=255)
    file_name = models.CharField(_("nazwa pliku"), max_length=255)
    document = models.BinaryField(_("treść"))
    sha256 = models.CharField(_("skrót SHA-256"), max_length=64)
    state = models.CharField(_("stan"), max_length=20, choices=State, default=State.WAITING)
    epuap_id = models.CharField(_("identyfikator dokumentu w ePUAP"), max_length=255, blank=True)
    receipt_id = models.CharField(_("identyfikator poświadczenia"), max_length=255, blank=True)
    receipt = models.BinaryField(_("poświadczenie przedłożenia"), null=True)
    remark = models.CharField(_("uwaga"), max_length=255, blank=True)
    error_code = models.CharField(_("kod błędu"), max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(_("próby"), default=0)
    created_at = models.DateTimeField(_("utworzono"))
    sent_at = models.DateTimeField(_("wysłano"), null=True)

    class Meta:
        verbose_name = _("pismo wysyłane")
        verbose_name_plural = _("pisma wysyłane")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=("key",), condition=~Q(key=""), name="inbox_letter_once_per_key"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(receipt__isnull=False, sent_at__isnull=False),
                name="inbox_letter_sent_has_receipt",
            ),
        ]
        indexes = [models.Index(fields=("state", "-created_at"), name="inbox_letter_by_state")]

    def __str__(self) -> str:
        return self.title
