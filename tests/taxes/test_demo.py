"""The demo town's ledger: true to life, repeatable, and copied for each visitor."""

from datetime import date

import pytest
from django.db.models import Count, F, Q, Sum

from eurzad.lib import clock
from eurzad.lib.identifiers import clean_nip, clean_nrb, clean_pesel, clean_regon, pesel_birth_date
from eurzad.lib.personas import ANNA, BORYS, CELINA, DEMO
from portal.access.evidence import Identifiers
from portal.mandates.policy import Viewer
from portal.people import pii
from portal.people.models import Subject
from portal.people.services import find_subject
from portal.people.visitors import create_visitor
from taxes import demo, demo_town
from taxes.evidence import known
from taxes.models import (
    Account,
    Allocation,
    Instalment,
    LedgerEntry,
    PaymentReceived,
    Receivable,
    ReminderCost,
)
from taxes.selectors.debts import load_law, owed_of, owed_on
from taxes.selectors.owed import what_i_owe

TODAY = date(2026, 11, 23)


@pytest.fixture
def town(db):
    with clock.frozen(TODAY):
        demo.load(TODAY)
        yield


def test_the_town(town, pages):
    assert Account.objects.values("subject").distinct().count() == 40
    assert 295 <= Receivable.objects.count() <= 335
    assert set(Receivable.objects.values_list("year", flat=True)) == {2024, 2025, 2026}
    for nrb in Account.objects.values_list("virtual_account", flat=True):
        clean_nrb(nrb)
    before = counts()
    demo.load(TODAY)
    assert counts() == before
    check_sums()
    every_turn_a_debt_can_take_is_there()
    both_ways_of_pricing_agree()
    visitor_has_an_own_copy(pages)
    evidence_for_celina()


def counts() -> list[int]:
    models = (Subject, Account, Receivable, Instalment, PaymentReceived, Allocation, ReminderCost)
    return [model.objects.count() for model in models]


def check_sums() -> None:
    for receivable in Receivable.objects.annotate(
        sum=Sum("instalments__assessed_amount", filter=Q(instalments__kind="ordinary"))
    ):
        assert receivable.sum == receivable.total
    credited = F("principal") + F("interest") + F("costs") + F("overpaid")
    for payment in PaymentReceived.objects.annotate(count=Count("allocations")):
        total = payment.allocations.aggregate(sum=Sum(credited))["sum"]
        assert total == payment.amount
    paid = Instalment.objects.annotate(credited=Sum("allocations__principal")).exclude(principal_paid=0)
    assert all(row.credited == row.principal_paid for row in paid)


def every_turn_a_debt_can_take_is_there() -> None:
    mine = Instalment.objects.filter(subject=find_subject("pesel", DEMO.pesel))
    assert {"ordinary", "arranged", "fee", "interest"} == set(mine.values_list("kind", flat=True))
    entries = set(LedgerEntry.objects.filter(instalment__in=mine).values_list("kind", flat=True))
    assert entries == {"charge", "payment", "plan", "deferral", "remission"}
    assert (
        mine.filter(status="enforcement").exists() and mine.filter(account__overpayments__left__gt=0).exists()
    )
    joint = Account.objects.get(parties__role="co_owner", subject=mine.first().subject)
    assert (
        len(
            set(PaymentReceived.objects.filter(allocations__instalment__account=joint).values_list("subject"))
        )
        == 2
    )
    late = joint.receivables.get(year=2025).instalments.get(number=1)
    assert late.effective_due_on > late.due_on


def both_ways_of_pricing_agree() -> None:
    law = load_law()
    listed = {row.pk: row for row in owed_on(Instalment.objects.all(), TODAY, law)}
    found = {}
    for receivable in Receivable.objects.select_related("account__type"):
        reminders = ReminderCost.objects.filter(instalment__receivable=receivable)
        for row in owed_of(receivable, receivable.instalments.all(), reminders, TODAY, law):
            found[row.pk] = row
    assert found == listed


def visitor_has_an_own_copy(pages) -> None:
    template = find_subject("pesel", DEMO.pesel)
    visitor = create_visitor()
    own = visitor.identity.subject
    assert own != template
    mine, theirs = what_i_owe(Viewer(visitor), TODAY), Instalment.objects.filter(subject=template)
    assert Instalment.objects.filter(subject=own).count() == theirs.count()
    assert (mine.open.count, mine.enforcement.count) == (
        theirs.filter(status="open").count(), theirs.filter(status="enforcement").count(),
    )  # fmt: skip
    assert mine.open.count and mine.enforcement.count and mine.settled.rows
    html = pages.get("/konto/naleznosci/", user=visitor).content.decode()
    assert "nadpłata" in html and "Z " in html
    for receivable in Receivable.objects.filter(account__subject=own):
        pages.get(f"/konto/naleznosci/{receivable.public_id}/")
    pages.get(f"/konto/naleznosci/{theirs.first().receivable.public_id}/", status=404)


def evidence_for_celina() -> None:
    def ask(**changes):
        return {
            fact.label: fact.matches
            for fact in known(
                Identifiers(
                    **{
                        "scheme": "pesel",
                        "fingerprint": pii.fingerprint("pesel", CELINA.pesel),
                        "given_name": CELINA.given_name,
                        "family_name": CELINA.family_name,
                        "address": "Jarzębin 99-901, ogrodowa 12",
                    }
                    | changes
                )
            )
        }

    assert ask() == {"Kartoteki": True, "Imię i nazwisko": True, "Adres": True}
    assert ask(family_name="Buk", address="Polna 4, 99-901 Jarzębin") == {
        "Kartoteki": True, "Imię i nazwisko": False, "Adres": False,
    }  # fmt: skip
    assert ask(fingerprint="0" * 64) == {"Kartoteki": None}


def test_on_new_years_day_too(db):
    with clock.frozen(date(2027, 1, 1)):
        demo.load(date(2027, 1, 1))
    assert Receivable.objects.filter(year=2027).exists()


def test_invented_people_and_companies_have_valid_numbers_that_nobody_living_has():
    seen = set()
    for payer in demo_town.payers():
        for scheme, value in payer.identifiers.items():
            assert value not in seen
            seen.add(value)
            if scheme == "pesel":
                assert pesel_birth_date(clean_pesel(value)).year < 1900
            elif scheme == "nip":
                assert clean_nip(value).startswith("999")
            elif scheme == "regon":
                clean_regon(value)
    assert {ANNA.pesel, BORYS.pesel} <= seen
