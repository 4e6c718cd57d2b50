"""The control page: ordering and withdrawing with a browser, and what it shows."""

import pytest
import requests
from lxml import html

from tests.epuap.simulator.peer import Peer
from tests.support.pages import check_page
from tests.support.simulator import forms_of, post_form, sign_file

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def browser() -> requests.Session:
    session = requests.Session()
    session.headers.update(HTML)
    return session


def show(peer: Peer, browser: requests.Session) -> requests.Response:
    page = browser.get(f"{peer.simulator.base_url}/sterowanie/", timeout=10)
    check_page(page)  # type: ignore[arg-type]
    return page


def submit(
    peer: Peer, browser: requests.Session, path: str, number: int = 0, **values: str
) -> requests.Response:
    """Submit the form of the page that leads to `path`, and follow."""
    page = show(peer, browser)
    forms = [i for i, form in enumerate(forms_of(page)) if path in (form.action or "")]
    answer = post_form(browser, page, forms[number], **values)
    if answer.status_code == 302:
        return browser.get(peer.simulator.base_url + answer.headers["Location"], timeout=10)
    return answer  # type: ignore[no-any-return]


def test_every_failure_stands_in_one_group(peer: Peer, browser: requests.Session) -> None:
    offered = html.fromstring(show(peer, browser).text).xpath("//select[@name='name']//option/@value")
    refused = requests.post(f"{peer.simulator.base_url}/sterowanie/", json={"behaviour": "?"}, timeout=10)
    assert len(offered) > 50 and sorted(offered) == sorted(refused.json()["known"])


def test_order_and_withdraw(peer: Peer, browser: requests.Session) -> None:
    page = submit(peer, browser, "zamow", name="nadaj_fault", times="2", seconds="")
    assert "Zamówiono: nadaj zwraca błąd" in page.text and "jeszcze 2 ×" in page.text
    submit(peer, browser, "zamow", name="ws_timeout", times="1", seconds="30")
    assert peer.simulator.ordered() == {"nadaj_fault": 2, "ws_timeout": 1}
    page = submit(peer, browser, "wycofaj", name="nadaj_fault")
    assert "Wycofano: nadaj zwraca błąd" in page.text and "30 s" in page.text
    assert peer.simulator.ordered() == {"ws_timeout": 1}
    page = submit(peer, browser, "wycofaj", -1)
    assert "Nic nie jest zamówione" in page.text and peer.simulator.ordered() == {}


@pytest.mark.parametrize(
    "values", [{"times": "0"}, {"times": "1001"}, {"seconds": "-1"}, {"name": "nieznane"}]
)
def test_bad_order(peer: Peer, browser: requests.Session, values: dict[str, str]) -> None:
    answer = submit(peer, browser, "zamow", **({"name": "ws_fault", "times": "1"} | values))
    assert answer.status_code == 400 and "Niczego nie zamówiono" in answer.text
    check_page(answer)  # type: ignore[arg-type]
    assert peer.simulator.ordered() == {}


def test_browser_of_another_site_orders_nothing(peer: Peer) -> None:
    base = f"{peer.simulator.base_url}/sterowanie/"
    order = {"name": "ws_fault", "times": "1"}
    assert requests.post(f"{base}zamow/", data=order, timeout=10).status_code == 403
    text = '{"behaviour": "ws_fault", "times": 1}'
    assert (
        requests.post(base, data=text, headers={"Content-Type": "text/plain"}, timeout=10).status_code == 400
    )
    assert peer.simulator.ordered() == {}


def test_late_receipt_by_a_button(peer: Peer, browser: requests.Session) -> None:
    peer.simulator.release_receipts()
    peer.empty_queue()
    peer.simulator.order("nadaj_late_receipt")
    peer.submit(b"<Pismo/>")
    page = submit(peer, browser, "sterowanie/upp/")
    assert "UPP przyszło do skrytki nadawcy" in page.text and "Żadne UPP nie czeka" in page.text
    assert peer.pull("ZapytaniePullOczekujace").findtext("oczekujace") == "1"
    peer.empty_queue()


def test_certificate_is_revoked_by_a_button(peer: Peer, browser: requests.Session) -> None:
    sign_file(peer.simulator, b"<Pismo/>", signer="celina")
    page = submit(peer, browser, "certyfikaty")
    (newest,) = html.fromstring(page.text).xpath("//section[@aria-labelledby='certyfikaty']//li[1]")
    assert "Celina Jawor" in newest.text_content() and "unieważniony" in newest.text_content()


def test_last_calls(peer: Peer, browser: requests.Session) -> None:
    peer.pull("ZapytaniePullOczekujace")
    peer.simulator.order("ws_fault")
    peer.pull("ZapytaniePullOczekujace")
    page = html.fromstring(show(peer, browser).text)
    last, before = page.xpath("//section[@aria-labelledby='wywolania']//li")[:2]
    assert "500, błąd: ordered" in last.text_content()
    assert "WS-Pull: ZapytaniePullOczekujace" in before.text_content()
    assert "200, OdpowiedzPullOczekujace" in before.text_content()
    link = before.xpath(".//a/@href")[0]
    opened = browser.get(peer.simulator.base_url + link, timeout=10)
    check_page(opened)  # type: ignore[arg-type]
    assert "&lt;oczekujace&gt;" in opened.text and "BinarySecurityToken" in opened.text
