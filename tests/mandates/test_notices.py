"""Both sides hear what becomes of a mandate, in the portal and by e-mail where an address is confirmed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from eurzad.lib import clock
from portal.mandates.models import Mandate
from portal.mandates.services import daily
from portal.notices.models import Notice
from portal.people.models import ContactEmail, User
from tests.mandates.test_requests import decide, prepare
from tests.support.pages import PageClient

Grant = Callable[..., Mandate]
ADDRESSES = {"anna": "anna@example.test", "borys": "borys@example.test"}


@pytest.fixture
def reachable(anna: User, borys: User) -> None:
    """Both have a confirmed address."""
    for user, name in ((anna, "anna"), (borys, "borys")):
        ContactEmail.objects.create(user=user, email=ADDRESSES[name], confirmed_at=clock.now())


def mailed(run_jobs: Callable[..., int]) -> list[str]:
    """Whom the jobs wrote to since the last time; every mail says nothing of what or whom it is about."""
    mail.outbox.clear()
    run_jobs()
    for one in mail.outbox:
        assert one.subject == "Nowa wiadomość w portalu eUrząd"
        assert not any(name in one.body for name in ("Anna", "Wrzos", "Borys", "Malina", "pełnomoc"))
    return sorted(address for one in mail.outbox for address in one.to)


def topics(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("topic", flat=True))


@pytest.mark.usefixtures("reachable")
def test_asked_confirmed_and_revoked(
    pages: PageClient, anna: User, borys: User, run_jobs: Callable[..., int]
) -> None:
    from eurzad.lib.personas import ANNA

    asked = prepare(pages, borys, "popros/", persona=ANNA)
    assert mailed(run_jobs) == [], "nobody is told of what is only prepared"
    decide(pages, borys, asked, "send")
    assert (topics(anna), mailed(run_jobs)) == (["mandates.asked"], [ADDRESSES["anna"]])
    decide(pages, anna, asked, "confirm")
    assert (topics(borys), mailed(run_jobs)) == (["mandates.active"], [ADDRESSES["borys"]])
    pages.post(f"/konto/upowaznienia/{asked.public_id}/odwolaj/", {"reason": ""}, user=anna)
    assert topics(anna)[-1] == topics(borys)[-1] == "mandates.revoked"
    assert mailed(run_jobs) == [ADDRESSES["anna"], ADDRESSES["borys"]]


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize(("who", "topic"), [("anna", "mandates.refused"), ("borys", "mandates.withdrawn")])
def test_refused_or_taken_back(
    pages: PageClient, anna: User, borys: User, run_jobs: Callable[..., int], who: str, topic: str
) -> None:
    from eurzad.lib.personas import ANNA

    asked = prepare(pages, borys, "popros/", persona=ANNA)
    decide(pages, borys, asked, "send")
    mailed(run_jobs)
    acts, hears = (anna, borys) if who == "anna" else (borys, anna)
    assert decide(pages, acts, asked, "refuse") == "refused"
    assert topics(hears)[-1] == topic
    assert mailed(run_jobs) == [ADDRESSES["borys" if who == "anna" else "anna"]]


@pytest.mark.usefixtures("reachable")
def test_the_end_by_the_calendar_is_told_once(
    anna: User, borys: User, mandate_for: Grant, run_jobs: Callable[..., int]
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    both = [ADDRESSES["anna"], ADDRESSES["borys"]]
    for days, topic, expected in (
        (14, "mandates.ending", both), (13, "", []), (0, "mandates.last_day", both), (-1, "mandates.ended", both),
        (-2, "", []),
    ):  # fmt: skip
        with clock.frozen(mandate.valid_to - timedelta(days=days)):
            daily.run_daily()
            daily.run_daily()
            assert mailed(run_jobs) == expected, days
        if topic:
            assert topics(anna)[-1] == topics(borys)[-1] == topic
    mandate.refresh_from_db()
    assert mandate.status == "expired"


def test_nobody_is_written_to_without_a_confirmed_address(
    anna: User, borys: User, mandate_for: Grant, run_jobs: Any
) -> None:
    ContactEmail.objects.create(user=anna, pending="anna@example.test", asked_at=clock.now())
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    with clock.frozen(mandate.valid_to):
        daily.run_daily()
        assert mailed(run_jobs) == []
    assert topics(anna) == topics(borys) == ["mandates.last_day"]
