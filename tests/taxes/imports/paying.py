"""A payment made in the portal, and what is due after it."""

from decimal import Decimal
from uuid import UUID

from django.db.models import F, Sum

from eurzad.lib import clock
from payments.payables import SettledItem
from taxes.models import Instalment
from taxes.services import settle_items


def pay(instalment: Instalment, amount: Decimal, payment: UUID) -> None:
    """Pay so much of an instalment's principal."""
    item = SettledItem(
        kind="instalment", object_id=instalment.public_id, title="", subject_id=instalment.subject_id,
        principal=amount, interest=Decimal(0), costs=Decimal(0),
    )  # fmt: skip
    settle_items([item], clock.now(), payment)


def due() -> Decimal:
    """What is shown as owed, all together."""
    found: Decimal = Instalment.objects.aggregate(due=Sum(F("amount") - F("principal_paid")))["due"]
    return found
