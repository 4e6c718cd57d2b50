"""Every page of the simulator is a sound page."""

import subprocess
import sys

import requests
from lxml import html

from eurzad.lib.personas import GRAZYNA
from tests.epuap.simulator.peer import Peer
from tests.support.pages import check_page
from tests.support.simulator import ROOT, drive_epuap_application, post_form


def test_pages(peer: Peer) -> None:
    base = peer.simulator.base_url
    browser = requests.Session()

    def check(page: requests.Response, status: int = 200) -> requests.Response:
        assert page.status_code == status
        check_page(page)  # type: ignore[arg-type]
        return page

    check(browser.get(f"{base}/", timeout=10))
    sso = f"{base}/login/SingleSignOnService"
    check(browser.post(sso, data={"SAMLRequest": "x"}, timeout=10), 400)
    chooser = check(browser.post(sso, data={"SAMLRequest": peer.authn_request()}, timeout=10))
    check(post_form(browser, chooser, choice="anna"))
    signing = peer.leave_document(b"<Pismo>Tekst</Pismo>").findtext("addDocumentToSigningReturn")
    check(browser.get(signing, timeout=10))
    check(post_form(browser, browser.get(signing, timeout=10), sign="1", kind="nieznany"), 400)
    chooser = check(browser.get(f"{base}/epuap/", timeout=10))
    post_form(browser, chooser, choice="grazyna")
    form = check(browser.get(f"{base}/epuap/formularz/wniosek-o-dostep/", timeout=10))
    assert GRAZYNA.pesel in form.text and GRAZYNA.street in form.text
    check(post_form(browser, form, 1, postal_code="x"), 400)
    sent = drive_epuap_application(peer.simulator)
    peer.submit(b"<Pismo>Tekst</Pismo>")
    check(browser.get(f"{base}/epuap/", timeout=10))
    message = check(browser.get(sent, timeout=10))
    receipt = html.fromstring(message.text).xpath("//a[contains(@href, '/upp/')]/@href")[0]
    check(browser.get(base + receipt, timeout=10))
    draft = post_form(browser, form, 1, statement="on")
    check(browser.get(base + draft.headers["Location"], timeout=10))
    elsewhere = f"{base}/epuap/logowanie/?dalej=https://obcy.example.test/"
    away = post_form(browser, browser.get(elsewhere, timeout=10), choice="anna")
    assert away.headers["Location"] == "/epuap/"


def test_starts_beside_a_demo_only() -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "eurzad.simulator.settings", "DEMO_MODE": "0", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "manage.py", "prepare_simulator"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert b"DEMO_MODE is off" in done.stderr
