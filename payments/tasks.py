"""Jobs of payments: asking providers about payments that are still open."""

from uuid import UUID

from eurzad.outbox.registry import every, handler
from payments import services


@every(seconds=30, name="payments.heal")
def heal() -> None:
    """Find the open payments whose next check is due."""
    services.enqueue_due_checks()


@handler("payments.check")
def check(payment_id: str) -> None:
    """Ask the provider about one payment."""
    services.check_payment(public_id=UUID(payment_id))
