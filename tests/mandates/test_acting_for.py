"""Choosing for whom to act, and how long the choice holds."""

import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from eurzad.lib import clock
from portal.journal.models import Record
from portal.mandates.models import Mandate, Party
from portal.mandates.services.ending import revoke_mandate
from portal.people.models import User
from tests.support.pages import PageClient

LIST, ACT = "/konto/upowaznienia/", "/konto/upowaznienia/dzialaj/"
CHOOSE = "/konto/upowaznienia/w-imieniu/"
ENDED = "wygasło albo zostało odwołane. Działasz teraz w swoim imieniu."
BAND = "Działasz w imieniu"

Grant = Callable[..., Mandate]


def choose(pages: PageClient, user: User, mandate: Mandate) -> None:
    pages.sign_in(user)
    assert pages.post(ACT, {"mandate": str(mandate.public_id)})["Location"] == "/konto/"


def test_the_choice_is_shown_on_every_page_and_journaled(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    choose(pages, borys, mandate)
    for url in ("/konto/", LIST, "/"):
        assert BAND in pages.get(url).content.decode()
    assert Record.objects.filter(action="mandates.act_for", actor_id=borys.public_id).count() == 1
    pages.post(ACT, {"mandate": ""})
    assert BAND not in pages.get("/konto/").content.decode()


@pytest.mark.parametrize("value", ["garbage", "\x00", "²", "9" * 5000, str(uuid.UUID(int=0))])
def test_a_made_up_mandate_changes_nothing(pages: PageClient, borys: User, value: str) -> None:
    pages.sign_in(borys)
    assert pages.post(ACT, {"mandate": value})["Location"] == CHOOSE
    assert "nie jest już ważne" in pages.get(LIST).content.decode()


def test_somebody_elses_mandate_cannot_be_used(
    pages: PageClient, anna: User, borys: User, celina: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    for user in (anna, celina):
        pages.sign_in(user)
        assert pages.post(ACT, {"mandate": str(mandate.public_id)})["Location"] == CHOOSE
        assert BAND not in pages.get("/konto/").content.decode()


def test_an_expired_mandate_ends_in_the_middle_of_a_session(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    midnight = datetime.combine(mandate.valid_to + timedelta(days=1), time(), clock.WARSAW)
    with clock.frozen(midnight - timedelta(minutes=5)):
        choose(pages, borys, mandate)
        page = pages.get("/konto/").content.decode()
        assert BAND in page and "(podatki: podgląd, do" in page
    with clock.frozen(midnight + timedelta(minutes=5)):
        page = pages.get("/konto/").content.decode()
        assert BAND not in page and ENDED in page
        assert pages.post(ACT, {"mandate": str(mandate.public_id)})["Location"] == CHOOSE
        pages.post(ACT, {"mandate": ""})
        assert ENDED not in pages.get("/konto/").content.decode()


def test_a_revoked_mandate_ends_in_the_middle_of_a_session(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    choose(pages, borys, mandate)
    revoke_mandate(mandate_id=mandate.public_id, by=anna, party=Party.PRINCIPAL)
    page = pages.get("/konto/").content.decode()
    assert BAND not in page and ENDED in page
