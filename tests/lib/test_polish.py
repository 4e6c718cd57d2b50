"""Noun forms after numbers, and words without tails."""

import pytest

from eurzad.lib import searching
from eurzad.lib.polish import plain, plural

ONE, FEW, MANY = "rata", "raty", "rat"


@pytest.mark.parametrize(
    ("form", "counts"),
    [
        (ONE, [1]),
        (FEW, [2, 3, 4, 22, 23, 24, 32, 44, 102, 103, 104, 122, 1002, 1_000_003]),
        (
            MANY,
            [0, 5, 6, 9, 10, 11, 12, 13, 14, 15, 20, 21, 25, 31, 100, 101, 111, 112, 113, 114, 1001, 1012],
        ),
    ],
)
def test_form_that_goes_with_a_number(form: str, counts: list[int]) -> None:
    assert {plural(count, ONE, FEW, MANY) for count in counts} == {form}


def test_without_tails() -> None:
    assert plain("Zażółć GĘŚLĄ jaźń") == "zazolc gesla jazn"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Źródło, ul. Łąkowa", ("zrodlo", "ul", "lakowa")),
        ("  ŁĄKA łąka ", ("laka",)),
        ("999-010-10-28", ("9990101028",)),
        ("UM/12/2026", ("um/12/2026",)),
        ("%_ \\ ' ; --", ()),
        ("a b c d e f g h i j", tuple("abcdefgh")),
        ("", ()),
        ("\x00\n\t", ()),
    ],
)
def test_words_to_look_for(typed: str, words: tuple[str, ...]) -> None:
    assert searching.words_of(typed) == words


def test_what_is_typed_is_shown_without_control_characters_and_cut() -> None:
    assert searching.clean("a\x00b\n<c>") == "a b <c>"
    assert len(searching.clean("x" * 1000)) == searching.MAX_TEXT
    assert searching.is_shortened("x" * 1000) and not searching.is_shortened("x")
