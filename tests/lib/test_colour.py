import pytest

from eurzad.lib.colour import contrast


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#12508c", "#ffffff", 8.2),
        ("#767676", "#ffffff", 4.5),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.06)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("colour", ["red", "#fff", "#12508g", "", "#12508c;}"])
def test_only_six_digits_are_a_colour(colour: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        contrast(colour, "#ffffff")
