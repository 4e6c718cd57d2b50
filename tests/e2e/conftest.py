"""Journeys run against the very processes of `make demo`, in a real Chromium."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from eurzad.lib.personas import Persona
from portal.people.demo import DEMO_PASSWORD, totp_secret

ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a journey."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Town:
    """Where the demo town answers."""

    portal: str
    simulator: str


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Start the demo town as `make demo` does, on free ports and an own folder."""
    folder = tmp_path_factory.mktemp("town")
    port, sim_port = _free_port(), _free_port()
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    environment = {**kept, "VAR_DIR": str(folder / "var"), "PORT": str(port), "SIM_PORT": str(sim_port)}
    output = folder / "demo.log"
    with output.open("wb") as log:
        demo = subprocess.Popen(
            [sys.executable, str(ROOT / "scripts" / "demo.py")],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    town = Town(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sim_port}")
    try:
        _wait_for(f"{town.portal}/healthz", demo, output)
        _wait_for(f"{town.simulator}/", demo, output)
        yield town
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=40)


def _wait_for(url: str, demo: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and demo.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"The demo did not start:\n{output.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium, quiet."""
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture
def browser_context_args(browser_context_args: dict) -> dict:
    """A phone-sized Polish browser; a page that asks for the network outside gets nothing."""
    return {**browser_context_args, "locale": "pl-PL", "viewport": {"width": 360, "height": 780}}


@pytest.fixture
def page(page: Page) -> Page:
    """A page whose slow steps (worker, simulator) may take half a minute."""
    page.set_default_timeout(15_000)
    expect.set_options(timeout=30_000)
    return page


@pytest.fixture
def accessible(page: Page, request: pytest.FixtureRequest) -> Callable[[], None]:
    """Check the page in view with axe; with --screenshots also keep pictures of it."""

    def check() -> None:
        results = Axe().run(page)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


def sign_in_clerk(page: Page, town: Town, clerk: Persona) -> None:
    """Sign a demo clerk in with password and TOTP."""
    page.goto(f"{town.portal}/admin/")
    page.get_by_label("Nazwa użytkownika").fill(clerk.key)
    page.get_by_label("Hasło").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Zaloguj").click()
    page.locator("input[name=code]").fill(pyotp.TOTP(totp_secret(clerk)).now())
    page.locator("main form button, #content form button").first.click()
