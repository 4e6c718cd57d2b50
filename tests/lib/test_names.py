"""Names in capitals are shown as people write them; any other name is left alone."""

import pytest

from eurzad.lib.names import as_written


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("ANNA WRZOS", "Anna Wrzos"),
        ("ŻANETA ŁĄCKA-ŚWIĘTA", "Żaneta Łącka-Święta"),
        ("PATRICK O'NEILL", "Patrick O'Neill"),
        ("ROMUALDA Sosna", "Romualda Sosna"),
        ("J. DĄB", "J. Dąb"),
        ("Anna Wrzos", "Anna Wrzos"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("Ronald McDonald", "Ronald McDonald"),
        ("123", "123"),
        ("", ""),
    ],
)
def test_a_name_is_shown_as_written(given: str, shown: str) -> None:
    assert as_written(given) == shown
