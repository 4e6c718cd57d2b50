"""A register small enough to know by heart."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from registers.declarations import CONTRACTS, LEASES, LICENCES, PROPERTIES
from registers.models import AlcoholLicence, Contract, ContractParty, Lease, Property
from registers.services import entries_changed


@pytest.fixture
def make_contract(db: None) -> Callable[..., Contract]:
    """Add a published contract with one public party; keyword arguments change its fields."""

    def make(
        number: str, *, party: str = "Zakład Próbny sp. z o.o.", nip: str = "1000010007", **fields
    ) -> Contract:
        values = {
            "concluded_on": date(2026, 3, 10),
            "subject_matter": "Remont chodnika",
            "kind": Contract.Kind.WORKS,
            "value": Decimal("1234.56"),
            "procedure": Contract.Procedure.BELOW_THRESHOLD,
            "unit": "Wydział Inwestycji",
            "is_published": True,
            **fields,
        }
        contract = Contract.objects.create(number=number, **values)
        ContractParty.objects.create(contract=contract, name=party, nip=nip)
        entries_changed(CONTRACTS, [contract.pk])
        return contract

    return make


@pytest.fixture
def contracts(make_contract: Callable[..., Contract]) -> list[Contract]:
    """Three contracts of two years."""
    return [
        make_contract("UM/1", subject_matter="Przebudowa ulicy Łąkowej", concluded_on=date(2025, 6, 1)),
        make_contract("UM/2", subject_matter="Dostawa źródeł światła", kind=Contract.Kind.SUPPLIES),
        make_contract("UM/3", party="Żaba i Syn s.c.", value=Decimal("9999.00"), unit="Wydział Oświaty"),
    ]


def property_row(**fields) -> Property:
    """A published property."""
    values = {
        "inventory_number": "GM/1",
        "address": "ul. Źródlana 4",
        "precinct": "0001 Śródmieście",
        "parcel_id": "999901_1.0001.12/3",
        "kind": Property.Kind.PARCEL,
        "holding": Property.Holding.OWNED,
        "purpose": Property.Purpose.RECREATION,
        "area_m2": Decimal("1234.50"),
        "is_published": True,
    }
    row = Property.objects.create(**{**values, **fields})
    entries_changed(PROPERTIES, [row.pk])
    return row


def licence_row(**fields) -> AlcoholLicence:
    """A published licence."""
    values = {
        "number": "ZA/1",
        "category": "A",
        "mode": AlcoholLicence.Mode.RETAIL,
        "holder_name": "Sklep Próbny s.c.",
        "holder_nip": "1000010007",
        "point_name": "Sklep Próbny",
        "point_address": "Rynek 5",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2027, 12, 31),
        "is_published": True,
    }
    row = AlcoholLicence.objects.create(**{**values, **fields})
    entries_changed(LICENCES, [row.pk])
    return row


def lease_row(**fields) -> Lease:
    """A published lease to a person whose name is not public."""
    values = {
        "number": "DZ/1",
        "concluded_on": date(2025, 2, 1),
        "object_name": "Ogródek",
        "purpose": "ogród",
        "period_from": date(2025, 3, 1),
        "mode": Lease.Mode.NO_TENDER,
        "rent": Decimal("120.00"),
        "rent_period": Lease.RentPeriod.YEAR,
        "lessee_name": "Osoba Próbna",
        "redaction_reason": "prywatność osoby fizycznej",
        "is_published": True,
    }
    row = Lease.objects.create(**{**values, **fields})
    entries_changed(LEASES, [row.pk])
    return row
