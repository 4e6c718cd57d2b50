"""What the registers hold. What of it may be public is said in `registers.declarations`, field by field."""

import uuid
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from eurzad.lib import identifiers


def validate_nip(value: str) -> None:
    """Raises ValidationError unless `value` is a NIP with the right check digit."""
    try:
        identifiers.clean_nip(value)
    except identifiers.IdentifierError as error:
        raise ValidationError(_("To nie jest poprawny numer NIP.")) from error


def validate_regon(value: str) -> None:
    """Raises ValidationError unless `value` is a REGON with the right check digit."""
    try:
        identifiers.clean_regon(value)
    except identifiers.IdentifierError as error:
        raise ValidationError(_("To nie jest poprawny numer REGON.")) from error


class RegisterQuerySet(models.QuerySet[Any]):
    """Verbs common to all registers."""

    def published(self) -> Self:
        return self.filter(is_published=True)


class RegisterEntry(models.Model):
    """What every entry of every register has."""

    public_id = models.UUIDField(
        _("identyfikator publiczny"), default=uuid.uuid4, unique=True, editable=False
    )
    is_published = models.BooleanField(_("opublikowany"), default=False)
    search_text = models.TextField(_("tekst wyszukiwania"), blank=True, editable=False)
    internal_note = models.TextField(_("notatka wewnętrzna (niepubliczna)"), blank=True)
    updated_at = models.DateTimeField(_("zmieniony"), auto_now=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        abstract = True


class Contract(RegisterEntry):
    """A contract, shaped as in the Central Register of Contracts.

    Source: art. 34a-34d of the Public Finance Act.
    """

    class Kind(models.TextChoices):
        SUPPLIES = "supplies", _("Dostawy")
        SERVICES = "services", _("Usługi")
        WORKS = "works", _("Roboty budowlane")
        OTHER = "other", _("Inna")

    class Procedure(models.TextChoices):
        OPEN_TENDER = "open_tender", _("Przetarg nieograniczony")
        BASIC = "basic", _("Tryb podstawowy")
        SINGLE_SOURCE = "single_source", _("Zamówienie z wolnej ręki")
        QUOTATION = "quotation", _("Zapytanie ofertowe")
        BELOW_THRESHOLD = "below_threshold", _("Zamówienie poniżej progu ustawy")

    class Status(models.TextChoices):
        ACTIVE = "active", _("W realizacji")
        COMPLETED = "completed", _("Zakończona")
        TERMINATED = "terminated", _("Rozwiązana")
        WITHDRAWN = "withdrawn", _("Odstąpiono od umowy")

    number = models.CharField(_("numer umowy"), max_length=60)
    concluded_on = models.DateField(_("data zawarcia"))
    period_from = models.DateField(_("obowiązuje od"), null=True, blank=True)
    period_to = models.DateField(_("obowiązuje do"), null=True, blank=True)
    subject_matter = models.TextField(_("przedmiot umowy"))
    kind = models.CharField(_("rodzaj"), max_length=20, choices=Kind)
    value = models.DecimalField(
        _("wartość brutto (zł)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    value_absence_reason = models.CharField(_("dlaczego bez wartości"), max_length=200, blank=True)
    funding = models.CharField(_("źródło finansowania"), max_length=200, blank=True)
    procedure = models.CharField(_("tryb zawarcia"), max_length=20, choices=Procedure)
    unit = models.CharField(_("jednostka prowadząca"), max_length=120)
    status = models.CharField(_("stan"), max_length=20, choices=Status, default=Status.ACTIVE)

    class Meta:
        verbose_name = _("umowa")
        verbose_name_plural = _("umowy")
        ordering = ["-concluded_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="registers_contract_number"),
            models.CheckConstraint(
                name="registers_contract_value_or_reason",
                condition=Q(value__isnull=False, value_absence_reason="")
                | (Q(value__isnull=True) & ~Q(value_absence_reason="")),
                violation_error_message=_("Podaj wartość albo powód jej braku, nie oba naraz."),
            ),
            models.CheckConstraint(
                name="registers_contract_value_positive", condition=Q(value__isnull=True) | Q(value__gte=0)
            ),
            models.CheckConstraint(
                name="registers_contract_period",
                condition=Q(period_from__isnull=True)
                | Q(period_to__isnull=True)
                | Q(period_to__gte=F("period_from")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-concluded_on", "-id"],
                name="registers_contract_by_date",
                condition=Q(is_published=True),
            ),
            models.Index(
                fields=["-value", "-id"], name="registers_contract_by_value", condition=Q(is_published=True)
            ),
            models.Index(
                fields=["kind", "-concluded_on", "-id"],
                name="registers_contract_by_kind",
                condition=Q(is_published=True),
            ),
            models.Index(
                fields=["unit", "-concluded_on", "-id"],
                name="registers_contract_by_unit",
                condition=Q(is_published=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ContractParty(models.Model):
    """The other side of a contract.

    A natural person's name may be kept out of publication, with the reason shown.
    """

    contract = models.ForeignKey(
        Contract, on_delete=models.CASCADE, related_name="parties", verbose_name=_("umowa")
    )
    position = models.PositiveSmallIntegerField(_("kolejność"), default=1)
    name = models.CharField(_("nazwa"), max_length=200)
    nip = models.CharField(_("NIP"), max_length=10, blank=True, validators=[validate_nip])
    regon = models.CharField(_("REGON"), max_length=14, blank=True, validators=[validate_regon])
    is_public = models.BooleanField(_("dane jawne"), default=True)
    redaction_reason = models.CharField(_("powód wyłączenia jawności"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("strona umowy")
        verbose_name_plural = _("strony umowy")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "position"], name="registers_party_position"),
            models.CheckConstraint(
                name="registers_party_redaction_reason",
                condition=Q(is_public=True) | ~Q(redaction_reason=""),
                violation_error_message=_("Wyłączenie jawności wymaga podania powodu."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Property(RegisterEntry):
    """A piece of the town's property: a parcel, a building or a flat."""

    class Kind(models.TextChoices):
        PARCEL = "parcel", _("Działka")
        BUILDING = "building", _("Budynek")
        FLAT = "flat", _("Lokal")

    class Holding(models.TextChoices):
        OWNED = "owned", _("Własność gminy")
        SHARED = "shared", _("Współwłasność")
        PERMANENT_MANAGEMENT = "permanent_management", _("Trwały zarząd")
        PERPETUAL_USUFRUCT = "perpetual_usufruct", _("Użytkowanie wieczyste")
        LEASED = "leased", _("Najem lub dzierżawa")
        LENT = "lent", _("Użyczenie")

    class Purpose(models.TextChoices):
        HOUSING = "housing", _("Mieszkalnictwo")
        COMMERCE = "commerce", _("Usługi i handel")
        EDUCATION = "education", _("Oświata i kultura")
        RECREATION = "recreation", _("Zieleń i rekreacja")
        FARMING = "farming", _("Rolnictwo i ogrody")
        ROADS = "roads", _("Drogi i infrastruktura")
        RESERVE = "reserve", _("Rezerwa inwestycyjna")

    inventory_number = models.CharField(_("numer inwentarzowy"), max_length=40)
    address = models.CharField(_("adres lub położenie"), max_length=200)
    precinct = models.CharField(_("obręb"), max_length=80)
    parcel_id = models.CharField(_("identyfikator działki"), max_length=60, blank=True)
    land_register_number = models.CharField(
        _("numer księgi wieczystej (niepubliczny)"), max_length=20, blank=True
    )
    kind = models.CharField(_("rodzaj"), max_length=20, choices=Kind)
    holding = models.CharField(_("forma władania"), max_length=30, choices=Holding)
    purpose = models.CharField(_("przeznaczenie"), max_length=20, choices=Purpose)
    area_m2 = models.DecimalField(_("powierzchnia (m²)"), max_digits=12, decimal_places=2)
    for_sale_until = models.DateField(_("na sprzedaż do"), null=True, blank=True)
    for_lease_until = models.DateField(_("do wydzierżawienia do"), null=True, blank=True)

    class Meta:
        verbose_name = _("nieruchomość")
        verbose_name_plural = _("nieruchomości")
        ordering = ["address", "id"]
        constraints = [
            models.UniqueConstraint(fields=["inventory_number"], name="registers_property_number"),
            models.CheckConstraint(name="registers_property_area", condition=Q(area_m2__gt=0)),
        ]
        indexes = [
            models.Index(
                fields=["address", "id"], name="registers_property_by_address", condition=Q(is_published=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inventory_number} ({self.address})"


class AlcoholLicence(RegisterEntry):
    """A permit to sell alcohol at one point (art. 18 of the Act on Upbringing in Sobriety)."""

    class Category(models.TextChoices):
        # xgettext:no-python-format
        A = "A", _("A – do 4,5% oraz piwo")
        B = "B", _("B – od 4,5% do 18%, oprócz piwa")
        C = "C", _("C – powyżej 18%")

    class Mode(models.TextChoices):
        RETAIL = "retail", _("Detal (spożycie poza miejscem sprzedaży)")
        ON_PREMISES = "on_premises", _("Gastronomia (spożycie na miejscu)")

    class Status(models.TextChoices):
        VALID = "valid", _("Ważne")
        EXPIRED = "expired", _("Wygasło")
        WITHDRAWN = "withdrawn", _("Cofnięte")

    number = models.CharField(_("numer zezwolenia"), max_length=60)
    category = models.CharField(_("kategoria"), max_length=1, choices=Category)
    mode = models.CharField(_("rodzaj sprzedaży"), max_length=20, choices=Mode)
    holder_name = models.CharField(_("przedsiębiorca"), max_length=200)
    holder_nip = models.CharField(_("NIP"), max_length=10, validators=[validate_nip])
    holder = models.ForeignKey(
        "people.Subject",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alcohol_licences",
        verbose_name=_("podmiot w portalu"),
    )
    point_name = models.CharField(_("punkt sprzedaży"), max_length=200)
    point_address = models.CharField(_("adres punktu"), max_length=200)
    valid_from = models.DateField(_("ważne od"))
    valid_to = models.DateField(_("ważne do"))
    status = models.CharField(_("stan"), max_length=20, choices=Status, default=Status.VALID)

    class Meta:
        verbose_name = _("zezwolenie alkoholowe")
        verbose_name_plural = _("zezwolenia alkoholowe")
        ordering = ["-valid_to", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="registers_licence_number"),
            models.CheckConstraint(
                name="registers_licence_period", condition=Q(valid_to__gte=F("valid_from"))
            ),
        ]
        indexes = [
            models.Index(fields=["-valid_to", "-id"], name="registers_licence_by_validity"),
        ]

    def __str__(self) -> str:
        return self.number


class Lease(RegisterEntry):
    """A lease or tenancy of municipal property."""

    class Mode(models.TextChoices):
        TENDER = "tender", _("Przetarg")
        NO_TENDER = "no_tender", _("Bez przetargu")

    class RentPeriod(models.TextChoices):
        MONTH = "month", _("miesięcznie")
        YEAR = "year", _("rocznie")

    number = models.CharField(_("numer umowy"), max_length=60)
    concluded_on = models.DateField(_("data zawarcia"))
    object_name = models.CharField(_("przedmiot"), max_length=200)
    property = models.ForeignKey(
        Property,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leases",
        verbose_name=_("nieruchomość"),
    )
    purpose = models.CharField(_("cel"), max_length=120)
    period_from = models.DateField(_("od"))
    period_to = models.DateField(_("do (puste: czas nieoznaczony)"), null=True, blank=True)
    mode = models.CharField(_("tryb"), max_length=20, choices=Mode)
    rent = models.DecimalField(_("czynsz brutto (zł)"), max_digits=12, decimal_places=2)
    rent_period = models.CharField(_("okres czynszu"), max_length=10, choices=RentPeriod)
    lessee_name = models.CharField(_("dzierżawca"), max_length=200)
    is_lessee_public = models.BooleanField(_("dane dzierżawcy jawne"), default=False)
    redaction_reason = models.CharField(_("powód wyłączenia jawności"), max_length=200, blank=True)
    lessee = models.ForeignKey(
        "people.Subject",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leases",
        verbose_name=_("podmiot w portalu"),
    )

    class Meta:
        verbose_name = _("dzierżawa")
        verbose_name_plural = _("dzierżawy")
        ordering = ["-concluded_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="registers_lease_number"),
            models.CheckConstraint(
                name="registers_lease_period",
                condition=Q(period_to__isnull=True) | Q(period_to__gte=F("period_from")),
            ),
            models.CheckConstraint(name="registers_lease_rent", condition=Q(rent__gte=0)),
            models.CheckConstraint(
                name="registers_lease_redaction_reason",
                condition=Q(is_lessee_public=True) | ~Q(redaction_reason=""),
                violation_error_message=_("Wyłączenie jawności wymaga podania powodu."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-concluded_on", "-id"],
                name="registers_lease_by_date",
                condition=Q(is_published=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RegisterState(models.Model):
    """What a register looks like as a whole, so that its pages need not ask.

    Size, choices of filters, "stan na".
    """

    register = models.CharField(_("rejestr"), max_length=40, unique=True)
    as_of = models.DateTimeField(_("stan na"))
    published_count = models.PositiveIntegerField(_("opublikowanych wpisów"), default=0)
    facets = models.JSONField(_("wartości filtrów"), default=dict)

    class Meta:
        verbose_name = _("stan rejestru")
        verbose_name_plural = _("stany rejestrów")

    def __str__(self) -> str:
        return self.register
