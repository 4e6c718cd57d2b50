from typing import Any

import pytest

from portal.pages.checks import accent_is_readable
from tests.support.pages import PageClient


@pytest.fixture
def accent(settings: Any) -> Any:
    def choose(colour: str) -> None:
        settings.MUNICIPALITY = {**settings.MUNICIPALITY, "accent": colour}

    return choose


def test_the_towns_accent_is_a_style_sheet_of_ours(pages: PageClient, accent: Any) -> None:
    assert "/motyw.css" not in pages.get("/").content.decode()
    accent("#7a1f3d")
    assert "/motyw.css" in pages.get("/").content.decode()
    assert "--accent: #7a1f3d" in pages.get("/motyw.css").content.decode()


@pytest.mark.parametrize(
    ("colour", "codes"), [("#12508c", []), ("#ffcc00", ["pages.E002"]), ("blue", ["pages.E001"])]
)
def test_an_unreadable_accent_is_refused(accent: Any, colour: str, codes: list[str]) -> None:
    accent(colour)
    assert [problem.id for problem in accent_is_readable(None)] == codes
