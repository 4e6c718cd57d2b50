"""Plain-text normalisation shared by everything that can be searched.

One spelling for what is stored and for what is typed: lower case, Polish letters without their tails,
punctuation as spaces. It is done here and not in the database, so that SQLite and PostgreSQL answer alike.
"""

import re
import unicodedata

MAX_TEXT = 200
MAX_WORDS = 8

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe"})
_NOT_SEARCHED = re.compile(r"[^0-9a-z./_-]+")
_SPLIT_NIP = re.compile(r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}")


def normalise(text: str) -> str:
    """The searchable spelling of `text`: "Źródło, ul. Łąkowa" becomes "zrodlo ul. lakowa"."""
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_SEARCHED.sub(" ", bare).strip()


def words_of(text: str) -> tuple[str, ...]:
    """The words to look for in a typed query, each once.

    At most `MAX_WORDS` words of the first `MAX_TEXT` characters. A tax number typed with hyphens is looked
    for without them.
    """
    found: dict[str, None] = {}
    for word in normalise(text[:MAX_TEXT]).split():
        plain = word.strip("./_-")
        if _SPLIT_NIP.fullmatch(plain):
            plain = plain.replace("-", "")
        if plain:
            found[plain] = None
    return tuple(found)[:MAX_WORDS]


def is_shortened(text: str) -> bool:
    """True when `words_of(text)` looks for less than was typed."""
    return len(text) > MAX_TEXT or len(set(normalise(text[:MAX_TEXT]).split())) > MAX_WORDS


def clean(text: str) -> str:
    """What was typed, fit to be shown back and put in an address: cut to size, without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[:MAX_TEXT]).split())
