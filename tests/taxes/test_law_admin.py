"""Rate tables as an administrator keeps them: in pairs, checked, on record; and a word when they are old."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client

from eurzad.lib import clock
from portal.journal.models import Record
from portal.people.models import User
from taxes.checks import rates_are_fresh
from taxes.models import DatedAmount, InterestRate, ReceivableType
from taxes.rules.rate_checks import mismatch
from tests.support.pages import PageClient

from .law import LAW

pytestmark = pytest.mark.django_db
RATES = "/admin/taxes/interestrate/"
AMOUNTS = "/admin/taxes/datedamount/"
TODAY = date(2026, 11, 23)


@pytest.fixture
def administrator(filip: User) -> User:
    names = ("interestrate", "datedamount", "receivabletype")
    filip.user_permissions.add(*Permission.objects.filter(content_type__model__in=names))
    return User.objects.get(pk=filip.pk)


@pytest.fixture(autouse=True)
def _today():
    with clock.frozen(TODAY):
        yield


class Desk:
    """The admin's own pages: Django's markup is not held to the house's rules, the answers are."""

    def __init__(self, client: Client) -> None:
        self.pages = PageClient(client)

    def get(self, url: str, *, user: User, status: int = 200) -> str:
        self.pages.sign_in(user)
        answer = self.pages.client.get(url)
        assert answer.status_code == status
        return answer.content.decode()

    def post(self, url: str, data: dict[str, str] | None = None, *, user: User, status: int = 302) -> str:
        self.pages.sign_in(user)
        answer = self.pages.client.post(url, data or {})
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def typed(day="2026-12-03", tax="10.00", civil="9.00", source="uchwała RPP 5/2026") -> dict[str, str]:
    return {
        "valid_from": day,
        "tax_percent": tax, "tax_source": source if tax else "",
        "civil_percent": civil, "civil_source": source if civil else "",
    }  # fmt: skip


def rate(regime: str, day: date) -> InterestRate:
    return InterestRate.objects.get(regime=regime, valid_from=day)


def test_a_new_day_takes_both_rates_and_is_on_record(desk: Desk, administrator: User):
    desk.get(f"{RATES}add/", user=administrator)
    desk.post(f"{RATES}add/", typed(), user=administrator)
    day = date(2026, 12, 3)
    assert (rate("tax", day).percent, rate("civil", day).percent) == (Decimal("10.00"), Decimal("9.00"))
    records = Record.objects.filter(action="rates.saved").order_by("reference")
    assert [(one.reference, one.reason) for one in records] == [
        ("civil", "9.00 od 2026-12-03"), ("tax", "10.00 od 2026-12-03"),
    ]  # fmt: skip
    assert {one.actor_id for one in records} == {administrator.public_id}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (typed(tax="10.25"), "wychodzi 10,00"),
        (typed(tax=""), "wychodzi 10,00"),  # the tax rate stays 10.50 although the civil one falls
        (typed(civil=""), "wychodzi 10,50"),
        (typed(tax="", civil=""), "co najmniej jedną"),
        (typed(source=""), "Podaj podstawę"),
        (typed(day="2026-03-05"), "już są"),
        (typed(day="2027-06-01"), "Podaj dzień od"),
        (typed(day="2008-12-31"), "Podaj dzień od"),
        (typed(tax="100.00", civil="54.00"), "40"),
        (typed(tax="-10.00", civil="-1.00"), "większa"),
        (typed(tax="10.005"), "2"),
        (typed(tax="NaN"), "liczb"),
        (typed(tax="dziesięć"), "liczb"),
        (typed(day="kiedyś"), "dat"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(desk: Desk, administrator: User, wrong, word):
    page = desk.post(f"{RATES}add/", wrong, user=administrator, status=200)
    assert "errornote" in page and word in page
    assert not InterestRate.objects.filter(valid_from__gt=date(2026, 3, 5)).exists()
    assert not Record.objects.filter(action="rates.saved").exists()


def test_one_page_corrects_both_rates_of_a_day(desk: Desk, administrator: User):
    newest = rate("tax", date(2026, 3, 5))
    page = desk.get(f"{RATES}{newest.pk}/change/", user=administrator)
    assert 'value="10.50"' in page and 'value="9.25"' in page
    desk.post(f"{RATES}{newest.pk}/change/", typed(day="2026-03-06"), user=administrator)
    assert set(InterestRate.objects.filter(valid_from__gte=date(2026, 3, 5)).values_list("regime", "percent")) == {
        ("tax", Decimal("10.00")), ("civil", Decimal("9.00")),
    }  # fmt: skip
    reasons = Record.objects.filter(action="rates.saved").values_list("reason", flat=True)
    assert "10.50 od 2026-03-05 → 10.00 od 2026-03-06" in reasons


def test_a_day_keeps_its_place_and_the_beginning_its_day(desk: Desk, administrator: User):
    newest, oldest = rate("tax", date(2026, 3, 5)), rate("tax", date(2009, 6, 25))
    page = desk.post(f"{RATES}{newest.pk}/change/", typed(day="2025-12-01"), user=administrator, status=200)
    assert "kolejność" in page
    page = desk.post(
        f"{RATES}{oldest.pk}/change/", typed("2009-07-01", "10.00", ""), user=administrator, status=200
    )
    assert "lukę" in page
    page = desk.post(
        f"{RATES}{newest.pk}/change/", typed("2026-03-05", "", "9.00"), user=administrator, status=200
    )
    assert "wymazać" in page


def test_only_the_newest_day_can_be_removed_and_goes_as_a_pair(desk: Desk, administrator: User):
    newest, older = rate("civil", date(2026, 3, 5)), rate("civil", date(2025, 12, 4))
    desk.get(f"{RATES}{older.pk}/delete/", user=administrator, status=403)
    desk.post(f"{RATES}{newest.pk}/delete/", {"post": "yes"}, user=administrator)
    assert not InterestRate.objects.filter(valid_from=date(2026, 3, 5)).exists()
    assert Record.objects.filter(action="rates.removed").count() == 2


def test_old_rates_are_told_until_somebody_confirms_them(desk: Desk, administrator: User):
    assert "05.03.2026" in desk.get(RATES, user=administrator)
    assert [warning.id for warning in rates_are_fresh(None)] == ["taxes.W001"]
    desk.get(f"{RATES}sprawdzone/", user=administrator, status=403)
    desk.post(f"{RATES}sprawdzone/", user=administrator)
    assert "nikt jej nie sprawdził" not in desk.get(RATES, user=administrator)
    assert rates_are_fresh(None) == []
    assert Record.objects.get(action="rates.reviewed").actor_id == administrator.public_id
    with clock.frozen(date(2027, 3, 1)):
        assert rates_are_fresh(None)


def test_who_may_only_look_changes_nothing(desk: Desk, filip: User):
    filip.user_permissions.add(Permission.objects.get(codename="view_interestrate"))
    viewer = User.objects.get(pk=filip.pk)
    assert "Sprawdzone" not in desk.get(RATES, user=viewer)
    desk.post(f"{RATES}add/", typed(), user=viewer, status=403)
    desk.post(f"{RATES}sprawdzone/", user=viewer, status=403)


def test_amounts_are_checked_and_on_record(desk: Desk, administrator: User):
    new = {
        "kind": "reminder_cost",
        "valid_from": "2027-01-01",
        "amount": "18.00",
        "source": "Dz.U. 2026 poz. 1",
    }
    desk.post(f"{AMOUNTS}add/", new, user=administrator)
    assert Record.objects.get(action="law_amounts.saved").reason == "18.00 od 2027-01-01"
    for wrong in (
        {}, {"amount": "-1"}, {"amount": "1000001"}, {"kind": "reduced_share", "amount": "101"}, {"source": ""},
        {"valid_from": "1999-01-01"}, {"kind": "vat"}, {"amount": "1.005"},
    ):  # fmt: skip
        page = desk.post(f"{AMOUNTS}add/", {**new, **wrong}, user=administrator, status=200)
        assert "errornote" in page, wrong
    sole = DatedAmount.objects.get(kind="interest_threshold")
    desk.get(f"{AMOUNTS}{sole.pk}/delete/", user=administrator, status=403)


def test_the_kind_of_a_receivable_changes_on_record(desk: Desk, administrator: User):
    waste = ReceivableType.objects.get(code="waste_fee")
    form = {
        "code": waste.code, "name": waste.name, "area": waste.area, "legal_basis": waste.legal_basis, "regime": "tax",
        "rounding": "grosz", "has_threshold": "on", "threshold_after_rounding": "on", "credit_order": "proportional",
        "shifts_due_date": "on",
    }  # fmt: skip
    desk.post(f"/admin/taxes/receivabletype/{waste.pk}/change/", form, user=administrator)
    waste.refresh_from_db()
    assert waste.terms.threshold_after_rounding and waste.rounding == "grosz"
    assert Record.objects.get(action="receivable_type.saved").reference == "waste_fee"


def test_bringing_the_missing_rows_leaves_what_the_town_changed():
    InterestRate.objects.filter(regime="tax", valid_from=date(2022, 3, 9)).delete()
    edited = rate("civil", date(2026, 3, 5))
    InterestRate.objects.filter(pk=edited.pk).update(percent=Decimal("9.30"), source="poprawka miasta")
    from importlib import import_module

    import_module("taxes.migrations.0003_law_complete").load(apps, SimpleNamespace(connection=connection))
    assert rate("tax", date(2022, 3, 9)).percent == Decimal("10.00")
    edited.refresh_from_db()
    assert (edited.percent, edited.source) == (Decimal("9.30"), "poprawka miasta")


def test_no_delivered_row_contradicts_the_other_table():
    for table in (LAW.tax, LAW.civil):
        for one in table.rates:
            assert mismatch(LAW.tax, LAW.civil, one.valid_from) is None


def test_commands_count_by_the_towns_table(capsys):
    InterestRate.objects.filter(valid_from=date(2026, 3, 5), regime="tax").update(percent=Decimal("20.00"))
    call_command(
        "interest", "--regime", "tax", "--principal", "1000", "--due", "2026-05-15", "--on", "2026-08-14"
    )
    assert "20.00 %" in capsys.readouterr().out
