"""Alarms: what grows over these sizes wants to be divided."""

from tests.architecture.tree import ROOT, functions_of, modules, name_of

VIEW, TASK, MODULE, SETTINGS = 40, 8, 600, 300


def test_modules() -> None:
    sizes = {name_of(path): len(text.splitlines()) for path, text in modules()}
    assert len(sizes) > 150
    assert {name: size for name, size in sizes.items() if size > MODULE} == {}


def test_settings() -> None:
    files = list((ROOT / "eurzad" / "settings").glob("*.py"))
    assert len(files) >= 3
    assert [path.name for path in files if len(path.read_text().splitlines()) > SETTINGS] == []


def test_views() -> None:
    long = [
        f"{name_of(path)}: {function} ({size})"
        for path, text in modules()
        if path.stem in ("views", "saml_views") or path.parent.name == "views"
        for function, size in functions_of(text)
        if size > VIEW
    ]
    assert long == []


def test_tasks() -> None:
    long = [
        f"{name_of(path)}: {function} ({size})"
        for path, text in modules()
        if path.stem in ("tasks", "worker")
        for function, size in functions_of(text)
        if size > TASK
    ]
    assert long == []
