"""What was asked for under a mandate is checked again when it is handed over: after its end nothing leaves."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from eurzad.lib import clock
from portal.mandates.models import Mandate, Party
from portal.mandates.services.ending import revoke_mandate
from portal.mandates.services.granting import grant_mandate
from portal.notices import feeds
from portal.people.models import User
from taxes.models import Statement
from tests.support.pages import PageClient
from tests.taxes.ledger import charge

ACT = "/konto/upowaznienia/dzialaj/"
DUES = "/konto/naleznosci/"


@pytest.fixture(params=[date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), None])
def end(request: pytest.FixtureRequest, anna: User, borys: User) -> Any:
    """A mandate whose last day is one around a change of the clocks, or one that is revoked; how it ends."""
    last = request.param or date(2026, 11, 23)
    midnight = datetime.combine(last + timedelta(days=1), time(), clock.WARSAW)
    grant_mandate(
        principal=anna.identity.subject, attorney=borys.identity.subject, areas=["taxes"], rights=["see"],
        valid_from=last - timedelta(days=20), valid_to=last,
    )  # fmt: skip
    mandate = Mandate.objects.get()

    def finish() -> datetime:
        if request.param is None:
            revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
            return midnight - timedelta(seconds=1)
        return midnight

    return midnight - timedelta(seconds=2), finish


def test_nothing_leaves_after_the_end(
    pages: PageClient, anna: User, borys: User, end: tuple[datetime, Callable[[], datetime]], run_jobs: Any
) -> None:
    before, finish = end
    thing = charge(anna, (date(before.year, 11, 30), "100.00"), title="Dom")
    addresses = [DUES, f"{DUES}{thing.public_id}/", f"{DUES}rok/{before.year}/", f"{DUES}wplaty/"]
    with clock.frozen(before):
        pages.sign_in(borys)
        pages.post(ACT, {"mandate": str(Mandate.objects.get().public_id)})
        page = pages.post(f"{DUES}rok/{before.year}/rok/")["Location"]
        run_jobs()
        addresses += [f"{page.rstrip('/')}.pdf"]
        token = feeds.make(borys, has_details=True)
        for address in addresses:
            pages.get(address)
        fed = pages.get(f"/kalendarz/{token}.ics").content
        pages.post(f"{DUES}rok/{before.year}/stan/")
    with clock.frozen(finish()):
        run_jobs()
        late = Statement.objects.order_by("pk").last()
        assert late is not None and (late.state, late.content) == (Statement.State.FAILED, None)
        for address in addresses:
            answer = pages.client.get(address)
            assert answer.status_code == 404 or b"Dom" not in answer.content, address
        assert pages.client.get(addresses[-1]).status_code == 404
        after = pages.get(f"/kalendarz/{token}.ics").content
    assert b"BEGIN:VEVENT" not in after
    assert fed.count(b"BEGIN:VEVENT") == 1
