"""Accounts, whose they are and what they are about."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taxes.models.fields import FromSource, source_constraints
from taxes.models.kinds import ReceivableType


class Account(FromSource):
    """A taxpayer's account for one kind of receivable and one object, with its own number to transfer to.

    `subject` is who the papers name first; everybody who owes with them is a party (`AccountParty`), as is
    the subject itself.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.ForeignKey(
        "people.Subject", on_delete=models.PROTECT, related_name="tax_accounts", verbose_name=_("podmiot")
    )
    type = models.ForeignKey(
        ReceivableType, on_delete=models.PROTECT, related_name="+", verbose_name=_("rodzaj")
    )
    number = models.CharField(_("numer kartoteki"), max_length=30, unique=True)
    virtual_account = models.CharField(_("rachunek do wpłat (NRB)"), max_length=26, unique=True)
    object_description = models.CharField(_("przedmiot"), max_length=200)
    object_address = models.CharField(_("adres przedmiotu"), max_length=200, blank=True)
    closed_on = models.DateField(_("zamknięta"), null=True, blank=True)

    class Meta:
        verbose_name = _("kartoteka")
        verbose_name_plural = _("kartoteki")
        ordering = ("number",)
        constraints = [
            *source_constraints("account"),
            models.CheckConstraint(
                condition=Q(virtual_account__regex=r"^[0-9]{26}$"), name="taxes_account_nrb_digits"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="taxes_account_has_number"),
        ]

    def __str__(self) -> str:
        return self.number


class AccountParty(FromSource):
    """Somebody who owes what is on the account: alone, or with others, each for the whole (art. 91 O.p., 366 k.c.)."""

    class Role(models.TextChoices):
        MAIN = "main", _("podatnik")
        CO_OWNER = "co_owner", _("współwłaściciel")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="parties")
    subject = models.ForeignKey(
        "people.Subject",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("podmiot"),
        db_index=False,
    )
    role = models.CharField(_("rola"), max_length=10, choices=Role, default=Role.CO_OWNER)
    share = models.CharField(_("udział"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("zobowiązany")
        verbose_name_plural = _("zobowiązani")
        ordering = ("account", "pk")
        constraints = [
            *source_constraints("party"),
            models.UniqueConstraint(fields=("subject", "account"), name="taxes_party_once_per_account"),
            models.UniqueConstraint(
                fields=("account",), condition=Q(role="main"), name="taxes_party_one_main"
            ),
            models.CheckConstraint(condition=Q(role__in=["main", "co_owner"]), name="taxes_party_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.subject_id}"


class AccountObject(FromSource):
    """One thing the account is about: a parcel, a land register, a building, a vehicle, a licence."""

    class Kind(models.TextChoices):
        PARCEL = "parcel", _("działka")
        LAND_REGISTER = "land_register", _("księga wieczysta")
        BUILDING = "building", _("budynek")
        UNIT = "unit", _("lokal")
        VEHICLE = "vehicle", _("pojazd")
        LICENCE = "licence", _("zezwolenie")
        OTHER = "other", _("inny")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="objects_taxed")
    kind = models.CharField(_("rodzaj"), max_length=15, choices=Kind)
    identifier = models.CharField(_("oznaczenie"), max_length=60)
    description = models.CharField(_("opis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("przedmiot opodatkowania")
        verbose_name_plural = _("przedmioty opodatkowania")
        ordering = ("account", "pk")
        constraints = [
            *source_constraints("object"),
            models.UniqueConstraint(fields=("account", "kind", "identifier"), name="taxes_object_once"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "parcel",
                        "land_register",
                        "building",
                        "unit",
                        "vehicle",
                        "licence",
                        "other",
                    ]
                ),
                name="taxes_object_kind_known",
            ),
            models.CheckConstraint(condition=~Q(identifier=""), name="taxes_object_named"),
        ]

    def __str__(self) -> str:
        return self.identifier
