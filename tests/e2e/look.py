"""Looking at a page: axe on a desk and on a phone, light and dark; nothing wider than the screen; pictures."""

from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW, PHONE, DESK = 320, 360, 1280
SCHEMES = ("light", "dark")
_AT_REST = "Promise.all(document.getAnimations().map(one => one.finished)).then(() => true)"
_WIDER_THAN_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass(frozen=True)
class Look:
    """Checks of the page in view: the first page of a `name` in every way, later ones as the journey sees them."""

    pictures: Path | None
    seen: set[str]
    faults: list[str] = field(default_factory=list)
    """What is wrong with the pages looked at, gathered so that a journey shows all of it at once."""

    def __call__(self, page: Page, name: str) -> None:
        """Check the page in view, known as `name` in pictures."""
        if name in self.seen:
            self._check(page)
            return
        self.seen.add(name)
        before = page.viewport_size
        for width in (DESK, PHONE):
            page.set_viewport_size({"width": width, "height": 780})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                if (width, scheme) != (DESK, "dark"):
                    self._check(page)
                if self.pictures:
                    page.screenshot(path=self.pictures / f"{name}-{width}-{scheme}.png", full_page=True)
        page.set_viewport_size({"width": NARROW, "height": 780})
        self._check_width(page)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before or {"width": PHONE, "height": 780})

    def _check(self, page: Page) -> None:
        page.evaluate(_AT_REST)
        results = Axe().run(page)
        if results.violations_count:
            self.faults.append(f"{page.url} at {page.viewport_size}\n{results.generate_report()}")
        self._check_width(page)

    def _check_width(self, page: Page) -> None:
        if page.evaluate(_WIDER_THAN_SCREEN):
            self.faults.append(f"{page.url} at {page.viewport_size} scrolls sideways")
