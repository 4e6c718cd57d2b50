"""Small ledgers for tests."""

from datetime import date
from decimal import Decimal
from itertools import count

from portal.people.models import Subject, User
from taxes import services
from taxes.models import Account, Instalment, Receivable, ReceivableType

_numbers = count(1)


def open_account(owner: Subject | User, type_code: str = "property_tax") -> Account:
    subject = owner.identity.subject if isinstance(owner, User) else owner
    number = next(_numbers)
    return services.open_account(
        subject=subject,
        type_=ReceivableType.objects.get(code=type_code),
        number=f"T/{number}",
        payer_number=number,
        object_description="dom z ogrodem",
        object_address="Lipowa 7",
    )


def charge(
    owner: Subject | User,
    *instalments: tuple[date, str],
    type_code: str = "property_tax",
    title: str = "Podatek 2026",
) -> Receivable:
    """Charge an owner with instalments (due date, złoty)."""
    part = services.Part(
        "Budynek", Decimal("100.5"), "m²", Decimal("1.10"), Decimal("110.55"), months=7, source="uchwała"
    )
    return services.assess(
        account=open_account(owner, type_code),
        year=instalments[0][0].year,
        title=title,
        parts=[part],
        instalments=[(day, Decimal(amount)) for day, amount in instalments],
        decision_number="FN.1",
        decision_on=date(instalments[0][0].year, 1, 20),
    )


def instalment(receivable: Receivable, number: int = 1) -> Instalment:
    return Instalment.objects.get(receivable=receivable, number=number)
