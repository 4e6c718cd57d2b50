"""The registers of the demo town: invented, seeded, the same every time.

Companies are invented; their NIP numbers begin with "100", a prefix that no tax office has, so that none can
belong to anyone. Dates follow `today`, so that the town does not grow old.
"""

import random
import uuid
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from eurzad.lib.dates import next_working_day
from eurzad.lib.personas import ANNA, BAKERY, CELINA, GRAZYNA, HENRYK
from portal.people.services import find_subject
from registers import demo_texts as texts
from registers.declarations import REGISTERS
from registers.models import AlcoholLicence, Contract, ContractParty, Lease, Property
from registers.services import entries_changed

SEED = 20261123
CONTRACTS, PROPERTIES, LICENCES, LEASES = 500, 80, 30, 20
Firm = tuple[str, str, str]
_NAMESPACE = uuid.UUID("5d6e2a0e-7d0b-4f55-9d0f-2f8f1d3f9a11")


@transaction.atomic
def load(today: date) -> dict[str, int]:
    """Fill the registers once; a second call changes nothing but "stan na". Returns entries by register."""
    if not Contract.objects.exists():
        _load_contracts(random.Random(SEED), today)  # noqa: S311 - invented data, not secrets
        _load_properties(random.Random(SEED + 1), today)  # noqa: S311 - invented data, not secrets
        _load_licences(random.Random(SEED + 2), today)  # noqa: S311 - invented data, not secrets
        _load_leases(random.Random(SEED + 3), today)  # noqa: S311 - invented data, not secrets
    return {spec.name: entries_changed(spec) for spec in REGISTERS}


def _id(number: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, number)


def _nip(serial: int) -> str:
    """A NIP of nobody: prefix "100" and the right check digit; a serial whose digit would be 10 moves on."""
    digits = f"100{serial:06d}"
    check = (
        sum(int(digit) * weight for digit, weight in zip(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7), strict=True))
        % 11
    )
    return f"{digits}{check}" if check < 10 else _nip(serial + 500_000)


def _regon(serial: int) -> str:
    digits = f"99{serial:06d}"
    check = (
        sum(int(digit) * weight for digit, weight in zip(digits, (8, 9, 2, 3, 4, 5, 6, 7), strict=True))
        % 11
        % 10
    )
    return f"{digits}{check}"


def _amount(rng: random.Random, low: int, high: int) -> Decimal:
    """A believable price: mostly round, at times to the grosz."""
    zlotys = rng.randint(low, high)
    if rng.random() < 0.5:
        return Decimal(zlotys // 50 * 50 or 50).quantize(Decimal("0.01"))
    return Decimal(zlotys) + Decimal(rng.randint(0, 99)) / 100


def _address(rng: random.Random) -> str:
    return f"{rng.choice(texts.STREETS)} {rng.randint(1, 48)}"


def _contract_dates(rng: random.Random, today: date) -> list[date]:
    start = date(today.year - 2, 1, 2)
    span = (today - start).days
    days = (next_working_day(start + timedelta(days=rng.randint(0, span))) for _number in range(CONTRACTS))
    return sorted(min(day, today) for day in days)


def _load_contracts(rng: random.Random, today: date) -> None:
    firms: dict[str, list[Firm]] = {}
    for serial, (trade, name) in enumerate(texts.firms(rng)):
        firms.setdefault(trade, []).append((name, _nip(1000 + serial * 37), _regon(4000 + serial * 53)))
    by_year: dict[int, int] = {}
    contracts, parties = [], []
    for concluded_on in _contract_dates(rng, today):
        serial = by_year[concluded_on.year] = by_year.get(concluded_on.year, 0) + 1
        template = rng.choice(texts.CONTRACTS)
        contract = _contract(rng, template, f"UM/{concluded_on.year}/{serial:04d}", concluded_on, today)
        contracts.append(contract)
        parties += _parties(rng, contract, firms.get(template.trade, []))
    Contract.objects.bulk_create(contracts)
    ContractParty.objects.bulk_create(parties)


def _contract(
    rng: random.Random, template: texts.ContractText, number: str, concluded_on: date, today: date
) -> Contract:
    subject = template.text.format(
        street=rng.choice(texts.STREETS), place=rng.choice(texts.PLACES), year=concluded_on.year
    )
    value = _amount(rng, template.low, template.high)
    is_unpriced = template.unpriced_reason and rng.random() < 0.5
    end = concluded_on + timedelta(days=rng.choice(template.days))
    status = Contract.Status.COMPLETED if end < today else Contract.Status.ACTIVE
    if rng.random() < 0.02:
        status = rng.choice((Contract.Status.TERMINATED, Contract.Status.WITHDRAWN))
    return Contract(
        public_id=_id(number),
        number=number,
        concluded_on=concluded_on,
        period_from=concluded_on,
        period_to=end,
        subject_matter=subject,
        kind=template.kind,
        value=None if is_unpriced else value,
        value_absence_reason=template.unpriced_reason if is_unpriced else "",
        funding=rng.choice(texts.FUNDING) if value > 200_000 else texts.FUNDING[0],
        procedure=_procedure(rng, value),
        unit=template.unit,
        status=status,
        is_published=True,
    )


def _procedure(rng: random.Random, value: Decimal) -> str:
    if value >= 1_000_000:
        return Contract.Procedure.OPEN_TENDER
    if value >= 170_000:
        return rng.choice(
            (Contract.Procedure.BASIC, Contract.Procedure.BASIC, Contract.Procedure.SINGLE_SOURCE)
        )
    return Contract.Procedure.QUOTATION if value >= 30_000 else Contract.Procedure.BELOW_THRESHOLD


def _parties(rng: random.Random, contract: Contract, firms: list[Firm]) -> list[ContractParty]:
    """One or two firms of the right trade; without any, a natural person whose name is not public."""
    if not firms:
        name = f"{rng.choice(texts.GIVEN_NAMES)} {rng.choice(texts.FAMILY_NAMES)}"
        return [ContractParty(contract=contract, name=name, is_public=False, redaction_reason=texts.PRIVACY)]
    chosen = rng.sample(firms, 2 if rng.random() < 0.04 else 1)
    return [
        ContractParty(contract=contract, position=position, name=name, nip=nip, regon=regon)
        for position, (name, nip, regon) in enumerate(chosen, start=1)
    ]


def _load_properties(rng: random.Random, today: date) -> None:
    rows = []
    for serial in range(1, PROPERTIES + 1):
        kind = rng.choice(tuple(texts.PROPERTY_PURPOSES))
        precinct_number = rng.randrange(len(texts.PRECINCTS))
        address = _address(rng)
        if kind == Property.Kind.FLAT:
            address = f"{address}/{rng.randint(1, 24)}"
        low, high = texts.PROPERTY_AREAS[kind]
        rows.append(
            Property(
                public_id=_id(f"GM/{serial:05d}"),
                inventory_number=f"GM/{serial:05d}",
                address=address,
                precinct=f"{precinct_number + 1:04d} {texts.PRECINCTS[precinct_number]}",
                parcel_id=_parcel(rng, precinct_number),
                kind=kind,
                holding=rng.choice(texts.HOLDINGS),
                purpose=rng.choice(texts.PROPERTY_PURPOSES[kind]),
                area_m2=Decimal(rng.randint(low * 100, high * 100)) / 100,
                for_sale_until=today + timedelta(days=rng.randint(7, 50)) if rng.random() < 0.08 else None,
                for_lease_until=today + timedelta(days=rng.randint(7, 50)) if rng.random() < 0.12 else None,
                is_published=True,
            )
        )
    Property.objects.bulk_create(rows)


def _parcel(rng: random.Random, precinct_number: int) -> str:
    teryt = settings.MUNICIPALITY["teryt"]
    part = f"/{rng.randint(1, 14)}" if rng.random() < 0.6 else ""
    return f"{teryt[:6]}_{teryt[6:]}.{precinct_number + 1:04d}.{rng.randint(1, 480)}{part}"


def _load_licences(rng: random.Random, today: date) -> None:
    holders = [(name, _nip(90_000 + n * 41)) for n, name in enumerate(texts.TRADERS)]
    rows = []
    for serial in range(1, LICENCES + 1):
        point, mode = texts.POINTS[(serial - 1) % len(texts.POINTS)]
        name, nip = holders[(serial - 1) % len(holders)]
        start = today - timedelta(days=rng.randint(30, 1500))
        years = 4 if mode == AlcoholLicence.Mode.ON_PREMISES else rng.choice((2, 3, 4))
        number = f"ZA/{start.year}/{serial:03d}"
        rows.append(
            AlcoholLicence(
                public_id=_id(number),
                number=number,
                category=rng.choice("AABC"),
                mode=mode,
                holder_name=name,
                holder_nip=nip,
                point_name=point,
                point_address=f"{texts.STREETS[serial % len(texts.STREETS)]} {serial + 2}",
                valid_from=start,
                valid_to=start.replace(year=start.year + years, day=min(start.day, 28)),
                status=AlcoholLicence.Status.WITHDRAWN if serial == 17 else AlcoholLicence.Status.VALID,
                is_published=True,
            )
        )
    rows[4].holder_name, rows[4].holder_nip = BAKERY.name, BAKERY.nip
    rows[4].point_name, rows[4].point_address = "Sklepik Pod Lipą", f"{BAKERY.street} {BAKERY.building}"
    rows[4].holder = find_subject("nip", BAKERY.nip)
    AlcoholLicence.objects.bulk_create(rows)


def _load_leases(rng: random.Random, today: date) -> None:
    persons = [ANNA, CELINA, GRAZYNA, HENRYK]
    free = {
        kind: list(Property.objects.filter(kind=kind).order_by("-inventory_number"))
        for kind in {template.kind for template in texts.LEASES}
    }
    rows = []
    for serial in range(1, LEASES + 1):
        template = texts.LEASES[(serial - 1) % len(texts.LEASES)]
        start = today - timedelta(days=rng.randint(60, 1400))
        number = f"DZ/{start.year}/{serial:03d}"
        lease = Lease(
            public_id=_id(number),
            number=number,
            concluded_on=start - timedelta(days=rng.randint(1, 20)),
            object_name=template.text,
            property=free[template.kind].pop(),
            purpose=template.purpose,
            period_from=start,
            period_to=None if rng.random() < 0.3 else start + timedelta(days=365 * rng.choice((3, 5, 10))),
            mode=Lease.Mode.NO_TENDER if rng.random() < 0.4 else Lease.Mode.TENDER,
            rent=_amount(rng, template.low, template.high),
            rent_period=template.rent_period,
            is_published=True,
        )
        if template.is_personal:
            lease.lessee_name = f"{rng.choice(texts.GIVEN_NAMES)} {rng.choice(texts.FAMILY_NAMES)}"
            lease.redaction_reason = texts.PRIVACY
            if persons:
                person = persons.pop(0)
                lease.lessee_name, lease.lessee = person.full_name, find_subject("pesel", person.pesel)
        else:
            lease.lessee_name = texts.TRADERS[serial % len(texts.TRADERS)]
            lease.is_lessee_public = True
        rows.append(lease)
    Lease.objects.bulk_create(rows)
