"""For whom else access is asked, on what basis and how far."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.access.models.application import DECISION_LABELS, AccessApplication
from portal.people import pii
from portal.people.fields import EncryptedTextField, FingerprintField
from portal.people.models import Subject


class RepresentedQuerySet(models.QuerySet["Represented"]):
    """Verbs of represented persons and organisations."""

    def of_case(self, application: AccessApplication) -> "RepresentedQuerySet":
        """Everybody whom a decision on `application` is about: its own rows and those of applications joined
        to it, each person or organisation once."""
        return self.filter(
            Q(application=application) | Q(application__joined_to=application), same_as__isnull=True
        ).order_by("application_id", "position", "pk")


class Represented(models.Model):
    """A person or an organisation for whom an applicant asks for access.

    The number and the names are as declared; `subject` and `mandate_id` are what a clerk's decision made of them.
    A power of attorney costs stamp duty (act on stamp duty, part IV of its annex); the portal does not collect it.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("osoba")
        ORGANISATION = "organisation", _("firma lub organizacja")

    class Scheme(models.TextChoices):
        PESEL = "pesel", "PESEL"
        NIP = "nip", "NIP"
        REGON = "regon", "REGON"
        KRS = "krs", "KRS"

    class Basis(models.TextChoices):
        STATUTORY = "statutory", _("przedstawiciel ustawowy")
        KRS = "krs", _("wpis w KRS")
        POWER_OF_ATTORNEY = "power_of_attorney", _("pełnomocnictwo")

    class Role(models.TextChoices):
        PARENT = "parent", _("rodzic małoletniego dziecka")
        GUARDIAN = "guardian", _("opiekun ustanowiony przez sąd")
        CURATOR = "curator", _("kurator ustanowiony przez sąd")

    class Duty(models.TextChoices):
        PAID = "paid", _("zapłacona")
        EXEMPT = "exempt", _("zwolnienie z opłaty")
        ELSEWHERE = "elsewhere", _("zapłacona w innym urzędzie")

    class Ground(models.TextChoices):
        SPOUSE = "spouse", _("pełnomocnik jest małżonkiem")
        DESCENDANT = "descendant", _("pełnomocnik jest dzieckiem, wnukiem lub dalszym zstępnym")
        ASCENDANT = "ascendant", _("pełnomocnik jest rodzicem, dziadkiem lub dalszym wstępnym")
        SIBLING = "sibling", _("pełnomocnik jest bratem lub siostrą")
        ENTITY = (
            "entity",
            _("mocodawca jest zwolniony z ustawy (na przykład urząd, organizacja pożytku publicznego)"),
        )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        AccessApplication, on_delete=models.PROTECT, related_name="represented", verbose_name=_("wniosek")
    )
    position = models.PositiveSmallIntegerField(_("kolejność"))
    kind = models.CharField(_("rodzaj"), max_length=12, choices=Kind)
    scheme = models.CharField(_("rodzaj numeru"), max_length=5, choices=Scheme)
    fingerprint = FingerprintField(of="encrypted_number", db_index=True)
    encrypted_number = EncryptedTextField()
    given_name = models.CharField(_("imię"), max_length=100, blank=True)
    family_name = models.CharField(_("nazwisko"), max_length=100, blank=True)
    name = models.CharField(_("nazwa"), max_length=250, blank=True)
    basis = models.CharField(_("podstawa"), max_length=17, choices=Basis)
    role = models.CharField(_("rola"), max_length=8, choices=Role, blank=True)
    areas = models.JSONField(_("zakres"), default=list)
    rights = models.JSONField(_("uprawnienia"), default=list)
    valid_to = models.DateField(_("ostatni dzień"))
    duty = models.CharField(_("opłata skarbowa"), max_length=9, choices=Duty, blank=True)
    duty_ground = models.CharField(_("podstawa zwolnienia"), max_length=10, choices=Ground, blank=True)
    duty_note = models.CharField(_("gdzie i kiedy zapłacono"), max_length=200, blank=True)

    same_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="repeated", verbose_name=_("powtórzenie")
    )
    decision = models.CharField(_("decyzja"), max_length=10, choices=DECISION_LABELS, blank=True)
    decision_reason = models.TextField(_("uzasadnienie"), blank=True)
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("podmiot z ewidencji")
    )
    mandate_id = models.UUIDField(_("pełnomocnictwo w portalu"), null=True, editable=False)

    objects = RepresentedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reprezentowany")
        verbose_name_plural = _("reprezentowani")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("application", "scheme", "fingerprint"), name="access_represented_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="person", name="", scheme="pesel") & ~Q(family_name="") & ~Q(given_name="")
                | Q(kind="organisation", given_name="", family_name="", scheme__in=["nip", "regon", "krs"])
                & ~Q(name=""),
                name="access_represented_named_by_kind",
            ),
            models.CheckConstraint(
                condition=Q(basis="statutory", kind="person", role__in=["parent", "guardian", "curator"])
                | Q(basis="krs", kind="organisation", scheme="krs", role="")
                | Q(basis="power_of_attorney", role=""),
                name="access_represented_basis_fits",
            ),
            models.CheckConstraint(
                condition=Q(basis="power_of_attorney", duty__in=["", "paid", "exempt", "elsewhere"])
                | (~Q(basis="power_of_attorney") & Q(duty="")),
                name="access_duty_of_attorneys",
            ),
            models.CheckConstraint(
                condition=Q(duty="exempt") & ~Q(duty_ground="") | ~Q(duty="exempt") & Q(duty_ground=""),
                name="access_exempt_iff_ground",
            ),
            models.CheckConstraint(
                condition=Q(duty="elsewhere") & ~Q(duty_note="") | ~Q(duty="elsewhere") & Q(duty_note=""),
                name="access_elsewhere_iff_note",
            ),
            models.CheckConstraint(
                condition=Q(decision="", mandate_id__isnull=True)
                | Q(decision="approved", subject__isnull=False)
                | Q(decision="refused", mandate_id__isnull=True) & ~Q(decision_reason=""),
                name="access_represented_decision_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name of the organisation, or given and family name."""
        return self.name or f"{self.given_name} {self.family_name}"

    @property
    def number(self) -> str:
        """The declared number itself, in clear."""
        return pii.decrypt(self.encrypted_number)

    @property
    def shown_number(self) -> str:
        """The number for a page: of a person with all but its last four characters hidden, of an organisation
        whole, for it is public."""
        return pii.mask(self.number) if self.kind == self.Kind.PERSON else self.number

    @property
    def owes_duty(self) -> bool:
        """Whether stamp duty has to be declared."""
        return self.basis == self.Basis.POWER_OF_ATTORNEY
