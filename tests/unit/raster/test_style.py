"""A style travels as a query and comes back the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo3d.errors import OptionError
from geo3d.raster.style import Style

NUMBERS = st.floats(-1e6, 1e6)
PAIRS = st.tuples(NUMBERS, NUMBERS).filter(lambda p: p[0] != p[1])
STYLES = st.builds(
    Style,
    bands=st.one_of(st.just(()), st.tuples(st.integers(1, 31)), st.tuples(*[st.integers(1, 31)] * 3)),
    expression=st.one_of(st.none(), st.sampled_from(["(b4-b3)/(b4+b3)", "b1 * 2 & b2", "b1;b2;b3"])),
    stretch=st.sampled_from(["auto", "none", "minmax", "percentile", "sigma"]),
    range=st.one_of(st.just(()), st.tuples(PAIRS), st.tuples(PAIRS, PAIRS, PAIRS)),
    percentiles=st.sampled_from([(2.0, 98.0), (0.0, 99.9)]),
    gamma=st.floats(0.1, 10),
    colormap=st.one_of(st.none(), st.just("viridis")),
    classes=st.lists(st.tuples(st.integers(-5, 300), st.tuples(*[st.integers(0, 255)] * 4)), max_size=3).map(tuple),
    hillshade=st.booleans(),
    nodata=st.one_of(st.none(), NUMBERS),
    background=st.tuples(*[st.integers(0, 255)] * 3),
)


@given(STYLES)
def test_a_style_returns_from_its_query(style: Style) -> None:
    again = Style.from_query(style.query)
    assert again == style
    assert again.query == style.query
    assert again.digest == style.digest


def test_the_default_is_the_empty_query() -> None:
    assert Style().query == ""
    assert Style.from_query("") == Style()
    assert Style.from_query("gamma=1.0&bands=&stretch=auto").digest == Style().digest


def test_order_does_not_matter_and_values_do() -> None:
    assert Style.from_query("gamma=2&bands=b4,b3,b2").digest == Style.from_query("bands=4,3,2&gamma=2.0").digest
    assert Style.from_query("bands=4,3,2").digest != Style.from_query("bands=4,2,3").digest


def test_ranges_may_repeat() -> None:
    assert Style.from_query("range=0,1&range=2,3&range=4,5").range == ((0, 1), (2, 3), (4, 5))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("band=1", "no style parameter is called 'band'"),
        ("bands=1,2", "one band or three"),
        ("bands=0", "greater than 0"),
        ("bands=x", "valid integer"),
        ("range=1,1", "must differ"),
        ("range=1", "range"),
        ("range=nan,1", "finite"),
        ("gamma=0", "greater than 0"),
        ("percentiles=90,10", "low,high"),
        ("classes=1:red", "no colour"),
        ("classes=a:ff0000", "valid integer"),
        ("stretch=magic", "stretch"),
        ("quality=0", "quality"),
    ],
)
def test_what_does_not_fit_is_named(query: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        Style.from_query(query)
