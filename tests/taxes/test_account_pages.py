"""Payments, overpayments, a year, statements and letters, for everyone who may and may not see them."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from eurzad.lib import clock
from eurzad.outbox.models import Job
from portal.mandates.models import Mandate
from portal.people.models import User
from taxes import services, statements
from taxes.models import (
    Account,
    Decision,
    DecisionDocument,
    Instalment,
    Overpayment,
    PaymentReceived,
    SourceSystem,
    Statement,
)
from taxes.selectors.year import chart

from .ledger import charge, instalment, open_account

TODAY = date(2026, 8, 14)
URL = "/konto/naleznosci/"
NBSP = "\u00a0"


@pytest.fixture(autouse=True)
def _clock():
    with clock.frozen(TODAY):
        yield


@pytest.fixture
def ledger(anna: User):
    """Anna owes a tax in two instalments and a lease, paid part of the tax and too much for an arbour."""
    tax = charge(
        anna, (date(2026, 5, 15), "1000.00"), (date(2026, 9, 15), "1000.00"), title="Podatek od domu"
    )
    charge(anna, (date(2026, 3, 31), "2400.00"), type_code="lease", title="Dzierżawa ogródka")
    paid = charge(anna, (date(2026, 5, 15), "77.00"), title="Podatek od altany")
    pay(anna, "80.00", date(2026, 5, 4), paid)
    pay(anna, "500.00", TODAY, tax)
    return tax


def pay(user, amount, on, receivable, number=1):
    services.receive_payment(
        subject=user.identity.subject, amount=Decimal(amount), paid_on=on, channel="transfer",
        instalments=[instalment(receivable, number).public_id],
    )  # fmt: skip


def act_for(pages, borys, mandate):
    pages.sign_in(borys)
    pages.post("/konto/upowaznienia/dzialaj/", {"mandate": str(mandate.public_id)})


def addresses(receivable):
    payment = PaymentReceived.objects.get(amount="80.00")
    overpayment = Overpayment.objects.get()
    return [
        f"{URL}wplaty/{payment.public_id}/",
        f"{URL}nadplaty/{overpayment.public_id}/zwrot/",
        f"{URL}nadplaty/{overpayment.public_id}/zaliczenie/",
        f"{URL}{receivable.public_id}/pismo/",
    ]


LISTS = ("wplaty/", "nadplaty/", "rok/", "rok/2026/")


def test_payments_with_their_crediting(pages, anna, ledger):
    html = pages.get(f"{URL}wplaty/", user=anna).content.decode()
    assert "Podatek od domu, rata 1" in html and f"500,00{NBSP}zł" in html
    assert html.index("14.08.2026") < html.index("04.05.2026")
    part = PaymentReceived.objects.get(amount="500.00")
    html = pages.get(f"{URL}wplaty/{part.public_id}/").content.decode()
    for text in (f"487,33{NBSP}zł", f"12,67{NBSP}zł", "art. 55 § 2", "art. 62 § 4", "zaksięgowana"):
        assert text in html, text


def test_overpayments_with_what_can_be_done(pages, anna, ledger):
    html = pages.get(f"{URL}nadplaty/", user=anna).content.decode()
    assert f"Nadpłata 3,00{NBSP}zł" in html and "art. 76" in html
    refund = pages.get(addresses(ledger)[1]).content.decode()
    assert "Wnoszę o zwrot nadpłaty" in refund and "04.05.2026" in refund and "26 cyfr" in refund
    assert "najbliższe raty" in pages.get(addresses(ledger)[2]).content.decode()


def test_nothing_paid_says_so(pages, borys):
    assert "Nie ma jeszcze wpłat" in pages.get(f"{URL}wplaty/", user=borys).content.decode()
    assert "Nie masz nadpłat" in pages.get(f"{URL}nadplaty/").content.decode()
    html = pages.get(f"{URL}rok/").content.decode()
    assert "W tym roku nie było" in html and "<svg" not in html


def test_a_year_as_a_chart_and_as_a_table(pages, anna, ledger):
    html = pages.get(f"{URL}rok/2026/", user=anna).content.decode()
    assert html.count('class="chart-due"') == 3 and html.count('class="chart-paid"') == 2
    for text in ("marzec", f"2{NBSP}400,00{NBSP}zł", f"4{NBSP}477,00{NBSP}zł", f"580,00{NBSP}zł"):
        assert text in html, text
    assert "style=" not in html.split("<main")[1]


def test_the_scale_of_the_chart_is_round_and_holds_every_bar():
    for top in ("0.01", "1.00", "9.99", "10.00", "999.99", "1000.00", "123456789.01"):
        drawn = chart({1: Decimal(top)}, {12: Decimal("0.01")}, 2026, "pl")
        assert 1 <= drawn.bars[0].due <= 300 and drawn.bars[11].paid >= 1
        assert len(drawn.bars) == 12


@pytest.mark.parametrize("path", LISTS)
def test_who_has_no_access_is_told_how_to_get_it(pages, celina, path):
    assert "Złóż wniosek o dostęp" in pages.get(URL + path, user=celina).content.decode()


def test_a_stranger_finds_nothing(pages, borys, celina, ledger):
    for user in (borys, celina):
        pages.sign_in(user)
        for address in addresses(ledger):
            pages.get(address, status=404)


def test_anonymous_goes_to_sign_in(pages, ledger):
    for address in [*addresses(ledger), *(URL + path for path in LISTS)]:
        assert pages.get(address, status=302)["Location"].startswith("/logowanie/")


def test_an_attorney_sees_what_the_mandate_covers(pages, anna, borys, ledger, mandate_for):
    lease = Instalment.objects.get(receivable__title="Dzierżawa ogródka").receivable
    pay(anna, "100.00", TODAY, lease)
    act_for(pages, borys, mandate_for(anna, borys, areas=["taxes"], rights=["see"]))
    html = pages.get(f"{URL}wplaty/").content.decode()
    assert "Podatek od domu" in html and "Dzierżawa" not in html
    pages.get(f"{URL}wplaty/{PaymentReceived.objects.get(amount='100.00').public_id}/", status=404)
    assert f"2{NBSP}077,00{NBSP}zł" in pages.get(f"{URL}rok/2026/").content.decode()
    csv = pages.get(f"{URL}rok/2026/raty.csv").content.decode()
    assert "Podatek od altany" in csv and "Dzierżawa" not in csv
    letter = pages.get(f"{URL}{ledger.public_id}/pismo/").content.decode()
    assert "działa pełnomocnik" in letter or "Proszę o sprawdzenie" in letter


def test_an_attorney_out_of_scope_finds_nothing(pages, anna, borys, ledger, mandate_for):
    act_for(pages, borys, mandate_for(anna, borys, areas=["cases"], rights=["see"]))
    for path in LISTS:
        status = 404 if path[-2].isdigit() else 403
        assert "Podatek" not in pages.get(URL + path, status=status).content.decode()
    for address in addresses(ledger):
        pages.get(address, status=404)
    for path in ("rok/2026/raty.csv", "rok/2026/rok/"):
        method = pages.get if path.endswith("csv") else pages.post
        assert b"Podatek" not in method(URL + path, status=404).content


@pytest.mark.parametrize(
    "path",
    [
        "rok/0/", "rok/99999999999999999999/", "rok/2019/", "rok/2026/obce.csv", "rok/1/raty.csv",
        "rok/9999/wplaty.csv",
        "nadplaty/00000000-0000-4000-8000-000000000000/zwrot/", "wplaty/00000000-0000-4000-8000-000000000000/",
        "zestawienia/00000000-0000-4000-8000-000000000000/", "zestawienia/00000000-0000-4000-8000-000000000000.pdf",
    ],
)  # fmt: skip
def test_what_does_not_exist(pages, anna, ledger, path):
    pages.get(URL + path, user=anna, status=404)


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=0",
        "page=999999999999999999999",
        "page=%00",
        "page=x&page=2",
        "group=%27&day=0000-00-00",
    ],
)
@pytest.mark.parametrize("path", ["", "wplaty/", "nadplaty/"])
def test_hostile_queries(pages, anna, ledger, path, query):
    pages.get(f"{URL}{path}?{query}", user=anna)


def test_csv_is_for_spreadsheets(pages, anna):
    charge(anna, (date(2026, 5, 15), "1000.50"), title='=HYPERLINK("http://x")')
    answer = pages.get(f"{URL}rok/2026/raty.csv", user=anna)
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer["Content-Type"].startswith("text/csv")
    assert "2026-05-15;" in lines[1] and ";1000,50;0,00;1000,50;" in lines[1] and "'=HYPERLINK" in lines[1]


def test_a_statement_is_made_by_the_worker_and_kept_for_a_day(pages, anna, ledger, run_jobs):
    page = pages.post(f"{URL}rok/2026/rok/", user=anna)["Location"]
    html = pages.get(page).content.decode()
    assert 'http-equiv="refresh"' in html and "Przygotowujemy" in html
    pdf_address = f"{page.rstrip('/')}.pdf"
    pages.get(pdf_address, status=404)
    assert pages.post(f"{URL}rok/2026/rok/")["Location"] == page, "asked twice, made once"
    run_jobs()
    html = pages.get(page).content.decode()
    assert "jest gotowe" in html and "refresh" not in html
    answer = pages.get(pdf_address)
    assert answer["Content-Disposition"] == 'attachment; filename="zestawienie-2026.pdf"'
    pdf = pypdf.PdfReader(BytesIO(answer.content))
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data() and root["/Lang"] == "pl"
    text = "".join(one.extract_text() for one in pdf.pages)
    for said in ("Zestawienie za rok 2026", "Podatek od domu", "487,33", "a nie zaświadczenie", "306a"):
        assert said in text, said
    with clock.frozen(TODAY + timedelta(days=2)):
        statements.tidy()
    pages.get(page, status=404)
    pages.get(pdf_address, status=404)


def test_the_balance_says_what_is_past_due(pages, anna, borys, ledger, run_jobs):
    for user, said in ((anna, "zaległości wynoszą"), (borys, "nie ma zaległości")):
        page = pages.post(f"{URL}rok/2026/stan/", user=user)["Location"]
        run_jobs()
        pdf = pypdf.PdfReader(BytesIO(pages.get(f"{page.rstrip('/')}.pdf").content))
        text = "".join(one.extract_text() for one in pdf.pages)
        assert said in " ".join(text.split())


def test_a_statement_is_its_owners_alone_and_access_is_asked_again(
    pages, anna, borys, ledger, run_jobs, mandate_for
):
    mandate = mandate_for(anna, borys, areas=["taxes", "fees"], rights=["see"])
    act_for(pages, borys, mandate)
    page = pages.post(f"{URL}rok/2026/rok/")["Location"]
    run_jobs()
    pdf = f"{page.rstrip('/')}.pdf"
    pages.get(pdf)
    pages.get(pdf, user=anna, status=404)
    act_for(pages, borys, mandate)
    Mandate.objects.filter(pk=mandate.pk).update(areas=["taxes"])
    pages.get(pdf, status=404)
    Mandate.objects.filter(pk=mandate.pk).update(
        areas=["taxes", "fees"], status="revoked", ended_at=clock.now()
    )
    pages.get(pdf, status=404)


def test_a_statement_ordered_before_the_mandate_ended_is_not_made(
    pages, anna, borys, ledger, run_jobs, mandate_for
):
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    act_for(pages, borys, mandate)
    pages.post(f"{URL}rok/2026/rok/")
    Mandate.objects.filter(pk=mandate.pk).update(status="revoked", ended_at=clock.now())
    run_jobs()
    statement = Statement.objects.get()
    assert statement.state == Statement.State.FAILED and statement.content is None


def test_statements_a_day_are_bounded(pages, anna, ledger, run_jobs):
    pages.sign_in(anna)
    for _number in range(statements.PER_DAY):
        pages.post(f"{URL}rok/2026/stan/")
        Statement.objects.filter(state="waiting").update(state="failed")
    answer = pages.post(f"{URL}rok/2026/stan/", follow=True, status=200).content.decode()
    assert "wróć jutro" in answer
    assert Statement.objects.count() == statements.PER_DAY
    with clock.frozen(TODAY + timedelta(days=1, hours=1)):
        pages.sign_in(anna)
        pages.post(f"{URL}rok/2026/stan/")


def test_too_long_for_a_pdf_leads_to_csv(pages, anna, ledger, run_jobs, monkeypatch):
    monkeypatch.setattr(statements, "PDF_ROWS", 2)
    page = pages.post(f"{URL}rok/2026/rok/", user=anna)["Location"]
    run_jobs()
    assert "raty.csv" in pages.get(page).content.decode()


def failing(error):
    def fails(*args, **kwargs):
        raise error

    return fails


def test_a_job_that_always_dies_ends_in_words(pages, anna, ledger, monkeypatch):
    """A killed worker leaves no word behind: the next ones try, then the page says that it failed."""
    page = pages.post(f"{URL}rok/2026/rok/", user=anna)["Location"]
    statement = Statement.objects.get()
    with monkeypatch.context() as patched:
        patched.setattr(statements, "html_to_pdf", failing(SystemExit()))
        for _number in range(statements.ATTEMPTS):
            with pytest.raises(SystemExit):
                statements.make(statement.public_id)
        assert "Przygotowujemy" in pages.get(page).content.decode()
    statements.make(statement.public_id)
    assert "Nie udało się" in pages.get(page).content.decode()


def test_a_statement_that_cannot_be_made_says_so_at_once_and_is_made_anew(
    pages, anna, ledger, run_jobs, monkeypatch
):
    page = pages.post(f"{URL}rok/2026/rok/", user=anna)["Location"]
    with monkeypatch.context() as patched:
        patched.setattr(statements, "html_to_pdf", failing(ValueError()))
        run_jobs()
    assert "Nie udało się" in pages.get(page).content.decode(), "not waited for until the next day"
    again = pages.post(f"{URL}rok/2026/rok/")["Location"]
    assert again != page
    run_jobs()
    assert "jest gotowe" in pages.get(again).content.decode()


def test_a_statement_whose_job_was_set_aside_is_taken_up_when_asked_for_again(pages, anna, ledger, run_jobs):
    page = pages.post(f"{URL}rok/2026/rok/", user=anna)["Location"]
    Job.objects.filter(name="taxes.statement").update(state=Job.State.FAILED)
    for _number in range(10):
        assert pages.post(f"{URL}rok/2026/rok/")["Location"] == page
    assert Job.objects.filter(name="taxes.statement", state=Job.State.WAITING).count() == 1
    run_jobs()
    assert "jest gotowe" in pages.get(page).content.decode()
    assert Statement.objects.count() == 1


def test_a_letter_is_in_polish_whatever_language_its_sender_reads(pages, anna, ledger):
    overpaid = Overpayment.objects.get()
    addresses = (f"{URL}{ledger.public_id}/pismo/", f"{URL}nadplaty/{overpaid.public_id}/zwrot/")
    texts = []
    for language in ("pl", "en"):
        pages.client.cookies["django_language"] = language
        for address in addresses:
            html = pages.get(address, user=anna).content.decode()
            assert f'<html lang="{language}">' in html
            texts.append(html.partition("<textarea")[2].partition("</textarea>")[0].partition(">")[2])
    assert texts[:2] == texts[2:] and "Proszę o sprawdzenie" in texts[0] and "Wnoszę o zwrot" in texts[1]


def test_a_letter_is_edited_printed_and_saved(pages, anna, ledger):
    address = f"{URL}{ledger.public_id}/pismo/"
    html = pages.get(address, user=anna).content.decode()
    for text in ("Numer kartoteki", "e-Doręczenia", "Portal jeszcze nie wysyła"):
        assert text in html, text
    said = {"title": "Prośba <b>", "body": "Raz\n\n<script>alert(1)</script>"}
    printed = pages.post(address, said | {"do": "print"}, status=200).content.decode()
    assert "&lt;script&gt;" in printed and "<b>" not in printed
    answer = pages.post(address, said | {"do": "pdf"}, status=200)
    text = pypdf.PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert "<script>alert(1)</script>" in text and anna.last_name in text
    for wrong in (
        {},
        {"title": "x" * 201, "body": "x"},
        {"title": "x", "body": "x" * 8001},
    ):
        assert "error-summary" in pages.post(address, wrong, status=200).content.decode()


def test_queries_do_not_grow(pages, anna, ledger):
    pages.sign_in(anna)
    tax = addresses(ledger)[0]
    urls = (
        URL,
        f"{URL}wplaty/",
        tax,
        f"{URL}nadplaty/",
        f"{URL}rok/2026/",
        "/konto/powiadomienia/terminy/",
        "/konto/",
    )
    before = [queries(pages, url) for url in urls]
    for number in range(30):
        due = date(2026, 5, 15) + timedelta(days=7 * number)
        paid = charge(anna, (due, "100.00"), (due + timedelta(days=30), "50.00"), title=f"Opłata {number}")
        pay(anna, "160.00", due, paid)
    assert [queries(pages, url) for url in urls] == before
    assert max(before) <= 14, before


def queries(pages, url: str) -> int:
    pages.get(url)
    with CaptureQueriesContext(connection) as found:
        pages.get(url)
    return len(found)


def test_what_the_office_gave_is_on_the_page(pages, anna, borys, ledger):
    decision = Decision.objects.filter(receivable=ledger).first()
    DecisionDocument.objects.create(decision=decision, name="d.pdf", sha256="0" * 64, content=b"%PDF-1.7 x")
    html = pages.get(f"{URL}{ledger.public_id}/", user=anna).content.decode()
    assert "Dokumenty" in html and "FN.1" in html and "Decyzja wymiarowa" in html
    address = f"{URL}{ledger.public_id}/dokumenty/{decision.public_id}.pdf"
    assert pages.get(address).content == b"%PDF-1.7 x"
    pages.get(address, user=borys, status=404)
    other = charge(borys, (date(2026, 5, 15), "10.00"))
    pages.get(f"{URL}{other.public_id}/dokumenty/{decision.public_id}.pdf", status=404)


def test_this_year_beside_the_last_one(pages, anna):
    account = open_account(anna)
    for year, rate, amount in ((2025, "1.10", "1000.00"), (2026, "1.15", "1024.00")):
        part = services.Part("Budynek", Decimal("100"), "m²", Decimal(rate), Decimal(amount))
        receivable = services.assess(
            account=account, year=year, title=f"Podatek {year}", parts=[part],
            instalments=[(date(year, 9, 15), Decimal(amount))], decision_number=f"FN.{year}",
        )  # fmt: skip
    html = pages.get(f"{URL}{receivable.public_id}/", user=anna).content.decode()
    assert f"To o 24,00{NBSP}zł więcej niż w roku 2025" in html
    assert "stawka zmieniła się z 1,1 na 1,15 zł" in html


def test_a_stale_source_warns(pages, anna, ledger):
    system = SourceSystem.objects.create(
        code="podatki", name="Podatki 3", as_of=clock.now() - timedelta(days=3)
    )
    Account.objects.update(source=system, external_id=F("number"))
    for path in ("", "wplaty/", "rok/", f"{ledger.public_id}/"):
        html = pages.get(URL + path, user=anna).content.decode()
        assert "Podatki 3" in html and "sprzed 3 dni" in html and "starsze dane niż zwykle" in html
    SourceSystem.objects.update(as_of=clock.now() - timedelta(hours=5))
    html = pages.get(URL).content.decode()
    assert "sprzed 5 godzin" in html and "starsze dane" not in html


def test_a_payment_the_office_has_not_posted_says_so(pages, anna, ledger):
    payment = PaymentReceived.objects.get(amount="500.00")
    PaymentReceived.objects.filter(pk=payment.pk).update(
        channel="portal", payment_id=payment.public_id, posting="awaiting"
    )
    for path in ("", "wplaty/", f"wplaty/{payment.public_id}/"):
        html = pages.get(URL + path, user=anna).content.decode()
        assert "czeka na zaksięgowanie" in html and "nie płać drugi raz" in html
    PaymentReceived.objects.filter(pk=payment.pk).update(
        posting="rejected", rejected_at=clock.now(), rejection_reason="x"
    )
    assert "urzędnik to wyjaśnia" in pages.get(URL).content.decode()
