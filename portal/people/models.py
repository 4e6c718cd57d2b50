"""Users are ways in; identities are verified people; subjects are parties of the ledger."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from eurzad.lib.names import as_written
from portal.people import pii
from portal.people.fields import EncryptedTextField, FingerprintField


class User(AbstractUser):
    """A way in: a resident through the national sign-in, a member of staff, or a visitor of the demo."""

    class Kind(models.TextChoices):
        RESIDENT = "resident", _("mieszkaniec")
        STAFF = "staff", _("pracownik urzędu")
        DEMO = "demo", _("gość pokazu")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("rodzaj"), max_length=10, choices=Kind, default=Kind.RESIDENT)

    class Meta:
        verbose_name = _("użytkownik")
        verbose_name_plural = _("użytkownicy")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_staff=False, is_superuser=False) | Q(kind="staff"),
                name="people_user_only_staff_has_staff_rights",
            ),
        ]

    def __str__(self) -> str:
        return as_written(self.get_full_name()) or self.username


class Subject(models.Model):
    """A party of the ledger and the registers: a person or an organisation."""

    class Kind(models.TextChoices):
        PERSON = "person", _("osoba")
        ORGANISATION = "organisation", _("organizacja")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("rodzaj"), max_length=12, choices=Kind)
    given_name = models.CharField(_("imię"), max_length=100, blank=True)
    family_name = models.CharField(_("nazwisko"), max_length=100, blank=True)
    name = models.CharField(_("nazwa"), max_length=250, blank=True)
    street = models.CharField(_("ulica"), max_length=120, blank=True)
    building = models.CharField(_("numer domu"), max_length=20, blank=True)
    flat = models.CharField(_("numer mieszkania"), max_length=20, blank=True)
    postal_code = models.CharField(_("kod pocztowy"), max_length=6, blank=True)
    city = models.CharField(_("miejscowość"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("podmiot")
        verbose_name_plural = _("podmioty")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="person", name="") & ~Q(family_name="")
                | Q(kind="organisation", given_name="", family_name="") & ~Q(name=""),
                name="people_subject_named_by_kind",
            ),
        ]
        indexes = [models.Index(fields=("family_name", "given_name"), name="people_subject_names")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name of the organisation, or given and family name."""
        return self.name or f"{self.given_name} {self.family_name}".strip()

    @property
    def address_line(self) -> str:
        """Street, building, flat, postal code and city in one line."""
        street = " ".join(part for part in (self.street, self.building) if part)
        if self.flat:
            street = f"{street}/{self.flat}"
        return ", ".join(part for part in (street, f"{self.postal_code} {self.city}".strip()) if part)


class SubjectIdentifier(models.Model):
    """One official number of a subject: encrypted to read, keyed hash to find."""

    class Scheme(models.TextChoices):
        PESEL = "pesel", "PESEL"
        NIP = "nip", "NIP"
        REGON = "regon", "REGON"
        KRS = "krs", "KRS"
        EIDAS = "eidas", "eIDAS"

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(_("rodzaj numeru"), max_length=6, choices=Scheme)
    fingerprint = FingerprintField(of="encrypted")
    encrypted = EncryptedTextField()

    class Meta:
        verbose_name = _("identyfikator")
        verbose_name_plural = _("identyfikatory")
        constraints = [
            models.UniqueConstraint(fields=("scheme", "fingerprint"), name="people_identifier_unique"),
            models.UniqueConstraint(fields=("subject", "scheme"), name="people_identifier_one_per_scheme"),
        ]

    def __str__(self) -> str:
        return self.get_scheme_display()


class Identity(models.Model):
    """A natural person verified by the national sign-in or by a signature, known by one official number.

    `user` is how the person signs in; `subject` is what the person may see as their own, on `subject_ground`.
    """

    class Scheme(models.TextChoices):
        """Whose number it is. A visitor of the demo has the persona's PESEL and a random fingerprint."""

        PESEL = "pesel", "PESEL"
        EIDAS = "eidas", _("identyfikator eIDAS")
        DEMO = "demo", _("PESEL (pokaz)")

    class Ground(models.TextChoices):
        """By what a person sees a subject as their own; there is no other way."""

        CLERK = "clerk", _("decyzja urzędnika")
        AUTOMATIC = "automatic", _("zgodność numeru PESEL i nazwiska")
        DEMO = "demo", _("dane pokazowe")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    scheme = models.CharField(_("rodzaj numeru"), max_length=6, choices=Scheme)
    fingerprint = FingerprintField(of="encrypted_identifier")
    encrypted_identifier = EncryptedTextField()
    given_name = models.CharField(_("imię"), max_length=100)
    family_name = models.CharField(_("nazwisko"), max_length=100)
    birth_date = models.DateField(_("data urodzenia"), null=True)
    user = models.OneToOneField(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="identity"
    )
    subject = models.OneToOneField(
        Subject, on_delete=models.PROTECT, null=True, blank=True, related_name="identity"
    )
    subject_ground = models.CharField(
        _("podstawa połączenia"), max_length=9, choices=Ground, blank=True, default="", editable=False
    )
    subject_since = models.DateTimeField(_("połączono"), null=True, editable=False)
    created_at = models.DateTimeField(_("utworzono"))

    class Meta:
        verbose_name = _("zweryfikowana tożsamość")
        verbose_name_plural = _("zweryfikowane tożsamości")
        constraints = [
            models.CheckConstraint(
                condition=Q(subject__isnull=True, subject_ground="", subject_since__isnull=True)
                | Q(subject__isnull=False, subject_since__isnull=False)
                & (
                    Q(subject_ground="clerk", scheme__in=["pesel", "eidas"])
                    | Q(subject_ground="automatic", scheme="pesel")
                    | Q(subject_ground="demo")
                ),
                name="people_identity_linked_on_a_ground",
            ),
            models.UniqueConstraint(fields=("scheme", "fingerprint"), name="people_identity_unique"),
            models.CheckConstraint(
                condition=Q(scheme__in=["pesel", "eidas", "demo"]), name="people_identity_scheme_known"
            ),
        ]

    def __str__(self) -> str:
        return as_written(self.full_name)

    @property
    def full_name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def has_pesel(self) -> bool:
        """Whether the number is a PESEL; who came with a foreign eID has none here."""
        return self.scheme != self.Scheme.EIDAS

    @property
    def identifier(self) -> str:
        """The number itself, in clear."""
        return pii.decrypt(self.encrypted_identifier)

    @property
    def identifier_label(self) -> str:
        """What the number is called on a page."""
        return "PESEL" if self.has_pesel else str(self.Scheme(self.scheme).label)

    @property
    def masked_identifier(self) -> str:
        """The number with all but its last four characters hidden."""
        return pii.mask(self.identifier)


class IdentityKeyMark(models.Model):
    """Under which IDENTITY_KEY the columns of `people.fields` are written: one row, which tells nothing of the key."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mark = models.CharField(max_length=64, editable=False)
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("znacznik klucza tożsamości")
        verbose_name_plural = _("znaczniki klucza tożsamości")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="people_one_identity_key")]

    def __str__(self) -> str:
        return self.mark[:8]


class OpenSession(models.Model):
    """A signed-in browser, as its owner sees it in the list of sessions. No address of the network is kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True, editable=False)
    device = models.CharField(_("urządzenie"), max_length=80)
    opened_at = models.DateTimeField(_("zalogowano"))
    seen_at = models.DateTimeField(_("ostatnio używana"))

    class Meta:
        verbose_name = _("sesja")
        verbose_name_plural = _("sesje")
        ordering = ("-seen_at", "-pk")
        indexes = [models.Index(fields=("seen_at",), name="people_session_by_seen")]

    def __str__(self) -> str:
        return self.device


class ContactEmail(models.Model):
    """Where a person wants to be told that there is news: an address that answered a link, and perhaps a new one."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="contact_email")
    email = models.EmailField(_("e-mail"), blank=True)
    confirmed_at = models.DateTimeField(_("potwierdzono"), null=True)
    pending = models.EmailField(_("e-mail do potwierdzenia"), blank=True)
    asked_at = models.DateTimeField(_("wysłano link"), null=True)

    class Meta:
        verbose_name = _("kontaktowy adres e-mail")
        verbose_name_plural = _("kontaktowe adresy e-mail")
        constraints = [
            models.CheckConstraint(
                condition=Q(email="", confirmed_at__isnull=True)
                | ~Q(email="") & Q(confirmed_at__isnull=False),
                name="people_contact_email_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(pending="", asked_at__isnull=True) | ~Q(pending="") & Q(asked_at__isnull=False),
                name="people_contact_email_asked",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SharedValue(models.Model):
    """A value of `portal.people.shared_cache`: a count of attempts or a used code, until its time is over."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()
    expires_at = models.BigIntegerField(db_index=True)
    """Milliseconds since the epoch."""

    class Meta:
        verbose_name = _("licznik prób")
        verbose_name_plural = _("liczniki prób")

    def __str__(self) -> str:
        return self.key[:8]


class UsedHandover(models.Model):
    """A hand-over token of demo/demo that has opened a copy already. Kept until it is too old to be believed."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = _("zużyte przekazanie do pokazu")
        verbose_name_plural = _("zużyte przekazania do pokazu")

    def __str__(self) -> str:
        return self.digest[:8]


class DemoReset(models.Model):
    """When the demo town was last made anew: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    reset_at = models.DateTimeField()

    class Meta:
        verbose_name = _("odnowienie pokazu")
        verbose_name_plural = _("odnowienia pokazu")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="people_one_demo_reset")]

    def __str__(self) -> str:
        return f"{self.reset_at:%Y-%m-%d %H:%M}"
