"""A visitor's copy goes whole after two hours; a full town makes room; at night all is made anew."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client

from eurzad import demo
from eurzad.lib import clock
from eurzad.lib.personas import DEMO
from portal.channels.models import Channel
from portal.journal.models import Record
from portal.mandates.services.granting import grant_mandate
from portal.notices.services import notify
from portal.people import removal, visitors
from portal.people.models import DemoReset, Identity, OpenSession, Subject, User
from tests.support.pages import PageClient
from tests.support.people import make_subject

pytestmark = pytest.mark.django_db

START = datetime(2026, 6, 10, 10, tzinfo=UTC)
DEMO_LOGIN = {"username": "demo", "password": "demo"}
ADDRESS = {
    "street": "Lipowa", "building": "5", "flat": "", "postal_code": "99-901", "city": "Jarzębin", "phone": "",
    "email": "gosc@example.test", "remarks": "",
}  # fmt: skip
STAYS = {Record._meta.db_table}
"""The journal is append-only; it goes with the nightly reset."""


def counts() -> dict[str, int]:
    """How many rows there are in every table."""
    models = apps.get_models(include_auto_created=True)
    return {
        model._meta.db_table: model._base_manager.count()
        for model in models
        if model._meta.managed and model._meta.db_table not in STAYS
    }


@pytest.fixture
def town(db: None) -> Subject:
    return make_subject(DEMO)


def visitor_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_nothing_of_a_busy_visitor_is_left(run_jobs: Callable[..., int]) -> None:
    with clock.frozen(START):
        demo.load(clock.today())
        PageClient(Client()).get("/logowanie/")
        before = counts()
        client = Client()
        client.post("/logowanie/demo/", DEMO_LOGIN)
        user = visitor_of(client)
        for page in ("/konto/", "/konto/naleznosci/", "/konto/powiadomienia/"):
            assert client.get(page).status_code == 200
        client.post("/konto/wniosek/formularz/", ADDRESS)
        stranger = Subject.objects.exclude(pk=user.identity.subject_id).filter(kind="person").first()
        for principal, attorney in ((stranger, user.identity.subject), (user.identity.subject, stranger)):
            grant_mandate(
                principal=principal, attorney=attorney, areas=["taxes"], rights=["see"],
                valid_from=clock.today(), valid_to=clock.today() + timedelta(days=9),
            )  # fmt: skip
        notify(user=user, topic="t", text="x", email="gosc@example.test")
        busy = counts()
        grown = {table for table in busy if busy[table] > before[table]}
        assert grown >= {
            "people_user", "people_subject", "people_identity", "people_opensession", "django_session", "outbox_job",
            "taxes_account", "taxes_receivable", "taxes_instalment", "taxes_allocation", "mandates_mandate",
            "notices_notice",
        }, grown  # fmt: skip
    with clock.frozen(START + timedelta(hours=2)):
        assert visitors.remove_old() == 1
        assert visitors.remove_old() == 0, "a second time there is nothing to do"
    assert counts() == before
    assert client.get("/konto/")["Location"].startswith("/logowanie/")


def test_everything_that_points_at_a_person_is_found(town: Subject) -> None:
    """Of whatever app: a new table of somebody's data needs no word here to be removed."""
    user = visitors.create_visitor()
    hanging = removal.Hanging(user)
    assert hanging.of(User) == {user.pk}
    assert hanging.of(Identity) == {user.identity.pk}
    assert hanging.of(Subject) == {user.identity.subject_id}
    pointing = {
        relation.related_model
        for model in (User, Identity, Subject)
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and not relation.many_to_many
    }
    assert pointing <= set(hanging.rows) | {
        model for model in pointing if not model._base_manager.exists()
    } | {Subject}


def test_others_keep_theirs(town: Subject, anna: User) -> None:
    first, second = visitors.create_visitor(), visitors.create_visitor()
    before = {row.pk for row in Subject.objects.all()}
    gone = first.identity.subject_id
    assert removal.remove(first) >= 3
    assert {row.pk for row in Subject.objects.all()} == before - {gone}
    assert User.objects.filter(pk=second.pk).exists()
    with pytest.raises(ValueError, match="visitor"):
        removal.remove(anna)


def test_a_copy_lives_two_hours(town: Subject) -> None:
    with clock.frozen(START):
        visitors.create_visitor()
    with clock.frozen(START + visitors.LIFETIME - timedelta(seconds=1)):
        assert visitors.remove_old() == 0
    with clock.frozen(START + visitors.LIFETIME):
        assert visitors.remove_old() == 1


def test_the_one_left_longest_ago_makes_room(town: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "MOST", 3)
    with clock.frozen(START):
        first, second, third = (visitors.create_visitor() for _ in range(3))
        for user in (first, third):
            OpenSession.objects.create(
                user=user, session_key=f"k{user.pk}", opened_at=START, seen_at=START + timedelta(minutes=4)
            )
        OpenSession.objects.create(
            user=first, session_key="other", opened_at=START, seen_at=START + timedelta(minutes=20)
        )
    with clock.frozen(START + timedelta(minutes=21)):
        visitors.create_visitor()
        assert not User.objects.filter(pk=second.pk).exists(), "left at once"
        visitors.create_visitor()
        assert not User.objects.filter(pk=third.pk).exists(), "left after four minutes"
        assert User.objects.filter(pk=first.pk).exists(), "is here this minute, in another browser"
        with pytest.raises(visitors.TownIsFull):
            visitors.create_visitor()
        assert User.objects.filter(kind="demo").count() == 3


def test_a_full_town_says_so(pages: PageClient, town: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "MOST", 1)
    assert Client().post("/logowanie/demo/", DEMO_LOGIN).status_code == 302
    answer = pages.post("/logowanie/demo/", DEMO_LOGIN, status=503)
    assert "Spróbuj za chwilę" in answer.content.decode() and answer["Retry-After"] == "60"
    assert User.objects.filter(kind="demo").count() == 1


def test_two_hundred_at_most() -> None:
    assert visitors.MOST == 200 and timedelta(hours=2) == visitors.LIFETIME


def test_the_job_removes_them(town: Subject, settings: Any) -> None:
    from portal.people.tasks import remove_visitors

    with clock.frozen(START):
        visitors.create_visitor()
    with clock.frozen(START + timedelta(hours=3)):
        settings.DEMO_MODE = False
        remove_visitors()
        assert User.objects.filter(kind="demo").exists(), "a live portal removes nobody"
        settings.DEMO_MODE = True
        remove_visitors()
    assert not User.objects.filter(kind="demo").exists()


def test_no_visitor_is_made_on_a_live_portal(town: Subject, settings: Any) -> None:
    settings.DEMO_MODE = False
    with pytest.raises(LookupError):
        visitors.create_visitor()


# --- the night


def test_the_town_is_made_anew(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_FILE_PATH = tmp_path
    with clock.frozen(START):
        demo.load(clock.today())
        as_loaded = counts()
        client = Client()
        client.post("/logowanie/demo/", DEMO_LOGIN)
        Channel.objects.filter(code="portal").update(name="Zmieniony przez gościa")
        Record.objects.create(at=START, action="t")
        (tmp_path / "letter.log").write_text("to gosc@example.test")
        call_command("reset_demo")
    now = counts()
    assert now.pop(DemoReset._meta.db_table) == 1
    as_loaded.pop(DemoReset._meta.db_table)
    assert now == as_loaded
    assert Channel.objects.get(code="portal").name == "Portal eUrząd"
    assert not Record.objects.filter(action="t").exists() and not list(tmp_path.iterdir())
    assert client.get("/konto/")["Location"].startswith("/logowanie/")
    assert Client().post("/logowanie/demo/", DEMO_LOGIN)["Location"] == "/konto/"


def test_once_a_night(town: Subject, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    done = []
    monkeypatch.setattr(
        demo,
        "reset",
        lambda: done.append(DemoReset.objects.update_or_create(pk=1, defaults={"reset_at": clock.now()})),
    )
    evening = datetime(2026, 10, 24, 20, tzinfo=UTC)  # the night in which clocks go back
    for minutes in range(0, 24 * 60, 10):
        with clock.frozen(evening + timedelta(minutes=minutes)):
            demo.reset_at_night()
    assert len(done) == 1
    settings.DEMO_MODE = False
    with clock.frozen(evening + timedelta(days=1, hours=6)):
        assert not demo.reset_at_night()


def test_a_live_town_is_not_reset(settings: Any) -> None:
    settings.DEMO_MODE = False
    with pytest.raises(CommandError, match="DEMO_MODE is off"):
        call_command("reset_demo")
    with pytest.raises(LookupError):
        demo.reset()
    assert Channel.objects.exists()
