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
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect

from scripts.translations import compile_all
from tests.e2e.look import Look
from tests.e2e.steps import BY_POST, Town

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 400

expect.set_options(timeout=30_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--screenshots DIR` keeps pictures of every page that is looked at."""
    parser.addoption("--screenshots", metavar="DIR", type=Path, help="keep pictures of the pages in DIR")
    parser.addoption(
        "--town", metavar="PORTAL,SIMULATOR", help="addresses of a demo town that runs and is still fresh"
    )


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


@pytest.fixture(scope="session")
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Start the demo town as `make demo` does, on free ports and an own folder, with every way to sign in."""
    if running := request.config.getoption("--town", None):
        yield Town(*running.split(","))
        return
    compile_all()
    folder = tmp_path_factory.mktemp("town")
    port, sim_port = _free_port(), _free_port()
    ways = {
        "IDPS": "login,epuap,pz",
        "IDP_PZ_PROFILE": "epuap",
        "IDP_PZ_BINDING": "post",
        "IDP_PZ_LABEL": BY_POST,
    }
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    environment = {
        **kept,
        **ways,
        "VAR_DIR": str(folder / "var"),
        "PORT": str(port),
        "SIM_PORT": str(sim_port),
    }
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
    deadline = time.monotonic() + START_SECONDS
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
    """A phone-sized Polish browser."""
    return {**browser_context_args, "locale": "pl-PL", "viewport": {"width": 360, "height": 780}}


@pytest.fixture
def open_browser(new_context: Callable[..., BrowserContext], town: Town) -> Iterator[Callable[..., Page]]:
    """Open a browser of its own (own cookies) and note what must not happen in it.

    At the end no page may have failed with 500 and above, asked another host for anything, run into the
    content security policy, or raised an error in its scripts.
    """
    faults: list[str] = []
    hosts = {urlsplit(town.portal).netloc, urlsplit(town.simulator).netloc, ""}

    def note_request(request: Request) -> None:
        if urlsplit(request.url).netloc not in hosts:
            faults.append(f"a page asked another host: {request.url}")

    def note_response(response: Response) -> None:
        if response.status >= 500:
            faults.append(f"{response.status} {response.url}")

    def note_message(message: ConsoleMessage) -> None:
        # What axe does to the page it looks at has no address.
        if "Content Security Policy" in message.text and message.location.get("url"):
            faults.append(message.text)

    def make(**options: object) -> Page:
        context = new_context(**options)
        context.set_default_timeout(15_000)
        context.on("request", note_request)
        context.on("response", note_response)
        context.on("console", note_message)
        context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
        return context.new_page()

    yield make
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(open_browser: Callable[..., Page]) -> Page:
    """The resident's browser."""
    return open_browser()


@pytest.fixture(scope="session")
def pages_seen() -> set[str]:
    """Names of the pages that were looked at in every width and colour scheme."""
    return set()


@pytest.fixture
def look(request: pytest.FixtureRequest, pages_seen: set[str]) -> Iterator[Look]:
    """Check the page in view with axe; with --screenshots also keep pictures of it."""
    look = Look(request.config.getoption("--screenshots", None), pages_seen)
    yield look
    assert not look.faults, "\n\n".join(look.faults)
