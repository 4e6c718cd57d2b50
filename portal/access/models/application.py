import uuid
from datetime import date, datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.access import rules
from portal.channels.models import Receipt
from portal.people import pii
from portal.people.fields import EncryptedTextField, FingerprintField
from portal.people.models import Identity, Subject

State = rules.State
Door = rules.Door

STATE_LABELS = (
    (State.DRAFT.value, _("wersja robocza")),
    (State.AWAITING_SIGNATURE.value, _("czeka na podpis")),
    (State.SIGNATURE_CHECK.value, _("sprawdzanie podpisu")),
    (State.RECEIPT_PENDING.value, _("wystawianie poświadczenia")),
    (State.SUBMITTED.value, _("w urzędzie")),
    (State.NEEDS_CORRECTION.value, _("czeka na wnioskodawcę")),
    (State.CORRECTED.value, _("poprawiony nowym wnioskiem")),
    (State.APPROVED.value, _("przyjęty")),
    (State.REJECTED.value, _("odrzucony")),
    (State.SIGNATURE_REFUSED.value, _("podpis nieprzyjęty")),
    (State.WITHDRAWN.value, _("wycofany")),
    (State.JOINED.value, _("dołączony do wcześniejszego")),
)
DOOR_LABELS = (
    (Door.PORTAL.value, _("portal eUrząd")),
    (Door.EPUAP.value, _("ePUAP")),
)


DECISION_LABELS = (("approved", _("przyznano")), ("refused", _("odmówiono")))


class NumberSequence(models.Model):
    """The last number of an application given out in a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class AccessApplicationQuerySet(models.QuerySet["AccessApplication"]):
    """Verbs of the queue."""

    def preparing(self) -> "AccessApplicationQuerySet":
        """Not filed yet."""
        return self.filter(state__in=rules.PREPARING)

    def filed(self) -> "AccessApplicationQuerySet":
        """Received by the office, decided or not, also one withdrawn since (none other has a deadline)."""
        return self.filter(due_on__isnull=False)

    def waiting(self) -> "AccessApplicationQuerySet":
        """In the clerks' queue."""
        return self.filter(state=State.SUBMITTED)

    def undecided(self) -> "AccessApplicationQuerySet":
        """With the office: in the queue, or waiting for the applicant's correction."""
        return self.filter(state__in=rules.UNDECIDED)

    def for_identity(self, identity: Identity) -> "AccessApplicationQuerySet":
        """Applications of one person, newest first."""
        return self.filter(identity=identity).order_by("-created_at")


class AccessApplication(models.Model):
    """One person's application for access, whichever door it came through."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(  # noqa: DJ001 (unique, and a draft has none yet)
        _("numer"), max_length=20, unique=True, null=True, editable=False
    )
    door = models.CharField(_("droga"), max_length=10, choices=DOOR_LABELS)
    state = models.CharField(_("stan"), max_length=20, choices=STATE_LABELS, default=State.DRAFT.value)
    identity = models.ForeignKey(
        Identity, on_delete=models.PROTECT, related_name="access_applications", verbose_name=_("osoba")
    )

    given_name = models.CharField(_("imię"), max_length=120)
    family_name = models.CharField(_("nazwisko"), max_length=160)
    identifier_scheme = models.CharField(max_length=6, choices=Identity.Scheme, editable=False)
    identifier_fingerprint = FingerprintField(of="identifier_encrypted", scheme="identifier_scheme")
    identifier_encrypted = EncryptedTextField()
    street = models.CharField(_("ulica"), max_length=120, blank=True)
    building = models.CharField(_("numer domu"), max_length=20, blank=True)
    flat = models.CharField(_("numer lokalu"), max_length=20, blank=True)
    postal_code = models.CharField(_("kod pocztowy"), max_length=10, blank=True)
    city = models.CharField(_("miejscowość"), max_length=120, blank=True)
    phone = models.CharField(_("telefon"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    email_messages = models.PositiveSmallIntegerField(default=0, editable=False)
    email_confirmed_at = models.DateTimeField(_("adres e-mail potwierdzono"), null=True, editable=False)
    remarks = models.TextField(_("uwagi wnioskodawcy"), blank=True)
    own_data = models.BooleanField(_("prosi o własne dane"), default=True)

    form_remarks = models.JSONField(default=list, editable=False)

    document = models.BinaryField(null=True, editable=False)
    document_digest = models.CharField(max_length=128, blank=True, editable=False)
    document_fixed_at = models.DateTimeField(null=True, editable=False)
    signing_url = models.TextField(blank=True, editable=False)
    return_token_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    returned_at = models.DateTimeField(null=True, editable=False)
    resumed_at = models.DateTimeField(null=True, editable=False)
    signed_document = models.BinaryField(null=True, editable=False)
    signature_report = models.JSONField(null=True, editable=False)
    refusal_code = models.CharField(_("kod odmowy podpisu"), max_length=80, blank=True, editable=False)
    receipt = models.OneToOneField(
        Receipt,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="access_application",
        verbose_name=_("poświadczenie"),
    )
    signed_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    inbound_document = models.UUIDField(null=True, unique=True, editable=False)
    reply_box = models.CharField(_("skrytka odpowiedzi"), max_length=255, blank=True)

    received_at = models.DateTimeField(_("wpłynął"), null=True)
    due_on = models.DateField(_("termin decyzji"), null=True)
    joined_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="joined", verbose_name=_("dołączony do")
    )
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="answers",
        verbose_name=_("poprawia wniosek"),
    )
    taken_over_by = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="took_over",
        verbose_name=_("zastąpiony przez"),
    )
    withdrawal_reason = models.CharField(_("powód wycofania"), max_length=500, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("prowadzi"),
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("podmiot z ewidencji")
    )
    own_decision = models.CharField(
        _("decyzja o własnych danych"), max_length=10, choices=DECISION_LABELS, blank=True
    )
    decision_reason = models.TextField(_("uzasadnienie"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("rozstrzygnął"),
    )
    decided_at = models.DateTimeField(_("data decyzji"), null=True)
    created_at = models.DateTimeField(_("utworzono"))

    objects = AccessApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("wniosek o dostęp")
        verbose_name_plural = _("wnioski o dostęp")
        permissions = [("decide_accessapplication", _("Może rozstrzygać wnioski o dostęp"))]
        constraints = [
            models.UniqueConstraint(
                fields=("identity",),
                condition=Q(state__in=[state.value for state in rules.PREPARING]),
                name="access_one_prepared_per_identity",
            ),
            models.UniqueConstraint(
                fields=("identity",),
                condition=Q(state__in=[state.value for state in rules.UNDECIDED]),
                name="access_one_open_per_identity",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[state.value for state in rules.FILED])
                | (
                    Q(
                        number__isnull=False,
                        signed_document__isnull=False,
                        signature_report__isnull=False,
                        received_at__isnull=False,
                        due_on__isnull=False,
                    )
                    & (
                        Q(door=Door.PORTAL.value, receipt__isnull=False)
                        | Q(door=Door.EPUAP.value, inbound_document__isnull=False)
                    )
                ),
                name="access_filed_has_proof",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=[state.value for state in rules.DECIDED])
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                )
                | (
                    ~Q(state__in=[state.value for state in rules.DECIDED])
                    & Q(decided_at__isnull=True, decided_by__isnull=True)
                ),
                name="access_decided_iff_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.APPROVED.value) | Q(subject__isnull=False),
                name="access_approved_has_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REJECTED.value) | ~Q(decision_reason=""),
                name="access_rejected_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=State.JOINED.value, joined_to__isnull=False)
                | (~Q(state=State.JOINED.value) & Q(joined_to__isnull=True)),
                name="access_joined_iff_linked",
            ),
            models.CheckConstraint(
                condition=Q(joined_to__isnull=True) | ~Q(joined_to=F("pk")),
                name="access_not_joined_to_itself",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SIGNATURE_REFUSED.value) | ~Q(refusal_code=""),
                name="access_refused_has_code",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CORRECTED.value, taken_over_by__isnull=False)
                | (~Q(state=State.CORRECTED.value) & Q(taken_over_by__isnull=True)),
                name="access_corrected_iff_taken_over",
            ),
            models.CheckConstraint(
                condition=(Q(taken_over_by__isnull=True) | ~Q(taken_over_by=F("pk")))
                & (Q(corrects__isnull=True) | ~Q(corrects=F("pk"))),
                name="access_not_its_own_correction",
            ),
            models.CheckConstraint(
                condition=Q(own_decision="") | Q(own_decision__in=["approved", "refused"], own_data=True),
                name="access_own_decision_of_own_data",
            ),
            models.UniqueConstraint(
                fields=("signed_sha256",), condition=~Q(signed_sha256=""), name="access_signed_bytes_once"
            ),
        ]
        indexes = [
            models.Index(fields=("state", "due_on"), name="access_state_due"),
            models.Index(fields=("assigned_to", "state"), name="access_assigned_state"),
            models.Index(
                fields=("resumed_at",),
                condition=Q(state__in=[state.value for state in rules.PREPARING[1:]]),
                name="access_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.public_id)

    @property
    def arrived_at(self) -> datetime:
        """When the signed document reached the office; only of an application that has one."""
        assert self.received_at is not None
        return self.received_at

    @property
    def decide_by(self) -> date:
        """The last day for the decision; only of a filed application."""
        assert self.due_on is not None
        return self.due_on

    @property
    def identifier_label(self) -> str:
        """What the declared number is called on a page."""
        is_eidas = self.identifier_scheme == Identity.Scheme.EIDAS
        return str(Identity.Scheme.EIDAS.label) if is_eidas else "PESEL"

    @property
    def masked_identifier(self) -> str:
        """The declared number with all but its last four characters hidden."""
        return pii.mask(pii.decrypt(self.identifier_encrypted))

    @property
    def fixed_at(self) -> datetime:
        """When the document was fixed to be signed; only of an application that has one."""
        moment = self.document_fixed_at or self.sent_at
        assert moment is not None
        return moment

    @property
    def packaging(self) -> str:
        """How the signature and the document lie together: enveloped, enveloping, detached or pdf; "" unsigned."""
        report = self.signature_report or {}
        return str(report.get("packaging", "enveloped")) if report.get("status") == "valid" else ""

    @property
    def signed_form(self) -> str:
        """Which form of the document was signed: xml or pdf."""
        return str((self.signature_report or {}).get("signed_form", "xml"))

    @property
    def document_bytes(self) -> bytes:
        """The unsigned document, empty before there is one."""
        return bytes(self.document or b"")

    @property
    def is_withdrawn_case(self) -> bool:
        """Whether it was taken back after it had been filed."""
        return self.state == State.WITHDRAWN and self.due_on is not None

    @property
    def signed_bytes(self) -> bytes:
        """The signed document as it came, empty before there is one."""
        return bytes(self.signed_document or b"")


EVENT_LABELS = (
    ("created", _("Rozpoczęto wniosek")),
    ("signing_requested", _("Przekazano do podpisu")),
    ("signing_failed", _("Strona podpisu zgłosiła przerwanie podpisywania")),
    ("signed", _("Odebrano podpisany dokument")),
    ("uploaded", _("Wgrano plik podpisany we własnym programie")),
    ("upload_refused", _("Wgrany plik nieprzyjęty")),
    ("signature_accepted", _("Podpis sprawdzony")),
    ("signature_refused", _("Podpis nieprzyjęty")),
    ("received", _("Wniosek wpłynął do urzędu")),
    ("receipt_issued", _("Wystawiono urzędowe poświadczenie przedłożenia (UPP)")),
    ("email_confirmed", _("Potwierdzono adres e-mail")),
    ("joined", _("Dołączono do wcześniejszego wniosku")),
    ("withdrawn", _("Wycofano wniosek")),
    ("replaced", _("Wycofano wniosek, żeby poprawić dane")),
    ("expired", _("Nie podpisano w ciągu 7 dni – wniosek odłożono")),
    ("claimed", _("Wniosek wziął urzędnik")),
    ("released", _("Wniosek wrócił do kolejki")),
    ("correction_asked", _("Poproszono wnioskodawcę o poprawienie wniosku")),
    ("corrected", _("Wnioskodawca złożył poprawiony wniosek")),
    ("answers_correction", _("Wniosek jest odpowiedzią na prośbę o poprawienie")),
    ("no_answer", _("Minął termin na poprawienie, odpowiedzi nie ma")),
    ("recalled", _("Wnioskodawca wycofał złożony wniosek")),
    ("same_again", _("Ten sam podpisany plik przyszedł jeszcze raz")),
    ("first_approved", _("Zatwierdziła pierwsza osoba, wniosek czeka na drugą")),
    ("first_taken_back", _("Cofnięto zgodę pierwszej osoby")),
    ("approved", _("Wniosek przyjęty")),
    ("rejected", _("Wniosek odrzucony")),
    ("letter_sent", _("Decyzję wysłano do skrytki ePUAP")),
    ("day_7", _("Przypomnienie dla urzędników: minęło 7 dni")),
    ("day_12", _("Przypomnienie dla urzędników: minęło 12 dni")),
    ("overdue", _("Minął termin decyzji")),
)
ONCE = ("created", "received", "receipt_issued", "letter_sent", "day_7", "day_12", "overdue")


class ApplicationEvent(models.Model):
    """One line of an application's history."""

    application = models.ForeignKey(
        AccessApplication, on_delete=models.PROTECT, related_name="events", verbose_name=_("wniosek")
    )
    kind = models.CharField(_("zdarzenie"), max_length=20, choices=EVENT_LABELS)
    happened_at = models.DateTimeField(_("kiedy"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("kto")
    )

    class Meta:
        verbose_name = _("zdarzenie wniosku")
        verbose_name_plural = _("zdarzenia wniosku")
        ordering = ("happened_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("application", "kind"),
                condition=Q(kind__in=ONCE),
                name="access_event_once_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_at:%Y-%m-%d}"
