"""A revocation counts from its commit, in every worker; a write under a mandate ends before it or not at all."""

import threading
import time
from collections.abc import Callable
from datetime import date
from itertools import count

import pytest
from django.db import connection, transaction
from django.test import Client

from portal.mandates import policy
from portal.mandates.models import Mandate, Party
from portal.mandates.policy import AccessDenied, Viewer
from portal.mandates.services.ending import revoke_mandate
from portal.people.models import User
from tests.postgres.together import all_at_once
from tests.support.pages import PageClient
from tests.taxes.ledger import charge

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Grant = Callable[..., Mandate]
URL = "/konto/naleznosci/"
CLIENTS, READS = 16, 1000


def test_no_read_that_starts_after_the_revocation_succeeds(
    seeded: None, pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    receivable = charge(anna, (date(2026, 5, 15), "100.00"), title="Dom")
    url = f"{URL}{receivable.public_id}/"
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(borys)
    pages.post("/konto/upowaznienia/dzialaj/", {"mandate": str(mandate.public_id)})
    browsers = [Client() for _ in range(CLIENTS)]
    for browser in browsers:
        browser.cookies = pages.client.cookies.copy()
    numbers, half_read = count(), threading.Event()
    revoked_at: list[float] = []
    reads: list[tuple[float, int]] = []

    def read_until_enough(browser: Client | None) -> None:
        if browser is None:
            half_read.wait(60)
            revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
            revoked_at.append(time.monotonic())
            return
        while next(numbers) < READS:
            started = time.monotonic()
            status = browser.get(url).status_code
            connection.close()  # back to the pool, as a server does after every request
            reads.append((started, status))
            if len(reads) >= READS // 2:
                half_read.set()

    all_at_once(read_until_enough, [*browsers, None])
    late = [status for started, status in reads if started > revoked_at[0]]
    assert len(reads) == READS
    assert {status for _started, status in reads} == {200, 404}
    assert late and set(late) == {404}


def test_a_revocation_waits_for_the_write_that_holds_the_mandate(
    anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    subject = anna.identity.subject
    order: list[str] = []
    is_held = threading.Event()

    def work(who: str) -> None:
        if who == "attorney":
            with transaction.atomic():
                policy.hold(Viewer(borys), "pay", "taxes", subject)
                is_held.set()
                _wait_until_somebody_waits()
                order.append("written")
        else:
            is_held.wait(30)
            revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
            order.append("revoked")

    all_at_once(work, ["attorney", "principal"])
    assert order == ["written", "revoked"]
    with transaction.atomic(), pytest.raises(AccessDenied):
        policy.hold(Viewer(borys), "pay", "taxes", subject)


def test_a_write_waits_for_the_revocation_and_is_refused(anna: User, borys: User, mandate_for: Grant) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    subject = anna.identity.subject
    is_taken = threading.Event()
    refused: list[bool] = []

    def work(who: str) -> None:
        if who == "principal":
            with transaction.atomic():
                revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
                is_taken.set()
                _wait_until_somebody_waits()
        else:
            is_taken.wait(30)
            with transaction.atomic():
                viewer = Viewer(borys)
                assert policy.can(viewer, "pay", "taxes", subject), "not committed yet"
                with pytest.raises(AccessDenied):
                    policy.hold(viewer, "pay", "taxes", subject)
                refused.append(True)

    all_at_once(work, ["principal", "attorney"])
    assert refused == [True]


def test_two_writes_hold_the_same_mandate_together(anna: User, borys: User, mandate_for: Grant) -> None:
    mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    subject = anna.identity.subject
    both = threading.Barrier(2)

    def work(_number: int) -> None:
        with transaction.atomic():
            policy.hold(Viewer(borys), "pay", "taxes", subject)
            both.wait(30)

    all_at_once(work, [1, 2])


def _wait_until_somebody_waits() -> None:
    """Return when another session waits for a lock of this transaction."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waited for the lock")
