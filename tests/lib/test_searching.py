"""One spelling for what is stored and for what is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eurzad.lib import searching


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Źródło, ul. Łąkowa", "zrodlo ul. lakowa"),
        ("„Pod Lipą” sp. z o.o.", "pod lipa sp. z o.o."),
        ("UM/2026/0012", "um/2026/0012"),
        ("Straße\x00\tØre", "strasse ore"),
        ("", ""),
    ],
)
def test_normalise(text: str, normal: str) -> None:
    assert searching.normalise(text) == normal


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  Łąka łąka  rzeka. ", ("laka", "rzeka")),
        ("100-001-00-07", ("1000010007",)),
        ("100-00-10-007", ("1000010007",)),
        ("12-345", ("12-345",)),
        ("--- . /", ()),
    ],
)
def test_words(typed: str, words: tuple[str, ...]) -> None:
    assert searching.words_of(typed) == words


@given(st.text(max_size=400))
def test_any_text_is_tamed(text: str) -> None:
    words = searching.words_of(text)
    assert len(words) <= searching.MAX_WORDS
    assert all(word.isascii() and word == word.lower() for word in words)
    assert searching.normalise(searching.normalise(text)) == searching.normalise(text)
    assert len(searching.clean(text)) <= searching.MAX_TEXT
    assert searching.clean(text).isprintable()
