"""Band arithmetic against numpy's own, and against text that wants to be more than arithmetic."""

from __future__ import annotations

import ast
import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo3d.errors import ExpressionError
from geo3d.raster.expression import parse

RNG = np.random.default_rng(3)
PLANES = {i: RNG.uniform(0.5, 4.0, (6, 5)) for i in (1, 2, 3, 4)}


def python_says(text: str) -> Any:
    """The same text by Python's own grammar and numpy: the oracle."""
    names = {f"b{i}": plane for i, plane in PLANES.items()}
    tree = ast.parse(text, mode="eval")
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Attribute | ast.Subscript)]
    return eval(
        compile(tree, "test", "eval"), {"__builtins__": {}, "sqrt": np.sqrt, "log": np.log, "abs": np.abs}, names
    )


def texts() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["b1", "b2", "b3", "b4", "2", "0.5", "1e-1", "3."])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["+", "-", "*", "/", " - ", "**"]), inner).map("".join),
            inner.map("({})".format),
            inner.map("-{}".format),
            inner.map("sqrt(abs({}))".format),
        ),
        max_leaves=8,
    )


@given(texts())
def test_precedence_and_values_are_pythons(text: str) -> None:
    expected = np.broadcast_to(0.0, (6, 5))
    with np.errstate(all="ignore"):
        try:
            expected = np.broadcast_to(python_says(text), (6, 5))
        except (OverflowError, ZeroDivisionError, TypeError):
            return  # constants only: Python objects where numpy has infinities
    if np.iscomplexobj(expected):
        return
    expression = parse(text, 4)
    found = np.broadcast_to(expression.evaluate({i: PLANES[i] for i in expression.bands}), (6, 5))
    assert np.allclose(found, expected, rtol=1e-9, equal_nan=True)


def test_the_vegetation_index() -> None:
    expression = parse("(b4-b3)/(b4+b3)", 4)
    assert expression.bands == (3, 4)
    assert np.array_equal(expression.evaluate(PLANES), (PLANES[4] - PLANES[3]) / (PLANES[4] + PLANES[3]))


def test_truth_is_one_and_zero() -> None:
    assert np.array_equal(
        parse("(b1 > 2) + (b2 <= 2) * !(b3 > 2)", 4).evaluate(PLANES),
        (PLANES[1] > 2) * 1.0 + (PLANES[2] <= 2) * ~(PLANES[3] > 2),
    )
    assert np.array_equal(
        parse("where(b1 > 2 & b2 > 2, b3, 0 - 1)", 4).evaluate(PLANES),
        np.where((PLANES[1] > 2) & (PLANES[2] > 2), PLANES[3], -1),
    )


def test_bands_have_names() -> None:
    names = {"NIR": 4, "red": 3, "B08": 2}
    assert parse("(nir-red)/(nir+Red)", 4, names).bands == (3, 4)
    assert parse("b08 + b1", 4, names).bands == (1, 2)


def test_division_by_zero_has_no_value() -> None:
    zero = {1: np.zeros((2, 2), np.float32), 2: np.zeros((2, 2), np.float32)}
    assert np.isnan(parse("b1/b2", 2).evaluate(zero)).all()


def test_float32_stays_float32() -> None:
    single = {1: np.ones((2, 2), np.float32)}
    assert parse("b1 * 2.5 + (b1 > 0)", 1).evaluate(single).dtype == np.float32


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("b5", "no band 'b5'"),
        ("b0", "no band 'b0'"),
        ("nir", "no band 'nir'"),
        ("b1 +", "ends too early"),
        ("(b1", "ends too early"),
        ("b1)", "operator is missing"),
        ("b1 b2", "operator is missing"),
        ("* b1", "a band or number is missing"),
        ("min(b1)", "takes 2"),
        ("__import__('os')", "no meaning"),
        ("open(b1)", "no function"),
        ("b1.__class__", "no meaning"),
        ("b1[0]", "no meaning"),
        ("b1 = 2", "no meaning"),
        ("(" * 60 + "b1" + ")" * 60, "nested"),
        ("-" * 100 + "b1", "nested"),
        ("b1+" * 500 + "b1", "1000 characters"),
        ("b1+" * 300 + "b1", "200 words"),
    ],
)
def test_what_is_no_arithmetic_is_refused(text: str, said: str) -> None:
    with pytest.raises(ExpressionError, match=said):
        parse(text, 4)


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        parse(text, 4)
