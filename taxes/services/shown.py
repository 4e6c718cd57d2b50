"""What is shown of an instalment: the domain system's book, less the payments made here that it does not contain yet.

One statement for SQLite and PostgreSQL, for one instalment after a payment or for all that an import touched.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from eurzad.lib.money import ZERO
from taxes.models import Instalment, SourceSystem

IS_OVERLAY = """
    p.channel = 'portal' AND (
        p.posting IN ('awaiting', 'rejected')
        OR p.posting IN ('acknowledged', 'by_hand') AND (s.as_of IS NULL OR p.posted_at > s.as_of)
    )
"""
"""Whether payment `p` is to be taken off the figures that system `s` sent. A rejected one is money all the same."""

_OVERLAY = f"""
    SELECT a.instalment_id, SUM(a.principal) AS principal, SUM(a.interest) AS interest, SUM(a.costs) AS costs,
        MAX(p.paid_on) AS paid_on, MAX(a.id) AS last_id
    FROM taxes_allocation a
    JOIN taxes_paymentreceived p ON p.id = a.payment_id
    LEFT JOIN taxes_sourcesystem s ON s.id = p.source_id
    WHERE a.instalment_id IN ({{scope}}) AND {IS_OVERLAY}
    GROUP BY a.instalment_id
"""  # noqa: S608 - SQL of ours

_SHOWN = f"""
    SELECT i.id, i.amount,
        CASE WHEN i.principal_posted + COALESCE(o.principal, 0) >= i.amount THEN i.amount
            ELSE ROUND(i.principal_posted + COALESCE(o.principal, 0), 2) END AS principal,
        ROUND(i.costs_posted + COALESCE(o.costs, 0), 2) AS costs,
        CASE WHEN l.interest_left IS NULL OR i.posted_accrued_until >= o.paid_on THEN i.posted_accrued_until
            ELSE o.paid_on END AS accrued_until,
        CASE WHEN l.interest_left IS NOT NULL
                AND (i.posted_accrued_until IS NULL OR i.posted_accrued_until < o.paid_on) THEN l.interest_left
            WHEN i.posted_carried <= COALESCE(o.interest, 0) THEN 0
            ELSE ROUND(i.posted_carried - COALESCE(o.interest, 0), 2) END AS carried,
        CASE WHEN o.paid_on IS NOT NULL AND i.principal_posted < i.amount
                AND (i.posted_on IS NULL OR o.paid_on > i.posted_on) THEN o.paid_on
            ELSE COALESCE(i.posted_on, i.effective_due_on) END AS paid_on,
        CASE WHEN i.enforced_on IS NOT NULL AND i.enforcement_ended_on IS NULL THEN 'enforcement'
            ELSE 'open' END AS unsettled
    FROM taxes_instalment i
    LEFT JOIN ({_OVERLAY}) o ON o.instalment_id = i.id
    LEFT JOIN taxes_allocation l ON l.id = o.last_id
    WHERE i.id IN ({{scope}})
"""  # noqa: S608 - SQL of ours

_REFRESH = f"""
    UPDATE taxes_instalment SET
        principal_paid = shown.principal, costs_paid = shown.costs, interest_accrued_until = shown.accrued_until,
        interest_carried = shown.carried,
        status = CASE WHEN shown.principal = shown.amount THEN 'settled' ELSE shown.unsettled END,
        settled_on = CASE WHEN shown.principal = shown.amount THEN shown.paid_on END
    FROM ({_SHOWN}) shown
    WHERE shown.id = taxes_instalment.id AND (
        taxes_instalment.principal_paid <> shown.principal OR taxes_instalment.costs_paid <> shown.costs
        OR taxes_instalment.interest_accrued_until IS DISTINCT FROM shown.accrued_until
        OR taxes_instalment.interest_carried <> shown.carried
        OR taxes_instalment.status <> CASE WHEN shown.principal = shown.amount THEN 'settled'
            ELSE shown.unsettled END
        OR taxes_instalment.settled_on IS DISTINCT FROM
            CASE WHEN shown.principal = shown.amount THEN shown.paid_on END
    )
"""  # noqa: S608 - SQL of ours


def refresh_where(scope: str, params: Sequence[Any] = ()) -> int:
    """Write what is shown of the instalments that the query `scope` names (one column, their ids).

    For code of this app only: `scope` is SQL of ours, values go into `params`. To be called in a transaction
    that holds their domain systems or the rows. Returns how many rows changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH.format(scope=scope), [*params, *params])
        return int(cursor.rowcount)


def refresh(instalments: Sequence[int]) -> int:
    """Write what is shown of a few instalments, given by key; the caller has locked them."""
    if not instalments:
        return 0
    return refresh_where(", ".join(["%s"] * len(instalments)), instalments)


def lock(instalments: Iterable[int]) -> None:
    """Lock instalments by key, always in that order, until the transaction ends."""
    rows = Instalment.objects.filter(pk__in=list(instalments)).order_by("pk")
    list(rows.select_for_update().values_list("pk", flat=True))


def hold_sources(sources: Iterable[int | None]) -> None:
    """Keep imports of these domain systems out until the transaction ends; payments do not wait for each other."""
    keys = sorted({key for key in sources if key is not None})
    if not keys or connection.vendor != "postgresql":  # SQLite writes one transaction at a time
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM taxes_sourcesystem WHERE id = ANY(%s) ORDER BY id FOR SHARE", [keys])


def hold_alone(source: SourceSystem) -> SourceSystem:
    """Have a domain system for oneself until the transaction ends, as an import does, and read it anew."""
    return SourceSystem.objects.select_for_update().get(pk=source.pk)


def overlay_of(instalment: int) -> tuple[Decimal, Decimal]:
    """Return what payments that the book does not contain have paid of an instalment: principal, interest in złoty."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT principal, interest FROM ({_OVERLAY.format(scope='%s')}) o", [instalment])  # noqa: S608
        row = cursor.fetchone() or (ZERO, ZERO)
    principal, interest = (Decimal(str(part)).quantize(Decimal("0.01")) for part in row)
    return principal, interest
