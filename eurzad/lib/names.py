"""Names of people as people write them."""

import re

_CAPITALS = re.compile(r"\b[^\W\d_a-ząćęłńóśźż]{2,}\b")


def as_written(name: str) -> str:
    """Return `name` for reading: `ANNA WRZOS-MŁOT` of a certificate or a register becomes `Anna Wrzos-Młot`.

    A word that has a small letter is left as its owner wrote it, and so is a single letter ("J."), which
    nobody writes otherwise. For showing only: what is stored, compared and signed stays.
    """
    return _CAPITALS.sub(
        lambda word: word[0][0] + word[0][1:].lower() if word[0].isupper() else word[0], name
    )
