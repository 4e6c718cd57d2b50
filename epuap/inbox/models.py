"""The office's mailbox: documents received from it with their big attachments, and letters sent from it."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _


class Mailbox(models.Model):
    """What is known of one mailbox of the office: how many documents wait, and since when it cannot be read."""

    box_address = models.CharField(_("skrytka"), max_length=255, unique=True)
    waiting = models.PositiveIntegerField(_("czeka w skrytce"), null=True)
    counted_at = models.DateTimeField(_("policzono"), null=True)
    error_code = models.CharField(_("kod błędu"), max_length=80, blank=True)
    failing_since = models.DateTimeField(_("nie można odczytać od"), null=True)

    class Meta:
        verbose_name = _("skrytka urzędu")
        verbose_name_plural = _("skrytki urzędu")
        constraints = [
            models.CheckConstraint(
                condition=Q(error_code="", failing_since__isnull=True)
                | (~Q(error_code="") & Q(failing_since__isnull=False)),
                name="inbox_mailbox_failing_has_reason",
            )
        ]

    def __str__(self) -> str:
        return self.box_address


class Closable(models.Model):
    """What a clerk may put away with a note. It stays in the archive; `closed_by` is a user name of the staff."""

    closed_at = models.DateTimeField(_("zamknięto"), null=True, editable=False)
    closed_by = models.CharField(_("kto zamknął"), max_length=150, blank=True, editable=False)
    closing_note = models.TextField(_("dlaczego"), blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="", closing_note="")
                | (Q(closed_at__isnull=False) & ~Q(closed_by="") & ~Q(closing_note="")),
                name="inbox_%(class)s_closed_by_somebody",
            )
        ]


class InboundDocumentQuerySet(models.QuerySet["InboundDocument"]):
    """Verbs of received documents."""

    def open(self) -> "InboundDocumentQuerySet":
        """What a clerk has to look at: unclaimed, in quarantine, or with an attachment that is not to be had."""
        without = InboundAttachment.objects.filter(document=OuterRef("pk"), state__in=InboundAttachment.LOST)
        needs_person = Q(state__in=InboundDocument.FOR_CLERKS) | Exists(without)
        return self.filter(needs_person, closed_at=None)


class InboundDocument(Closable):
    """A document exactly as it was pulled, with what the service said about its sender."""

    class State(models.TextChoices):
        RECEIVED = "received", _("pobrany")
        CONFIRMED = "confirmed", _("odbiór potwierdzony")
        HANDLED = "handled", _("przyjęty")
        UNCLAIMED = "unclaimed", _("czeka na urzędnika")
        TRIAL = "trial", _("próbny, bez rozpatrzenia")
        QUARANTINED = "quarantined", _("odłożony po błędzie")

    PENDING = (State.RECEIVED, State.CONFIRMED)
    FOR_CLERKS = (State.UNCLAIMED, State.QUARANTINED)

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
    attachments_listed = models.BooleanField(_("załączniki spisane"), default=False, editable=False)
    received_at = models.DateTimeField(_("pobrano"))
    confirmed_at = models.DateTimeField(_("potwierdzono odbiór"), null=True)
    handled_at = models.DateTimeField(_("rozpatrzono"), null=True)

    objects = InboundDocumentQuerySet.as_manager()

    class Meta(Closable.Meta):
        verbose_name = _("dokument otrzymany")
        verbose_name_plural = _("dokumenty otrzymane")
        ordering = ("-received_at", "-pk")
        constraints = [
            *Closable.Meta.constraints,
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


class InboundAttachment(models.Model):
    """A big attachment that a document only points to. The repository gives it out once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("czeka na pobranie")
        STORED = "stored", _("pobrany")
        FAILED = "failed", _("odłożony po błędzie")
        MISSING = "missing", _("nie do pobrania")

    LOST = (State.FAILED, State.MISSING)

    public_id = models.UUIDField(_("numer"), default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey(
        InboundDocument, models.PROTECT, related_name="attachments", verbose_name=_("dokument")
    )
    position = models.PositiveSmallIntegerField(_("kolejność"))
    file_id = models.CharField(_("numer w repozytorium plików"), max_length=100, blank=True)
    name = models.CharField(_("nazwa pliku"), max_length=255, blank=True)
    mime = models.CharField(_("typ pliku"), max_length=100, blank=True)
    content = models.BinaryField(_("treść"), null=True)
    sha256 = models.CharField(_("skrót SHA-256"), max_length=64, blank=True)
    state = models.CharField(_("stan"), max_length=10, choices=State, default=State.WAITING)
    error_code = models.CharField(_("kod błędu"), max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(_("próby"), default=0)
    stored_at = models.DateTimeField(_("pobrano"), null=True)

    class Meta:
        verbose_name = _("duży załącznik")
        verbose_name_plural = _("duże załączniki")
        ordering = ("document", "position")
        indexes = [models.Index(fields=("file_id", "state"), name="inbox_attachment_by_file")]
        constraints = [
            models.UniqueConstraint(
                fields=("document", "position"), name="inbox_inboundattachment_once_per_place"
            ),
            models.CheckConstraint(
                condition=Q(state="stored", content__isnull=False, stored_at__isnull=False) & ~Q(sha256="")
                | ~Q(state="stored") & Q(content__isnull=True, stored_at__isnull=True, sha256=""),
                name="inbox_inboundattachment_stored_has_bytes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("failed", "missing")) | ~Q(error_code=""),
                name="inbox_inboundattachment_failure_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.public_id)


class OutboundLetterQuerySet(models.QuerySet["OutboundLetter"]):
    """Verbs of letters."""

    def open(self) -> "OutboundLetterQuerySet":
        """What a clerk has to look at: refused, or of an outcome that the sent store did not tell."""
        needs_person = Q(state="failed") | Q(state="unknown", look_up_at=None)
        return self.filter(needs_person, closed_at=None)


class OutboundLetter(Closable):
    """A letter of the office to a mailbox on ePUAP. The service cannot tell a repeated submission, so
    a letter whose outcome is unknown is looked for among the sent, and else waits for a person.

    The three digests are those by which a receipt may bind the document: of its bytes, and of either
    canonical form, empty for a document that has none.

    `receipt` is only ever a verified one about this very document (a UPP for a submission, a UPD for a
    delivery); one that came with the answer and was not believed is kept in `refused_receipt`.
    """

    class Kind(models.TextChoices):
        SUBMISSION = "submission", _("nadanie na skrytkę (UPP)")
        DELIVERY = "delivery", _("doręczenie za podpisem (UPD)")

    class State(models.TextChoices):
        WAITING = "waiting", _("czeka na wysłanie")
        SENDING = "sending", _("w trakcie wysyłania")
        SENT = "sent", _("wysłane, jest poświadczenie")
        SENT_WITHOUT_RECEIPT = "sent_without_receipt", _("wysłane, bez poświadczenia")
        UNKNOWN = "unknown", _("nie wiadomo, czy wysłane")
        FAILED = "failed", _("odrzucone")

    public_id = models.UUIDField(_("numer"), default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("sposób"), max_length=10, choices=Kind, default=Kind.SUBMISSION)
    key = models.CharField(_("klucz"), max_length=160, blank=True, editable=False)
    recipient_box = models.CharField(_("skrytka adresata"), max_length=255)
    title = models.CharField(_("tytuł"), max_length=255)
    file_name = models.CharField(_("nazwa pliku"), max_length=255)
    document = models.BinaryField(_("treść"))
    sha256 = models.CharField(_("skrót SHA-256"), max_length=64)
    c14n_sha256 = models.CharField(_("skrót postaci kanonicznej"), max_length=64, blank=True, editable=False)
    exc_c14n_sha256 = models.CharField(
        _("skrót wyłącznej postaci kanonicznej"), max_length=64, blank=True, editable=False
    )
    state = models.CharField(_("stan"), max_length=20, choices=State, default=State.WAITING)
    epuap_id = models.CharField(_("identyfikator dokumentu w ePUAP"), max_length=255, blank=True)
    receipt_id = models.CharField(_("identyfikator poświadczenia"), max_length=255, blank=True)
    order_id = models.CharField(_("identyfikator zlecenia doręczenia"), max_length=255, blank=True)
    due_at = models.DateTimeField(_("termin doręczenia"), null=True)
    case_number = models.CharField(_("znak sprawy"), max_length=100, blank=True)
    receipt = models.BinaryField(_("poświadczenie"), null=True)
    receipt_sha256 = models.CharField(_("skrót SHA-256 poświadczenia"), max_length=64, blank=True)
    refused_receipt = models.BinaryField(_("poświadczenie, które nie przeszło sprawdzenia"), null=True)
    remark = models.CharField(_("uwaga"), max_length=255, blank=True)
    error_code = models.CharField(_("kod błędu"), max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(_("próby"), default=0)
    created_at = models.DateTimeField(_("utworzono"))
    taken_at = models.DateTimeField(_("zaczęto wysyłać"), null=True)
    sent_at = models.DateTimeField(_("wysłano"), null=True)
    unknown_since = models.DateTimeField(_("nie wiadomo od"), null=True)
    look_up_at = models.DateTimeField(_("następne szukanie w zbiorze wysłanych"), null=True)

    objects = OutboundLetterQuerySet.as_manager()

    class Meta(Closable.Meta):
        verbose_name = _("pismo wysyłane")
        verbose_name_plural = _("pisma wysyłane")
        ordering = ("-created_at", "-pk")
        constraints = [
            *Closable.Meta.constraints,
            models.UniqueConstraint(fields=("key",), condition=~Q(key=""), name="inbox_letter_once_per_key"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(receipt__isnull=False, sent_at__isnull=False),
                name="inbox_letter_sent_has_receipt",
            ),
            models.CheckConstraint(
                condition=Q(receipt__isnull=True, receipt_sha256="")
                | (Q(receipt__isnull=False, state="sent") & ~Q(receipt_sha256="")),
                name="inbox_letter_receipt_has_digest",
            ),
            models.CheckConstraint(
                condition=Q(state="unknown", unknown_since__isnull=False)
                | (~Q(state="unknown") & Q(unknown_since__isnull=True, look_up_at__isnull=True)),
                name="inbox_letter_unknown_since",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", taken_at__isnull=False) | ~Q(state="sending"),
                name="inbox_letter_sending_was_taken",
            ),
            models.CheckConstraint(
                condition=Q(kind="submission", due_at__isnull=True, case_number="", order_id="")
                | Q(kind="delivery", due_at__isnull=False),
                name="inbox_letter_delivery_has_term",
            ),
        ]
        indexes = [
            models.Index(fields=("state", "-created_at"), name="inbox_letter_by_state"),
            models.Index(fields=("sha256",), name="inbox_letter_by_digest"),
            models.Index(fields=("c14n_sha256",), name="inbox_letter_by_c14n"),
            models.Index(fields=("exc_c14n_sha256",), name="inbox_letter_by_exc_c14n"),
            models.Index(fields=("file_name",), name="inbox_letter_by_file"),
            models.Index(fields=("epuap_id",), name="inbox_letter_by_epuap_id"),
            models.Index(
                fields=("look_up_at",), condition=Q(state="unknown"), name="inbox_letter_to_look_up"
            ),
        ]

    def __str__(self) -> str:
        return self.title
