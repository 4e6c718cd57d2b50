"""Opening and checking a file as the import does, without a database."""

from pathlib import Path

from taxes.imports.checking import Checker, Known
from taxes.imports.problems import Problem, Refused, Report
from taxes.imports.reading import open_ledger
from taxes.imports.sample import TYPES


def problems_of(path: Path, *, known: Known | None = None) -> list[Problem]:
    """All problems of a file, in the order found."""
    report = Report()
    try:
        opened = open_ledger(path)
        checker = Checker(opened.envelope, report, terms=TYPES, known=known, file=opened.name)
        for row in opened.rows():
            checker.check(row)
        checker.finish()
    except Refused as refused:
        report.add(refused.problem)
    return list(report)
