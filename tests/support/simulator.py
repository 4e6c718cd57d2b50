"""The real simulator process, started once per session, and hands that click through its pages.

    def test_x(simulator, portal_talks_to_simulator): ...

`simulator.order("idp_expired")` orders a failure; the orders left over are withdrawn after each test.
"""

import base64
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import html

from eurzad.lib.personas import BY_KEY
from scripts.demo_keys import make as make_portal_keys

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30
PORTAL_URL = "http://127.0.0.1:8000"
OFFICE_ENTITY_ID = "MIASTOJARZEBIN"
OFFICE_BOX_NAME = "SkrytkaESP"


@dataclass(frozen=True)
class Simulator:
    """Where the process answers and where its files are."""

    base_url: str
    var_dir: Path
    portal_url: str

    @property
    def public_dir(self) -> Path:
        """Metadata and certificates the portal is configured with."""
        return self.var_dir / "simulator" / "public"

    @property
    def portal_keys(self) -> Path:
        """The portal's own keys, whose certificates the simulator knows."""
        return self.var_dir / "portal" / "keys"

    def order(self, behaviour: str, times: int = 1, seconds: int | None = None) -> None:
        """Order a failure for the next `times` occasions; `seconds` is how long a silence or delay lasts."""
        order = {"behaviour": behaviour, "times": times, "seconds": seconds}
        answer = requests.post(f"{self.base_url}/sterowanie/", json=order, timeout=10)
        answer.raise_for_status()

    def ordered(self) -> dict[str, int]:
        """Failures ordered and not used up yet."""
        answer: dict[str, int] = requests.get(f"{self.base_url}/sterowanie/", timeout=10).json()["behaviours"]
        return answer

    def deliver(self, content: bytes, *, sender: str = "grazyna", file_name: str = "wniosek.xml") -> int:
        """Put any file into the office's mailbox in a persona's name; return ePUAP's document number."""
        values = {"sender": sender, "file_name": file_name, "content": base64.b64encode(content).decode()}
        answer = requests.post(f"{self.base_url}/sterowanie/nadanie/", json=values, timeout=10)
        answer.raise_for_status()
        number: int = answer.json()["document"]
        return number

    def keep_file(self, content: bytes, *, file_name: str = "plan.pdf", mime: str = "application/pdf") -> str:
        """Leave a big file for the office; return the address to write into a document."""
        values = {
            "file_name": file_name,
            "mime_type": mime,
            "content": base64.b64encode(content).decode(),
        }
        answer = requests.post(f"{self.base_url}/sterowanie/plik/", json=values, timeout=10)
        answer.raise_for_status()
        address: str = answer.json()["address"]
        return address

    def release_receipts(self) -> int:
        """Let every late UPP (`nadaj_late_receipt`) come into the office's box now; return how many came."""
        answer = requests.post(f"{self.base_url}/sterowanie/upp/", json={}, timeout=10)
        answer.raise_for_status()
        released: int = answer.json()["released"]
        return released

    def revoke(self, serial: int) -> bool:
        """Revoke a certificate of the simulated authorities from now on; say whether there was one."""
        answer = requests.post(
            f"{self.base_url}/sterowanie/uniewaznienie/", json={"serial": str(serial)}, timeout=10
        )
        answer.raise_for_status()
        return bool(answer.json()["revoked"])

    def second_provider(self, *, binding: str = "artifact", by_session: bool = False) -> dict[str, Any]:
        """The entry of IDENTITY_PROVIDERS for Profil Zaufany; `by_session` has the person from getTpUserInfo."""
        natural_person = "http://eidas.europa.eu/attributes/naturalperson"
        attributes = {
            "identifier": f"{natural_person}/PersonIdentifier",
            "given_name": f"{natural_person}/CurrentGivenName",
            "family_name": f"{natural_person}/CurrentFamilyName",
            "birth_date": f"{natural_person}/DateOfBirth",
        }
        return {
            "metadata": self.public_dir / "idp-epuap-metadata.xml",
            "profile": "epuap",
            "label": "",
            "binding": binding,
            "levels": ("http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high"),
            "attributes": {} if by_session else attributes,
            "userinfo_url": f"{self.base_url}/pz-services/tpUserInfo" if by_session else "",
        }

    def portal_settings(self) -> dict[str, Any]:
        """Django settings with which the portal talks to this process."""
        keys, public = self.portal_keys, self.public_dir
        return {
            "PORTAL_BASE_URL": self.portal_url,
            "IDENTITY_PROVIDERS": {
                "login": {"metadata": public / "idp-metadata.xml", "profile": "login.gov.pl"}
            },
            "SAML_SP_ENTITY_ID": f"{self.portal_url}/saml/login/metadata/",
            "SAML_SP_KEY": keys / "sp.key",
            "SAML_SP_CERT": keys / "sp.crt",
            "SAML_SP_RSA_KEY": keys / "saml-rsa.key",
            "SAML_SP_RSA_CERT": keys / "saml-rsa.crt",
            "EPUAP_WS_URL": self.base_url,
            "EPUAP_ENTITY_ID": OFFICE_ENTITY_ID,
            "EPUAP_BOX_NAME": OFFICE_BOX_NAME,
            "EPUAP_BOX_ADDRESS": f"/{OFFICE_ENTITY_ID}/{OFFICE_BOX_NAME}",
            "EPUAP_WS_KEY": keys / "ws.key",
            "EPUAP_WS_CERT": keys / "ws.crt",
            "EPUAP_WS_PEER_CERT": public / "ws.crt",
            "EPUAP_SEAL_CERT": public / "epuap-seal.crt",
            "EPUAP_FORM_URL": f"{self.base_url}/epuap/formularz/wniosek-o-dostep/",
            "TPS_URL": f"{self.base_url}/ep-services/tpSigning5",
            "TPS_SEAL_CERT": public / "tps-seal.crt",
            "TRUST_LIST": public / "qualified-ca.crt",
            "PERSONAL_TRUST_LIST": public / "personal-ca.crt",
            "SEAL_KEY": keys / "seal.key",
            "SEAL_CERT": keys / "seal.crt",
            "PAYU_BASE_URL": self.base_url,
        }


@contextmanager
def run_simulator(
    var_dir: Path, portal_url: str = PORTAL_URL, *, settings: Mapping[str, str] | None = None
) -> Iterator[Simulator]:
    """Make the keys of both sides in `var_dir`, start the process on a free port, stop it at the end.

    `settings` are further variables of its environment.
    """
    make_portal_keys(var_dir / "portal" / "keys")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "eurzad.simulator.settings",
            "DEMO_MODE": "1",
            "VAR_DIR": str(var_dir),
            "SIM_BASE_URL": base_url,
            "PORTAL_BASE_URL": portal_url,
            "SIM_OFFICE_ENTITY_ID": OFFICE_ENTITY_ID,
            "SIM_OFFICE_BOX_NAME": OFFICE_BOX_NAME,
            **(settings or {}),
        }
        prepare = [sys.executable, "manage.py", "prepare_simulator"]
        subprocess.run(prepare, cwd=ROOT, env=environment, check=True, capture_output=True)
        number = listener.fileno()
        serve = ["-m", "gunicorn", "eurzad.simulator.wsgi", "-b", f"fd://{number}", "--log-level", "warning"]
        threads = ["--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
        impatient = ["--graceful-timeout", "1"]
        with (var_dir / "simulator.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *serve, *threads, *impatient],
                cwd=ROOT,
                env=environment,
                pass_fds=(number,),
                stdout=log,
                stderr=log,
            )
    try:
        _wait_until_up(base_url, process, var_dir / "simulator.log")
        yield Simulator(base_url, var_dir, portal_url)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(base_url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{base_url}/sterowanie/", timeout=5).raise_for_status()
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"The simulator did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def _simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    # A notification sent again after its test would write through the connection that the next test is using.
    once = {"SIM_PAYU_SENDS_AGAIN": "0"}
    with run_simulator(tmp_path_factory.mktemp("simulator"), settings=once) as running:
        yield running


@pytest.fixture
def simulator(_simulator_process: Simulator) -> Iterator[Simulator]:
    """The running simulator, with no failures ordered before or after the test."""
    yield _simulator_process
    for behaviour in _simulator_process.ordered():
        _simulator_process.order(behaviour, 0)


@pytest.fixture
def portal_talks_to_simulator(simulator: Simulator, settings: Any) -> Simulator:
    """Point the portal's settings at the simulator."""
    for name, value in simulator.portal_settings().items():
        setattr(settings, name, value)
    return simulator


def forms_of(page: requests.Response) -> list[Any]:
    """The forms of an HTML page."""
    found: list[Any] = html.fromstring(page.text, base_url=page.url).forms
    return found


def post_form(
    browser: requests.Session,
    page: requests.Response,
    number: int = 0,
    *,
    files: dict[str, tuple[str, bytes, str]] | None = None,
    **values: str,
) -> Any:
    """Submit the form of that number of a page, its own fields filled, with `values` added; no redirects."""
    form = forms_of(page)[number]
    data = dict(form.form_values()) | values
    form.make_links_absolute(page.url)
    target = form.action or page.url
    return browser.post(target, data=data, files=files, timeout=20, allow_redirects=False)


def drive_sign_in(
    simulator: Simulator,
    *,
    saml_request: str,
    relay_state: str,
    choice: str = "anna",
    browser: requests.Session | None = None,
    path: str = "/login/SingleSignOnService",
) -> tuple[str, dict[str, str]]:
    """Post an AuthnRequest, choose a persona (or "cancel"); return the ACS URL and the fields for it.

    `choice` "greta" is somebody from another country; the second provider's `path` is
    "/dt/SingleSignOnService".
    """
    browser = browser or requests.Session()
    chooser = browser.post(
        f"{simulator.base_url}{path}",
        data={"SAMLRequest": saml_request, "RelayState": relay_state},
        timeout=20,
    )
    assert chooser.status_code == 200, html.fromstring(chooser.text).text_content()
    answer = post_form(browser, chooser, choice=choice)
    assert answer.status_code == 200, answer.text
    form = forms_of(answer)[0]
    return form.action, dict(form.form_values())


def drive_signing(
    url: str,
    *,
    signer: str = "anna",
    kind: str = "epsignature",
    cancel: bool = False,
    browser: requests.Session | None = None,
) -> str:
    """Sign (or cancel) at the page TPS5 has named; return where the browser is sent back."""
    browser = browser or requests.Session()
    page = browser.get(url, timeout=20)
    assert page.status_code == 200, page.text
    pesel = re.escape(BY_KEY[signer].pesel)
    label = next(x for x in html.fromstring(page.text).iter("label") if re.search(pesel, x.text_content()))
    button = {"cancel": "1"} if cancel else {"sign": "1"}
    answer = post_form(browser, page, kind=kind, signer=label.find("input").get("value"), **button)
    assert answer.status_code == 302, answer.text
    location: str = answer.headers["Location"]
    return location


def sign_file(
    simulator: Simulator,
    content: bytes,
    *,
    file_name: str = "wniosek.xml",
    packaging: str = "enveloped",
    kind: str = "qualified",
    state: str = "valid",
    signer: str = "anna",
) -> bytes:
    """Have a resident sign a file outside the portal (`/podpisz-plik/`); return the signed file.

    `packaging`: enveloped, enveloping (base64), enveloping-xml, detached, pdf. `kind`: qualified, personal,
    epsignature, podpiszp. `state` of the certificate: valid, revoked (a day ago), expired, unqualified, foreign.
    """
    browser = requests.Session()
    page = browser.get(f"{simulator.base_url}/podpisz-plik/", timeout=20)
    mime = "application/pdf" if content.startswith(b"%PDF") else "text/xml"
    chosen = {"packaging": packaging, "kind": kind, "state": state, "signer": signer}
    answer = post_form(browser, page, files={"file": (file_name, content, mime)}, **chosen)
    assert answer.status_code == 200, html.fromstring(answer.text).text_content()
    signed: bytes = answer.content
    return signed


def enter_account(simulator: Simulator, owner: str) -> requests.Session:
    """Open a persona's account on ePUAP in a new browser."""
    browser = requests.Session()
    page = browser.get(f"{simulator.base_url}/epuap/", timeout=20)
    assert post_form(browser, page, choice=owner).status_code == 302
    return browser


def drive_receiving(
    simulator: Simulator, document_id: str, *, owner: str = "grazyna", kind: str = "epsignature"
) -> str:
    """Sign the UPD of a letter ordered with `dorecz` as its addressee; return the text of the open letter's page."""
    browser = enter_account(simulator, owner)
    account = html.fromstring(browser.get(f"{simulator.base_url}/epuap/", timeout=20).text)
    (link,) = account.xpath("//a[normalize-space()=$text]/@href", text=f"Pismo {document_id}")
    waiting = browser.get(simulator.base_url + link, timeout=20)
    to_signing = post_form(browser, waiting, 1)
    assert to_signing.status_code == 302, to_signing.text
    back = drive_signing(to_signing.headers["Location"], signer=owner, kind=kind, browser=browser)
    opened = browser.get(back, timeout=20)
    assert opened.status_code == 200, opened.text
    return opened.text


def drive_epuap_application(
    simulator: Simulator,
    *,
    sender: str = "grazyna",
    kind: str = "epsignature",
    attachment: tuple[str, bytes, str] | None = None,
    as_big_file: bool = False,
) -> str:
    """Fill, sign and send the town's form on ePUAP in a persona's name; return the address of the sent document.

    `attachment` is (name, content, MIME type), inside the document or as a file of the repository.
    """
    browser = enter_account(simulator, sender)
    form = browser.get(f"{simulator.base_url}/epuap/formularz/wniosek-o-dostep/", timeout=20)
    files = {"attachment": attachment} if attachment else None
    big = {"as_big_file": "on"} if as_big_file else {}
    filled = post_form(
        browser, form, 1, files=files, statement="on", reasons="Chcę widzieć swoje opłaty.", **big
    )
    draft_url = simulator.base_url + filled.headers["Location"]
    to_signing = post_form(browser, browser.get(draft_url, timeout=20), 1)
    back = drive_signing(to_signing.headers["Location"], signer=sender, kind=kind, browser=browser)
    sent = post_form(browser, browser.get(back, timeout=20), 1)
    assert sent.status_code == 302, sent.text
    return simulator.base_url + str(sent.headers["Location"])
