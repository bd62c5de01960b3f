"""Runs and chunks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo3d.labels import Layer
from geo3d.labels.runs import runs_between
from geo3d.store.painting import extended, inverse, pack_entries, pack_runs, painted, unpack_entries, unpack_runs


@given(
    st.integers(0, 2**32 - 1), st.sampled_from(["uint8", "uint16", "uint32"]), st.integers(1, 300), st.integers(1, 300)
)
def test_runs_lead_from_one_state_to_the_other_and_back(seed: int, dtype: str, n_before: int, n_after: int) -> None:
    rng = np.random.default_rng(seed)
    before, after = (rng.integers(0, 3, n).repeat(rng.integers(1, 5)).astype(dtype) for n in (n_before, n_after))
    n = max(len(before), len(after))
    runs = runs_between(extended(before, n), extended(after, n))
    if not len(runs):
        return
    assert np.array_equal(unpack_runs(pack_runs(runs)), runs)
    there, found_old = painted(before, runs)
    assert found_old
    assert np.array_equal(np.trim_zeros(there, "b"), np.trim_zeros(after, "b"))
    back, found_new = painted(there, inverse(runs))
    assert found_new
    assert np.array_equal(np.trim_zeros(back, "b"), np.trim_zeros(before, "b"))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32"])
def test_entries_are_packed_without_loss(dtype: str) -> None:
    top = np.iinfo(dtype).max
    for entries in (np.zeros(65536, dtype), np.full(7, top, dtype), np.arange(300).astype(dtype), np.empty(0, dtype)):
        found = unpack_entries(pack_entries(entries), dtype)
        assert found.dtype == entries.dtype
        assert np.array_equal(found, entries)
        found += 1  # writable
    assert len(pack_entries(np.full(65536, 3, dtype))) == 9


def test_a_layer_names_its_dtype() -> None:
    assert Layer(id="l", scene="s", asset="a", frame="f").dtype == "uint16"
