"""Every template that is named exists, and every template that exists is named."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.template.loaders.app_directories import get_app_template_dirs

from tests.architecture.tree import ROOT, modules, name_of, tracked

NAMED_IN_TEMPLATES = re.compile(r"""{%-?\s*(?:extends|include)\s+["']([^"']+)["']""")
NAMED_IN_CODE = re.compile(r"""["']([\w./-]+\.(?:html|txt|xml|svg|js))["']""")
SIMULATORS = ("epuap/simulator/", "payments/simulator/")
BY_DJANGO = {"400.html", "403.html", "404.html", "429.html", "500.html"}


def templates(*, simulator: bool = False) -> Iterator[tuple[str, Path]]:
    """Templates of the portal, or of the simulator, by the name they are used by."""
    for path in tracked():
        name = name_of(path)
        if "/templates/" not in f"/{name}" or name.startswith("bench/"):
            continue
        if name.startswith(SIMULATORS) == simulator:
            yield f"/{name}".partition("/templates/")[2], path


def named(*, simulator: bool = False) -> dict[str, str]:
    """Names of templates that code or templates use, with where."""
    found = {}
    for path, text in modules():
        if name_of(path).startswith(SIMULATORS) == simulator or path.is_relative_to(
            ROOT / "eurzad" / "settings"
        ):
            found |= {name: name_of(path) for name in NAMED_IN_CODE.findall(text)}
    for _name, path in templates(simulator=simulator):
        found |= {name: name_of(path) for name in NAMED_IN_TEMPLATES.findall(path.read_text())}
    return found


def is_override(name: str) -> bool:
    """Whether an installed package has a template of that name, which ours takes the place of."""
    folders = [Path(folder) for folder in get_app_template_dirs("templates")]
    return any((folder / name).exists() for folder in folders if not folder.is_relative_to(ROOT / "portal"))


def test_every_named_template_exists_and_compiles() -> None:
    folders = {name.partition("/")[0] for name, _ in templates()} | {""}
    for name in named():
        if name.endswith(".html") and name.rpartition("/")[0].partition("/")[0] in folders:
            get_template(name)
    for name, _path in templates():
        get_template(name)


@pytest.mark.parametrize("simulator", [False, True], ids=["portal", "simulator"])
def test_no_template_is_left_over(simulator: bool) -> None:
    used = named(simulator=simulator)
    unused = [
        name_of(path)
        for name, path in templates(simulator=simulator)
        if name not in used and name not in BY_DJANGO and not (not simulator and is_override(name))
    ]
    assert unused == []


def test_no_two_templates_share_a_name() -> None:
    names = [name for name, _ in templates()]
    assert len(names) == len(set(names)) > 50
