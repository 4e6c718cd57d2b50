"""Who reads another's data leaves a record: an attorney on every page, a clerk on every page of the panel."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin

from eurzad.lib import clock
from portal.desk.models import ReasonedSession
from portal.journal import staff
from portal.journal.models import Record
from portal.mandates.models import Area, Mandate, Right
from portal.news.models import Announcement
from portal.people.models import User
from tests.support.pages import PageClient
from tests.taxes.ledger import charge

Grant = Callable[..., Mandate]


def records_of(user: User, work: Callable[[], Any]) -> list[tuple[str, UUID | None, str]]:
    """What one piece of work adds to the journal in the user's name."""
    last = Record.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    work()
    found = Record.objects.filter(pk__gt=last, actor_id=user.public_id).order_by("pk")
    return list(found.values_list("action", "subject_id", "reference"))


def test_an_attorney_leaves_one_record_on_every_page(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    thing = charge(anna, (date(2026, 5, 15), "100.00"), title="Dom")
    mandate = mandate_for(anna, borys, areas=list(Area.values), rights=list(Right.values))
    pages.sign_in(borys)
    pages.post("/konto/upowaznienia/dzialaj/", {"mandate": str(mandate.public_id)})
    hers = anna.identity.subject.public_id
    for url, action in (
        ("/konto/", "overview.read"),
        ("/konto/naleznosci/", "receivables.read"),
        (f"/konto/naleznosci/{thing.public_id}/", "receivables.read"),
        ("/konto/naleznosci/wplaty/", "receivables.read"),
        ("/konto/naleznosci/nadplaty/", "receivables.read"),
        ("/konto/naleznosci/rok/2026/", "receivables.read"),
        ("/konto/naleznosci/rok/2026/raty.csv", "receivables.statement"),
        ("/konto/platnosci/", "payments.list"),
        ("/konto/historia/", "history.read"),
        (f"/konto/upowaznienia/{mandate.public_id}/", "mandates.read"),
        (f"/konto/upowaznienia/{mandate.public_id}/odwolaj/", "mandates.read"),
        (f"/konto/upowaznienia/{mandate.public_id}/tresc.pdf", "mandates.pdf"),
    ):
        found = records_of(borys, lambda url=url: pages.get(url))
        assert [(action, hers)] == [one[:2] for one in found], url
    basket = {"item": f"taxes.instalment:{thing.instalments.get().public_id}"}
    pages.post("/konto/platnosci/koszyk/", basket, status=303)
    found = records_of(borys, lambda: pages.get("/konto/platnosci/podsumowanie/"))
    assert [one[:2] for one in found] == [("payments.basket", hers)]


def test_ones_own_pages_add_no_look_of_another(pages: PageClient, anna: User) -> None:
    pages.sign_in(anna)
    for url in ("/konto/", "/konto/platnosci/", "/konto/historia/", "/konto/upowaznienia/"):
        assert records_of(anna, lambda url=url: pages.get(url)) == []


def test_a_clerk_leaves_one_record_on_every_list_and_form_of_the_panel(pages: PageClient, ewa: User) -> None:
    """Also on those of a model that nobody has thought of: what is not named as nobody's data is recorded."""
    pages.sign_in(ewa)
    seen = 0
    for model, page in admin.site._registry.items():
        label = model._meta.label_lower
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        found = records_of(ewa, lambda address=address: pages.client.get(address))
        if staff.is_impersonal(label):
            assert found == [], label
            continue
        seen += 1
        assert found == [("staff.list", None, label)], label
        assert page.model is model
    assert seen >= 12


@pytest.mark.parametrize("page", ["change/", "history/", "delete/"])
def test_a_clerk_leaves_a_record_with_whose_data_it_was(
    pages: PageClient, anna: User, ewa: User, page: str
) -> None:
    address = f"/admin/people/user/{anna.pk}/{page}"
    found = records_of(ewa, lambda: pages.client.get(address) if pages.sign_in(ewa) is None else None)
    assert found == [("staff.read", anna.identity.public_id, f"people.user:{anna.pk}")]
    html = pages.get("/konto/historia/", user=anna).content.decode()
    assert f"Pracownik urzędu: {ewa}" in html and "strona w panelu urzędu" in html


def test_what_a_page_records_itself_is_not_recorded_twice(
    pages: PageClient, anna: User, borys: User, ewa: User, mandate_for: Grant
) -> None:
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(ewa)
    found = records_of(ewa, lambda: pages.client.get(f"/admin/mandates/mandate/{mandate.pk}/change/"))
    assert [one[0] for one in found] == ["mandates.read"]


def test_a_change_in_the_panel_is_recorded_also_of_what_is_nobodys(pages: PageClient, ewa: User) -> None:
    news = Announcement.objects.create(title="Dzień otwarty", body="Treść", published_from=clock.now())
    pages.sign_in(ewa)
    address = f"/admin/news/announcement/{news.pk}/delete/"
    assert records_of(ewa, lambda: pages.client.get(address)) == []
    found = records_of(ewa, lambda: pages.client.post(address, {"post": "yes"}))
    assert found == [("staff.write", None, f"news.announcement:{news.pk}")]
    assert not Announcement.objects.exists()


def test_what_was_not_shown_is_not_recorded(pages: PageClient, anna: User, ewa: User, filip: User) -> None:
    pages.sign_in(filip)
    for address, status in (("/admin/people/user/", 403), ("/admin/people/user/999999/change/", 403)):
        assert records_of(filip, lambda a=address, s=status: pages.get(a, status=s)) == []
    pages.sign_in(anna)
    assert records_of(anna, lambda: pages.get("/admin/people/user/", status=404)) == []
    pages.sign_in(ewa)
    assert records_of(ewa, lambda: pages.client.get("/admin/people/user/999999/change/")) == []
    assert records_of(ewa, lambda: pages.client.get("/admin/")) == []
    session = pages.client.session
    del session["account_authentication_methods"]
    session.save()
    assert records_of(ewa, lambda: pages.get("/admin/people/user/", status=302)) == []


def test_the_record_is_there_before_the_answer_even_when_the_page_fails_later(
    pages: PageClient, ewa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No record, no answer: a journal that cannot be written to shows nothing."""
    from portal.journal import services

    def broken(**_fields: Any) -> None:
        raise RuntimeError("the journal is full")

    pages.sign_in(ewa)
    monkeypatch.setattr(services, "record_read", broken)
    with pytest.raises(RuntimeError):
        pages.client.get("/admin/people/user/")


def test_a_receipt_has_no_person_of_its_own_and_is_recorded_by_its_name(pages: PageClient, ewa: User) -> None:
    assert staff.describe("channels.receipt", "x'; --") == (None, "channels.receipt:x'; --")
    assert staff.describe("people.user", "x") == (None, "people.user:x")
    assert staff.words_for("payments.payment:P-2026-000001").endswith("P-2026-000001")
    assert staff.words_for("nothing.there:1") == "nothing.there:1" and staff.words_for("") == ""


def test_the_reason_for_which_data_was_opened_is_on_every_record(
    pages: PageClient, anna: User, borys: User, ewa: User, mandate_for: Grant
) -> None:
    """Also on the records that a page writes itself; the person reads it."""
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(ewa)
    why = ReasonedSession.objects.filter(user=ewa).values_list("reason", flat=True).first()
    last = Record.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    pages.client.get(f"/admin/mandates/mandate/{mandate.pk}/change/")
    pages.client.get("/admin/payments/payment/")
    found = Record.objects.filter(pk__gt=last, actor_id=ewa.public_id).order_by("pk")
    assert why and list(found.values_list("action", "reason")) == [
        ("mandates.read", why), ("staff.list", why),
    ]  # fmt: skip
    html = pages.get("/konto/historia/", user=anna).content.decode()
    assert html.count(why) == 1
