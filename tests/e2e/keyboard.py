"""Going over a page with the keyboard alone."""

from playwright.sync_api import Page

MOST_TABS = 90
_FOCUSED = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return {
        name: ((one.labels && one.labels.length ? one.labels[0].innerText : one.innerText) || "").trim(),
        marked: style.outlineStyle !== "none" || style.boxShadow !== "none",
        hidden: over !== null && over !== one && !one.contains(over) && !over.contains(one),
        what: one.outerHTML.slice(0, 120),
    };
}"""


def press_until(page: Page, name: str, key: str = "Enter", *, backwards: bool = False) -> None:
    """Go by Tab to what is called `name` and press a key; on the way every stop shows the focus and is not covered."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        focused = page.evaluate(_FOCUSED)
        assert focused["marked"], f"no visible focus on {focused['what']}"
        assert not focused["hidden"], f"something covers {focused['what']}"
        if focused["name"].splitlines()[:1] == [name]:
            page.keyboard.press(key)
            return
    raise AssertionError(f"the keyboard does not reach {name}")
