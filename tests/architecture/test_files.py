"""What no file of the project may carry: paths of a machine, registries of packages, a living person's PESEL."""

import re

from eurzad.lib import identifiers
from eurzad.lib.personas import BY_KEY
from tests.architecture.tree import ROOT, name_of, texts

# Written apart, so that this file does not carry them either.
_FOLDERS = ("work", "tmp", "root", "home", "Users", "mnt")
MACHINE_PATHS = re.compile(rf"""(?:^|[\s"'=(:`])/(?:{"|".join(_FOLDERS)})(?:/|["'\s]|$)""", re.MULTILINE)
_HOSTS = (
    "py" + "pi.",
    "python" + "hosted",
    "npm" + "js.",
    "yarn" + "pkg",
    "crates" + ".io",
    "rubygems" + ".org",
)
REGISTRIES = re.compile("|".join(re.escape(host) for host in _HOSTS))
_INDEX = re.compile(r"^\s*(?:-i|--(?:extra-)?index-url|--find-links)\b", re.MULTILINE)
ELEVEN_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9]{11}(?![0-9A-Za-z])")


def test_no_path_of_a_machine() -> None:
    found = {name_of(path): match.group() for path, text in texts() if (match := MACHINE_PATHS.search(text))}
    assert found == {}


def test_no_host_of_a_registry() -> None:
    found = {name_of(path): match.group() for path, text in texts() if (match := REGISTRIES.search(text))}
    assert found == {}


def test_requirements_are_pinned_by_hash_and_name_no_index() -> None:
    for name in ("base.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text()
        assert not _INDEX.search(text)
        packages = re.findall(r"^[A-Za-z0-9][^\s;]*", text, re.MULTILINE)
        assert len(packages) > 20 and all("==" in package for package in packages)
        assert text.count("--hash=sha256:") >= len(packages)


def test_every_pesel_in_the_project_is_of_the_1800s() -> None:
    """Nobody living has such a number, whoever the file tells of."""
    for path, text in texts():
        for number in set(ELEVEN_DIGITS.findall(text)):
            try:
                born = identifiers.pesel_birth_date(number)
            except identifiers.IdentifierError:
                continue
            assert 1800 <= born.year < 1900, f"{name_of(path)}: {number}"


def test_personas_are_in_the_product_by_one_file() -> None:
    numbers = {person.pesel for person in BY_KEY.values()}
    carriers = {
        name_of(path)
        for path, text in texts()
        if not name_of(path).startswith(("tests/", "docs/")) and numbers & set(ELEVEN_DIGITS.findall(text))
    }
    assert carriers == {"eurzad/lib/personas.py"}


def test_nothing_unfinished() -> None:
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    found = {name_of(path): match.group() for path, text in texts() if (match := marks.search(text))}
    assert found == {}
