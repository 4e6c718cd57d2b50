"""Rules of a payment's life: its states, how they may follow one another, and when to ask again."""

from datetime import timedelta
from enum import StrEnum


class Status(StrEnum):
    """Where a payment stands. The values are stored."""

    CREATED = "created"  # ours only; the provider has not answered yet
    STARTED = "started"  # the provider knows it, nobody has paid
    PENDING = "pending"  # the payer has authorised, the provider is still waiting for the money
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # the provider did not answer; it may or may not know the order


OPEN = frozenset({Status.CREATED, Status.STARTED, Status.PENDING, Status.UNKNOWN})
"""States in which the objects are reserved and the provider is asked again."""

# A success always counts, however late: money that came in cannot be argued away.
ALLOWED: dict[Status, frozenset[Status]] = {
    Status.CREATED: frozenset(Status) - {Status.CREATED},
    Status.UNKNOWN: frozenset(Status) - {Status.CREATED, Status.UNKNOWN},
    Status.STARTED: frozenset({Status.PENDING, Status.PAID, Status.FAILED, Status.CANCELLED}),
    Status.PENDING: frozenset({Status.PAID, Status.FAILED, Status.CANCELLED}),
    Status.FAILED: frozenset({Status.PAID}),
    Status.CANCELLED: frozenset({Status.PAID}),
    Status.PAID: frozenset(),
}

RESERVATION = timedelta(minutes=15)
"""How long a checkout keeps its objects from every other checkout, and the order valid at the provider."""

LOST_ORDER = timedelta(minutes=2)
"""An order the provider does not know this long after it was sent never arrived."""

SHORTEST_CHECK = timedelta(seconds=15)
"""A waiting payer does not make us ask the provider more often than this."""

KEEP_ASKING = timedelta(days=30)
"""How long after its creation an open payment is still asked about; then it waits for a clerk."""


def may_follow(current: Status, reported: Status) -> bool:
    """Whether a payment in `current` may move to `reported`; repeated and out-of-order news may not."""
    return reported in ALLOWED[current]


def next_check_in(age: timedelta) -> timedelta:
    """How long to wait before asking the provider about a payment of this age again."""
    if age < timedelta(minutes=5):
        return timedelta(minutes=1)
    if age < timedelta(hours=1):
        return timedelta(minutes=5)
    return timedelta(minutes=30) if age < timedelta(hours=12) else timedelta(hours=2)
