"""The files of the project."""

import ast
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("eurzad", "registers", "taxes", "payments", "portal", "epuap")
_NOT_OURS = {".git", ".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis"}


@lru_cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project: as git says, or all of them in a copy without git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        found = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    else:
        found = (path for path in ROOT.rglob("*") if not _NOT_OURS & set(path.relative_to(ROOT).parts))
    return tuple(sorted(path for path in found if path.is_file()))


def texts() -> Iterator[tuple[Path, str]]:
    """Files that are text, with their content."""
    for path in tracked():
        try:
            yield path, path.read_text()
        except UnicodeDecodeError:
            continue


def modules() -> Iterator[tuple[Path, str]]:
    """Python modules of the product."""
    for path, text in texts():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS:
            yield path, text


def functions_of(text: str) -> Iterator[tuple[str, int]]:
    """Names and lengths in lines of the functions and methods of a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
