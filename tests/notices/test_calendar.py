"""The calendar of deadlines at a secret address, and the reminders."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eurzad.lib import clock
from eurzad.outbox.models import Job
from portal.journal.models import Record
from portal.mandates.models import Mandate
from portal.notices import feeds, ical, preferences, reminding
from portal.notices.models import CalendarFeed, Notice, SentReminder
from portal.people import limits
from portal.people.models import ContactEmail, User
from taxes import services
from taxes.models import Instalment
from tests.taxes.ledger import charge, instalment

TODAY = date(2026, 9, 8)
URL = "/konto/powiadomienia/terminy/"


@pytest.fixture(autouse=True)
def _clock():
    with clock.frozen(TODAY):
        yield


def unfold(body: bytes) -> list[str]:
    """The content lines, after checking how they are broken (RFC 5545 3.1)."""
    assert body.endswith(b"\r\n")
    physical = body.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in physical)
    for line in physical:
        line.decode()  # no character is cut in two
    return body.decode().replace("\r\n ", "").split("\r\n")[:-1]


def events(body: bytes) -> list[list[str]]:
    found: list[list[str]] = []
    for line in unfold(body):
        if line == "BEGIN:VEVENT":
            found.append([])
        if found:
            found[-1].append(line)
    return found


def secret_in(html: str) -> str:
    return html.split('id="secret-url"')[1].split("/kalendarz/")[1].split(".ics")[0]


@pytest.mark.parametrize("length", [0, 1, 66, 67, 68, 74, 75, 76, 149, 150, 151, 500])
@pytest.mark.parametrize("sign", ["a", "ż", "€", "🏛"])
def test_lines_are_folded_between_characters(length, sign):
    line = f"SUMMARY:{sign * length}"
    folded = ical.fold(line)
    assert unfold(folded) == [line]


def test_text_is_escaped():
    assert ical.escape("a;b,c\\d\r\ne\x00\x07f") == "a\\;b\\,c\\\\d\\nef"
    assert "BEGIN:VEVENT" not in unfold(ical.fold("SUMMARY:" + ical.escape("x\r\nBEGIN:VEVENT")))


def test_made_fetched_replaced_revoked(pages, anna):
    lease = charge(anna, (date(2026, 9, 15), "480.00"), type_code="lease", title="Dzierżawa ogródka")
    paid = charge(anna, (date(2026, 9, 15), "77.00"))
    services.receive_payment(
        subject=anna.identity.subject, amount=instalment(paid).amount, paid_on=TODAY, channel="transfer",
        instalments=[instalment(paid).public_id],
    )  # fmt: skip
    html = pages.post(f"{URL}kalendarz/", user=anna, status=200).content.decode()
    secret = secret_in(html)
    feed = CalendarFeed.objects.get()
    assert secret not in feed.token_sha256 and len(secret) == 43
    assert secret not in pages.get(URL).content.decode(), "the secret is shown once"

    pages.client.logout()
    answer = pages.get(f"/kalendarz/{secret}.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert "private" in answer["Cache-Control"]
    lines = unfold(answer.content)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"] and lines[-1] == "END:VCALENDAR"
    (event,) = events(answer.content)
    assert f"UID:instalment-{instalment(lease).public_id}@eurzad" in event
    assert "DTSTART;VALUE=DATE:20260915" in event and "DTEND;VALUE=DATE:20260916" in event
    assert "TRIGGER:-P6DT15H" in event and "TRIGGER:PT9H" in event
    assert "480" not in answer.content.decode() and "Nowak" not in answer.content.decode()

    etag = answer["ETag"]
    again = pages.get(f"/kalendarz/{secret}.ics", headers={"if-none-match": f'W/"x", {etag}'}, status=304)
    assert again.content == b"" and again["ETag"] == etag
    with clock.frozen(TODAY + timedelta(days=30)):
        services.receive_payment(
            subject=anna.identity.subject, amount=instalment(lease).amount, paid_on=TODAY, channel="transfer",
            instalments=[instalment(lease).public_id],
        )  # fmt: skip
    assert events(pages.get(f"/kalendarz/{secret}.ics", headers={"if-none-match": etag}).content) == []

    pages.sign_in(anna)
    html = pages.post(f"{URL}kalendarz/", {"details": "yes"}, status=200).content.decode()
    newer = secret_in(html)
    assert newer != secret
    pages.get(f"/kalendarz/{secret}.ics", status=404)
    pages.get(f"/kalendarz/{newer}.ics")
    pages.post(f"{URL}kalendarz/koniec/")
    pages.get(f"/kalendarz/{newer}.ics", status=404)
    pages.post(f"{URL}kalendarz/koniec/")
    actions = list(Record.objects.filter(action__startswith="calendar.").values_list("action", flat=True))
    assert sorted(actions) == [
        "calendar.make",
        "calendar.make",
        "calendar.read",
        "calendar.read",
        "calendar.revoke",
    ]


def test_details_only_for_who_chose_them(pages, anna):
    charge(anna, (date(2026, 9, 15), "480.00"), type_code="lease", title="Dzierżawa; ogródka, x")
    token = feeds.make(anna, has_details=True)
    text = "\n".join(unfold(pages.get(f"/kalendarz/{token}.ics").content))
    assert "480\\,00" in text and "Dzierżawa\\; ogródka\\, x" in text and anna.last_name in text


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 500, "ą" * 43, "%00", "..%2f..%2fetc", "' OR 1=1 --"])
def test_no_such_calendar(pages, anna, token):
    feeds.make(anna, has_details=False)
    pages.get(f"/kalendarz/{token}.ics", status=404)


def test_a_calendar_follows_mandates(pages, anna, borys, celina, mandate_for):
    charge(anna, (date(2026, 9, 15), "10.00"))
    charge(anna, (date(2026, 9, 16), "20.00"), type_code="lease")
    charge(borys, (date(2026, 9, 17), "30.00"))
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    token = feeds.make(borys, has_details=False)
    strangers = feeds.make(celina, has_details=True)

    def days(of: str) -> list[str]:
        found = [line for event in events(pages.get(f"/kalendarz/{of}.ics").content) for line in event]
        return [line[-2:] for line in found if line.startswith("DTSTART")]

    assert days(token) == ["15", "17"], "the lease is outside the mandate"
    assert days(strangers) == []
    Mandate.objects.filter(pk=mandate.pk).update(status="revoked", ended_at=clock.now())
    assert days(token) == ["17"]
    User.objects.filter(pk=borys.pk).update(is_active=False)
    pages.get(f"/kalendarz/{token}.ics", status=404)


def test_queries_do_not_grow(pages, anna, borys, mandate_for):
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            pages.get(f"/kalendarz/{token}.ics")
        return len(found)

    charge(borys, (date(2026, 9, 17), "30.00"))
    mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    token = feeds.make(borys, has_details=False)
    count()
    before = count()
    for number in range(30):
        charge(anna, (date(2026, 9, 15) + timedelta(days=number), "10.00"))
    assert count() == before <= 9


def test_too_many_fetches_are_told_to_wait(pages, anna, monkeypatch):
    token = feeds.make(anna, has_details=False)
    monkeypatch.setitem(limits.LIMITS, "calendar", limits.Limit(3))
    for _number in range(3):
        pages.get(f"/kalendarz/{token}.ics")
    assert pages.get(f"/kalendarz/{token}.ics", status=429)["Retry-After"]


def test_the_page_lists_deadlines_by_month(pages, anna, celina):
    charge(anna, (date(2026, 9, 15), "480.00"), (date(2027, 3, 15), "20.00"), title="Podatek")
    html = pages.get(URL, user=anna).content.decode()
    assert "Wrzesień 2026" in html and "Marzec 2027" in html and "480,00" in html
    assert "Nie ma teraz żadnych terminów" in pages.get(URL, user=celina).content.decode()


def test_reminded_seven_days_before_and_on_the_day_in_one_message(anna, run_jobs):
    charge(anna, (date(2026, 9, 15), "480.00"), title="Podatek")
    charge(anna, (date(2026, 9, 15), "20.00"), title="Opłata")
    charge(anna, (date(2026, 9, 30), "20.00"))
    for _time in range(3):
        reminding.begin()
        run_jobs()
    notice = Notice.objects.get(topic=reminding.BEFORE)
    assert notice.user == anna and notice.email_state == Notice.EmailState.NONE
    assert notice.text == "Zbliża się termin: 15 września 2026 (wtorek) – 2 płatności. Zobacz, za co i ile."
    with clock.frozen(date(2026, 9, 15)):
        reminding.begin()
        run_jobs(force=True)
        reminding.begin()
        run_jobs(force=True)
        notice = Notice.objects.get(topic=reminding.ON_DAY)
        assert notice.text == "Dziś jest ostatni dzień na 2 płatności. Zobacz, za co i ile."
    assert not mail.outbox


def test_a_late_run_still_reminds_and_a_paid_one_is_quiet(anna, run_jobs):
    paid = charge(anna, (date(2026, 9, 15), "480.00"))
    charge(anna, (date(2026, 9, 16), "20.00"))
    with clock.frozen(date(2026, 9, 13)):
        services.receive_payment(
            subject=anna.identity.subject, amount=instalment(paid).amount, paid_on=date(2026, 9, 12),
            channel="transfer", instalments=[instalment(paid).public_id],
        )  # fmt: skip
        reminding.begin()
        run_jobs()
    assert "16 września" in Notice.objects.get().text and "15 września" not in Notice.objects.get().text
    with clock.frozen(date(2026, 9, 20)):
        reminding.begin()
        run_jobs()
    assert Notice.objects.count() == 1, "what is over is not reminded of"


def test_at_night_nobody_is_reminded(anna):
    charge(anna, (date(2026, 9, 15), "480.00"))
    with clock.frozen(datetime(2026, 9, 8, 19, 30, tzinfo=UTC)):
        reminding.begin()
    assert not Job.objects.filter(name="notices.remind").exists()


def test_killed_half_way_nobody_is_told_twice_or_forgotten(anna, borys, run_jobs, monkeypatch):
    charge(anna, (date(2026, 9, 15), "480.00"))
    charge(borys, (date(2026, 9, 15), "480.00"))
    monkeypatch.setattr(reminding, "CHUNK", 1)
    told = reminding._tell

    def dies(user, fresh):
        told(user, fresh)
        raise RuntimeError

    first = min(anna.pk, borys.pk)
    with monkeypatch.context() as patched:
        patched.setattr(reminding, "_tell", dies)
        with pytest.raises(RuntimeError):
            reminding.remind_next(0)
    assert not Notice.objects.exists() and not SentReminder.objects.exists()
    reminding.remind_next(0)
    assert [notice.user_id for notice in Notice.objects.all()] == [first]
    run_jobs()
    assert Notice.objects.count() == 2
    reminding.remind_next(0)
    run_jobs()
    assert Notice.objects.count() == 2


def test_an_attorney_in_scope_is_reminded_and_others_are_not(anna, borys, celina, run_jobs, mandate_for):
    charge(anna, (date(2026, 9, 15), "480.00"))
    mandate_for(anna, borys, areas=["fees"], rights=["see"])
    reminding.begin()
    run_jobs()
    assert {notice.user_id for notice in Notice.objects.all()} == {anna.pk}
    mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    with clock.frozen(TODAY + timedelta(days=1)):
        reminding.begin()
        run_jobs()
    assert {notice.user_id for notice in Notice.objects.all()} == {anna.pk, borys.pk}


def test_channels_are_chosen_online(pages, anna, run_jobs):
    charge(anna, (date(2026, 9, 15), "480.00"), title="Podatek od domu")
    give_address(anna, "anna@example.test")
    pages.post(f"{URL}przypomnienia/", {"wanted": ["deadlines.before/email", "evil/x", "x"]}, user=anna)
    choices = preferences.choices_of(anna)
    assert (choices[reminding.BEFORE].in_portal, choices[reminding.BEFORE].by_email) == (False, True)
    assert choices[reminding.ON_DAY].is_silent
    reminding.begin()
    run_jobs()
    (message,) = mail.outbox
    assert message.to == ["anna@example.test"]
    for private in ("480", "Podatek", anna.last_name):
        assert private not in message.subject + message.body
    with clock.frozen(date(2026, 9, 15)):
        reminding.begin()
        run_jobs(force=True)
    assert Notice.objects.count() == 1, "on the day nothing was wanted"


def give_address(user: User, address: str) -> None:
    ContactEmail.objects.create(user=user, email=address, confirmed_at=clock.now())


def test_old_reminders_are_forgotten(anna, run_jobs):
    charge(anna, (date(2026, 9, 15), "480.00"))
    reminding.begin()
    run_jobs()
    assert reminding.tidy() == 0
    with clock.frozen(TODAY + timedelta(days=90)):
        assert reminding.tidy() == 1


def test_moved_dates_are_reminded_of_again(anna, run_jobs):
    receivable = charge(anna, (date(2026, 9, 15), "480.00"))
    reminding.begin()
    run_jobs()
    Instalment.objects.filter(receivable=receivable).update(effective_due_on=date(2026, 10, 1))
    with clock.frozen(date(2026, 9, 28)):
        reminding.begin()
        run_jobs(force=True)
    assert Notice.objects.count() == 2
