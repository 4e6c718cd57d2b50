"""Polish grammar in code."""


def plural(count: int, one: str, few: str, many: str) -> str:
    """Return the noun form that goes with `count`: 1 rata, 2-4 raty, 5 rat, 12 rat, 22 raty."""
    if count == 1:
        return one
    if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14):
        return few
    return many


_PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def plain(text: str) -> str:
    """Return `text` in lower case without Polish letters, for searching."""
    return text.translate(_PLAIN).lower()
