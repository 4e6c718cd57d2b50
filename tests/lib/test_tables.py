"""CSV for spreadsheet programs, and nouns after numbers."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from eurzad.lib.plurals import plural
from eurzad.lib.tables import csv_bytes


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_polish_decimals_and_iso_dates():
    content = csv_bytes(["a", "b", "c", "d"], [[date(2026, 5, 15), Decimal("-1234.50"), 7, None]])
    assert read(content) == [["a", "b", "c", "d"], ["2026-05-15", "-1234,50", "7", ""]]
    assert content.endswith(b"\r\n")


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "|calc", "%0A"]
)
def test_no_text_is_a_formula(evil):
    assert read(csv_bytes(["x"], [[evil]]))[1][0].startswith("'")


def test_separators_and_quotes_stay_inside_their_cell():
    assert read(csv_bytes(["x", "y"], [['a;b"c\r\nd\x00', "ż"]]))[1] == ['a;b"c\r\nd', "ż"]


@pytest.mark.parametrize(
    ("count", "pl", "en", "uk"),
    [
        (0, "rat", "rat", "rat"), (1, "rata", "rata", "rata"), (2, "raty", "rat", "raty"), (5, "rat", "rat", "rat"),
        (12, "rat", "rat", "rat"), (21, "rat", "rat", "rata"), (22, "raty", "rat", "raty"), (112, "rat", "rat", "rat"),
        (111, "rat", "rat", "rat"), (1004, "raty", "rat", "raty"),
    ],
)  # fmt: skip
def test_forms_after_a_number(count, pl, en, uk):
    assert [plural(count, "rata", "raty", "rat", language) for language in ("pl", "en", "uk")] == [pl, en, uk]
