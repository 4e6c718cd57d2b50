"""Nouns after a number, in the three languages of the screen."""


def plural(count: int, one: str, few: str, many: str, language: str = "pl") -> str:
    """Return the form that stands after `count`: 1 rata, 2 raty, 5 rat, 12 rat, 22 raty.

    Each form is a text of its own, already translated, because Polish is the source language and gettext knows
    only two forms of a source text. Ukrainian counts 21 like 1; English has one form for everything but 1.
    """
    if language.startswith("en"):
        return one if count == 1 else many
    if count == 1 or (language.startswith("uk") and count % 10 == 1 and count % 100 != 11):
        return one
    return few if 2 <= count % 10 <= 4 and not 12 <= count % 100 <= 14 else many
