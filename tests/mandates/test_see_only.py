"""An attorney who may see, but not pay: no button to pay, the right that is missing in words, and a way to ask."""

from collections.abc import Callable
from datetime import date

import pytest

from portal.mandates.models import Mandate
from portal.people.models import User
from tests.support.pages import PageClient
from tests.taxes.ledger import charge

LIST = "/konto/naleznosci/"
ACT = "/konto/upowaznienia/dzialaj/"
Grant = Callable[..., Mandate]


@pytest.mark.parametrize("rights", [["see"], ["see", "pay"]])
def test_buttons_to_pay_stand_where_the_right_is(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant, rights: list[str]
) -> None:
    due = charge(anna, (date(2026, 5, 15), "100.00"), title="Dom")
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=rights)
    pages.sign_in(borys)
    pages.post(ACT, {"mandate": str(mandate.public_id)})
    for url, button in ((LIST, "Przejdź do płatności"), (f"{LIST}{due.public_id}/", 'name="item"')):
        html = pages.get(url).content.decode()
        assert "100,00" in html
        assert (button in html) == ("pay" in rights)
        assert ("Poproś o uprawnienie: płatność (podatki)" in html) == ("pay" not in rights)
    assert ('type="checkbox" name="item"' in pages.get(LIST).content.decode()) == ("pay" in rights)
    assert (">Zapłać</a>" in pages.get("/konto/").content.decode()) == ("pay" in rights)


def test_a_part_that_may_be_paid_keeps_its_box(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    one = charge(anna, (date(2026, 5, 15), "100.00"), title="Dom")
    charge(anna, (date(2026, 5, 15), "200.00"), title="Garaż")
    whole = mandate_for(anna, borys, areas=["taxes"], rights=["see", "pay"])
    Mandate.objects.filter(pk=whole.pk).update(object_kind="taxes.receivable", object_id=one.public_id)
    mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(borys)
    pages.post(ACT, {"mandate": str(whole.public_id)})
    html = pages.get(LIST).content.decode()
    assert html.count('type="checkbox" name="item"') == 1 and "Garaż" not in html


def test_the_owner_is_told_of_no_right(pages: PageClient, anna: User) -> None:
    charge(anna, (date(2026, 5, 15), "100.00"), title="Dom")
    html = pages.get(LIST, user=anna).content.decode()
    assert "Poproś o uprawnienie" not in html and "Przejdź do płatności" in html


def test_the_asked_right_leads_to_a_request(
    pages: PageClient, anna: User, borys: User, mandate_for: Grant
) -> None:
    charge(anna, (date(2026, 5, 15), "100.00"), title="Dom")
    mandate = mandate_for(anna, borys, areas=["taxes"], rights=["see"])
    pages.sign_in(borys)
    pages.post(ACT, {"mandate": str(mandate.public_id)})
    address = pages.post("/konto/upowaznienia/popros-o-prawo/", {"right": "pay", "area": "taxes"})["Location"]
    assert "Wyślij prośbę" in pages.get(address).content.decode()
