"""What is wrong with a file and where; a value that may be personal is never repeated whole."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from taxes.imports.fields import UNWANTED

MOST = 200
"""So many problems are listed; the rest is counted."""
_LONG_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){8,}")
_UNWANTED = re.compile(f"[{UNWANTED}]")
_AMOUNT_LIKE = re.compile(r"[-+]?[0-9]{1,10}[.,][0-9]{1,6}")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `code` has its words in `taxes.imports.words`; `line` is 0 where the whole file is meant."""

    code: str
    file: str = ""
    line: int = 0
    field: str = ""
    value: str = ""
    detail: str = ""

    def as_dict(self) -> dict[str, str | int]:
        """The problem as it is stored and sent."""
        return asdict(self)


class Refused(Exception):
    """A file that cannot be read further; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def hide_number(match: "re.Match[str]") -> str:
    """Replace a long number by dots and its last two digits."""
    digits = match.group()
    return "•" * (len(digits) - 2) + digits[-2:]


def shown(value: object, *, personal: bool = False) -> str:
    """Return what a report may repeat of a value.

    Of personal data only how long it is; long numbers elsewhere lose all but two digits (somebody may have put a
    PESEL into a wrong column); what does not print is replaced.
    """
    if value is None:
        return ""
    text = str(value)
    if personal:
        return f"({len(text)})"
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    if not _AMOUNT_LIKE.fullmatch(cut):
        cut = _LONG_NUMBER.sub(hide_number, cut)
    return _UNWANTED.sub("\ufffd", cut)


class Report:
    """The problems of one file, the first `MOST` of them kept."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.problems: list[Problem] = []
        self.count = 0

    def __bool__(self) -> bool:
        return bool(self.count)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)

    def add(self, problem: Problem) -> None:
        """Note a problem."""
        self.count += 1
        if len(self.problems) < self.most:
            self.problems.append(problem)

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is wrong that reading on tells nothing new."""
        return self.count >= self.most * 50
