"""Names of people as people write them."""

import re

_WORD = re.compile(r"[^\W\d_]+")


def as_written(name: str) -> str:
    """Return `name` for reading: `ANNA WRZOS-MŁOT` of a certificate or a register becomes `Anna Wrzos-Młot`.

    A name that has a small letter anywhere is left as its owner wrote it, and so are single letters
    ("J."), which nobody writes otherwise. For showing only: what is stored, compared and signed stays.
    """
    if not name.isupper():
        return name
    return _WORD.sub(lambda word: word[0][0] + word[0][1:].lower(), name)
