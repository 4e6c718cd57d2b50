"""The ledger's pages for everyone who may and may not see them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eurzad.lib import clock
from portal.journal.models import Record
from portal.mandates.policy import AccessDenied, Viewer
from portal.pages import cards
from portal.people.models import User
from taxes import services
from taxes.models import Instalment
from taxes.rules.interest import Debt, interest_due
from taxes.selectors.debts import load_law
from taxes.selectors.owed import overview_numbers, what_i_owe

from .ledger import charge, instalment

TODAY = date(2026, 8, 14)
URL = "/konto/naleznosci/"


@pytest.fixture(autouse=True)
def _clock():
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def ledger(anna: User):
    """Anna owes a tax in arrears, one not yet due, a lease and something in enforcement, and has paid one."""
    tax = charge(
        anna, (date(2026, 5, 15), "1000.00"), (date(2026, 9, 15), "1000.00"), title="Podatek od domu 2026"
    )
    charge(anna, (date(2026, 3, 31), "2400.00"), type_code="lease", title="Dzierżawa ogródka 2026")
    enforced = charge(anna, (date(2025, 5, 15), "300.00"), title="Podatek od garażu 2025")
    services.start_enforcement(instalment=instalment(enforced), on=date(2025, 10, 1), title="SM/1/2025")
    paid = charge(anna, (date(2026, 5, 15), "77.00"), title="Podatek od altany 2026")
    services.receive_payment(
        subject=anna.identity.subject, amount=Decimal("80.00"), paid_on=date(2026, 5, 4), channel="transfer",
        instalments=[instalment(paid).public_id],
    )  # fmt: skip
    return tax


def act_for(pages, borys, mandate):
    pages.sign_in(borys)
    pages.post("/konto/upowaznienia/dzialaj/", {"mandate": str(mandate.public_id)})


def test_what_i_owe_as_the_owner(pages, anna, ledger):
    html = pages.get(URL, user=anna).content.decode()
    for text in (
        "Podatek od domu 2026, rata 1 z 2", "1\u00a0026,00\u00a0zł", "odsetki 26,00\u00a0zł", "SM/1/2025",
        "Dzierżawa ogródka 2026", "o 3,00\u00a0zł za dużo",
        "Przejdź do płatności", "14 sierpnia 2026 (piątek)",
    ):  # fmt: skip
        assert text in html, text
    assert html.count('type="checkbox"') == 3
    assert html.count(" checked>") == 2
    assert f"taxes.instalment:{instalment(ledger).public_id}" in html
    record = Record.objects.get(action="receivables.read")
    assert (record.actor_id, record.subject_id) == (anna.public_id, anna.identity.subject.public_id)


def test_another_day_recomputes(pages, anna, ledger):
    html = pages.get(f"{URL}?day=2026-09-14", user=anna).content.decode()
    assert "1\u00a0035,00\u00a0zł" in html


@pytest.mark.parametrize("day", ["", "2026-08-13", "2028-01-01", "32.13.2026", "x"])
def test_a_day_that_cannot_be_used_says_so_and_shows_today(pages, anna, ledger, day):
    html = pages.get(f"{URL}?day={day}", user=anna).content.decode()
    assert "field-error" in html
    assert "1\u00a0026,00\u00a0zł" in html


@pytest.mark.parametrize("group", ["open", "enforcement", "settled", "nonsense"])
def test_groups(pages, anna, ledger, group):
    pages.get(f"{URL}?group={group}&page=7", user=anna)


def test_nothing_due_says_so_without_a_notice_of_debt(pages, borys):
    html = pages.get(URL, user=borys).content.decode()
    assert "Nie masz teraz nic do zapłaty" in html
    assert "W egzekucji" not in html
    assert "Przejdź do płatności" not in html


def test_anonymous_goes_to_sign_in(pages, ledger):
    for url in (URL, f"{URL}{ledger.public_id}/"):
        assert pages.get(url, status=302)["Location"].startswith("/logowanie/")


def test_without_approved_access_a_page_says_how_to_get_it(pages, celina, ledger):
    html = pages.get(URL, user=celina).content.decode()
    assert "Złóż wniosek o dostęp" in html
    pages.get(f"{URL}{ledger.public_id}/", user=celina, status=404)


def test_a_stranger_finds_nothing(pages, borys, ledger):
    pages.get(f"{URL}{ledger.public_id}/", user=borys, status=404)
    pages.get(f"{URL}00000000-0000-4000-8000-000000000000/", user=borys, status=404)


def test_an_attorney_in_scope_sees_what_the_mandate_covers(pages, anna, borys, ledger, mandate_for):
    act_for(pages, borys, mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"]))
    html = pages.get(URL).content.decode()
    assert "Podatek od domu 2026" in html
    assert "Dzierżawa ogródka" not in html
    assert "Twoje pełnomocnictwo obejmuje część" in html
    pages.get(f"{URL}{ledger.public_id}/")
    lease = Instalment.objects.get(receivable__title="Dzierżawa ogródka 2026").receivable
    pages.get(f"{URL}{lease.public_id}/", status=404)
    record = Record.objects.filter(action="receivables.read").first()
    assert (record.actor_id, record.subject_id) == (borys.public_id, anna.identity.subject.public_id)


def test_an_attorney_out_of_scope_finds_nothing(pages, anna, borys, ledger, mandate_for):
    act_for(pages, borys, mandate_for(anna, borys, areas=["cases"], rights=["see"]))
    missing = pages.get(URL, status=403).content.decode()
    assert "podgląd" in missing and "podatki" in missing and "Dom" not in missing
    pages.get(f"{URL}{ledger.public_id}/", status=404)


def test_one_receivable_explains_itself(pages, anna, ledger):
    html = pages.get(f"{URL}{ledger.public_id}/", user=anna).content.decode()
    for text in (
        "100,5\u00a0m² × 1,1\u00a0zł × 7/12 roku", "16.05.2026 – 14.08.2026", "10,50\u00a0%", "26,18\u00a0zł",
        "art. 63 § 1", "art. 53 § 4", "Ustalono należność: FN.1", "Nie ma jeszcze wpłat",
        "termin minął 15 maja 2026",
    ):  # fmt: skip
        assert text in html, text


def test_a_settled_receivable_shows_payment_and_overpayment(pages, anna, ledger):
    paid = Instalment.objects.get(status="settled").receivable
    html = pages.get(f"{URL}{paid.public_id}/", user=anna).content.decode()
    for text in ("Zapłacono w całości", "Nadpłata 3,00", "rata 1: należność 77,00"):
        assert text in html, text
    assert "Przelicz" not in html


def test_of_a_payment_for_several_things_only_what_came_here_is_shown(
    pages, anna, borys, ledger, mandate_for
):
    lease = Instalment.objects.get(receivable__title="Dzierżawa ogródka 2026")
    services.receive_payment(
        subject=anna.identity.subject, amount=Decimal("1234.00"), paid_on=date(2026, 8, 10), channel="transfer",
        instalments=[instalment(ledger, 2).public_id, lease.public_id],
    )  # fmt: skip
    act_for(pages, borys, mandate_for(anna, borys, areas=["taxes"], rights=["see"]))
    html = pages.get(f"{URL}{ledger.public_id}/").content.decode()
    assert "Wpłynęła wpłata 1\u00a0000,00" in html
    assert "1\u00a0234,00" not in html


def test_an_enforced_receivable_offers_no_payment(pages, anna, ledger):
    enforced = Instalment.objects.get(status="enforcement").receivable
    html = pages.get(f"{URL}{enforced.public_id}/", user=anna).content.decode()
    assert "organ egzekucyjny" in html
    assert 'name="item"' not in html


def test_queries_do_not_grow_with_what_is_owed(pages, anna, ledger):
    pages.sign_in(anna)
    urls = (URL, f"{URL}{ledger.public_id}/", "/konto/")
    before = [queries(pages, url) for url in urls]
    for number in range(40):
        due = date(2026, 5, 15) + timedelta(days=7 * number)
        charge(anna, (due, "100.00"), (due + timedelta(days=30), "50.00"), title=f"Opłata {number}")
    after = [queries(pages, url) for url in urls]
    assert after == before
    assert before[0] <= 14
    assert before[1] <= 17


def queries(pages, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        pages.get(url)
    return len(found)


def test_a_long_list_is_paged(pages, anna):
    for number in range(60):
        charge(anna, (date(2026, 5, 15), "100.00"), title=f"Opłata {number}")
    assert pages.get(URL, user=anna).content.decode().count('name="item"') == 50
    assert pages.get(f"{URL}?page=2").content.decode().count('name="item"') == 10


def test_overview_numbers_agree_with_the_rules(anna, ledger):
    numbers = overview_numbers(Viewer(anna), TODAY)
    law = load_law()
    rows = [row for row in Instalment.objects.filter(status="open") if row.effective_due_on <= TODAY]
    by_rule = Decimal(0)
    for row in rows:
        debt = Debt("x", row.receivable.account.type.terms, row.principal_left, row.effective_due_on)
        by_rule += row.principal_left + interest_due(debt, TODAY, law)
    assert numbers.due_now.total == by_rule == Decimal("1026.00") + Decimal("2482.72")
    assert (numbers.overdue_count, numbers.overdue_since) == (2, date(2026, 3, 31))
    assert (numbers.next_due_on, numbers.next_amount) == (date(2026, 9, 15), Decimal("1000.00"))
    shown = what_i_owe(Viewer(anna), TODAY)
    assert shown.overdue == "3\u00a0508,72\u00a0zł"


def test_overview_page_shows_amount_and_attention(pages, anna, ledger):
    html = pages.get("/konto/", user=anna).content.decode()
    assert "3\u00a0508,72\u00a0zł" in html
    assert "Po terminie" in html
    assert "W egzekucji" in html


def test_overview_is_silent_when_nothing_is_owed(borys):
    assert [item for item in cards.attention(Viewer(borys)) if item.url == URL] == []


def test_overview_of_somebody_without_access_has_no_amount(pages, celina):
    assert "Do zapłaty teraz" not in pages.get("/konto/", user=celina).content.decode()


def test_selectors_refuse_without_the_right(celina):
    with pytest.raises(AccessDenied):
        what_i_owe(Viewer(celina), TODAY)
