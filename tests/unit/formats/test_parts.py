"""The small parts that formats share: JSON streams, run lengths, chips, targets, reports, merging."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from pydantic import ValidationError

from geo3d.errors import FormatError, LimitExceeded
from geo3d.formats import jsonstream
from geo3d.formats.chip import ChipGrid
from geo3d.formats.jsonstream import ArrayStream
from geo3d.formats.merge import settled
from geo3d.formats.report import MOST_NAMED, LossLog, Report
from geo3d.formats.rle import compressed, counts_of, expanded, mask_of, read_rle
from geo3d.formats.target import whole_file, whole_folder
from geo3d.geometry import Polygon, Polyline
from geo3d.geometry.polygon import Ring

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | st.text(
    st.sampled_from('ab"\\{}[],: \n日'), max_size=6
)  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda c: st.lists(c, max_size=3) | st.dictionaries(st.sampled_from(["list", "a", '"']), c), max_leaves=8
)


@given(
    rest=st.dictionaries(st.sampled_from(["a", "b", '\\"', "z"]), JSON),
    elements=st.lists(st.dictionaries(st.text(max_size=3), JSON), max_size=5),
    chunk=st.integers(1, 40),
    is_pretty=st.booleans(),
    is_first=st.booleans(),
)
def test_json_streams_are_what_json_is(
    rest: Any, elements: Any, chunk: int, is_pretty: bool, is_first: bool, tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    whole = {"list": elements, **rest} if is_first else {**rest, "list": elements}
    path.write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2 if is_pretty else None))
    before, jsonstream.CHUNK = jsonstream.CHUNK, chunk
    try:
        stream = ArrayStream(path, "list")
        assert [element for _, element in stream.elements()] == elements
        assert stream.rest == {**whole, "list": []}
    finally:
        jsonstream.CHUNK = before


def test_an_endless_element_is_refused_before_it_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonstream, "LARGEST", 1 << 16)
    monkeypatch.setattr(jsonstream, "CHUNK", 1 << 12)
    path = tmp_path / "a.json"
    path.write_text('{"features":[{"coordinates":[' + "[0,0]," * 50000 + "[0,0]]}]}")
    with pytest.raises(LimitExceeded, match=r"features\[0\]"):
        list(ArrayStream(path, "features").elements())


@given(st.integers(1, 14), st.integers(1, 14), st.data())
def test_run_lengths_are_those_of_pycocotools(height: int, width: int, data: st.DataObject) -> None:
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    w, h = data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y))
    crop = np.array(data.draw(st.lists(st.booleans(), min_size=w * h, max_size=w * h))).reshape(h, w)
    full = np.zeros((height, width), dtype=bool)
    full[y : y + h, x : x + w] = crop
    counts = counts_of(crop, (x, y), (width, height))
    text = compressed(counts)
    assert text == coco_mask.encode(np.asfortranarray(full.astype(np.uint8)))["counts"].decode()
    assert expanded(text, "here") == counts
    mask = mask_of(counts, (width, height), "f", "here")
    back = np.zeros((height, width), dtype=bool)
    back[mask.offset[1] : mask.offset[1] + mask.size[1], mask.offset[0] : mask.offset[0] + mask.size[0]] = mask.decode()
    np.testing.assert_array_equal(back, full)


def test_the_documented_run_lengths() -> None:
    """formats.md 1.1: row 1, columns 2..4 of 4 x 6."""
    mask = read_rle({"size": [4, 6], "counts": [9, 1, 3, 1, 3, 1, 6]}, (6, 4), "f", "here")
    assert (mask.offset, mask.size) == ((2, 1), (3, 1))
    assert read_rle({"size": [4, 6], "counts": "9130003"}, (6, 4), "f", "here") == mask


@given(st.text(max_size=30))
def test_any_text_is_run_lengths_or_an_error(text: str) -> None:
    try:
        read_rle({"size": [7, 5], "counts": text}, (5, 7), "f", "here")
    except FormatError as error:
        assert "here" in error.message  # noqa: PT017


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 80), st.integers(0, 40))
def test_chips_cover_the_raster_and_stay_inside(width: int, height: int, side: int, overlap: int) -> None:
    if overlap >= side:
        with pytest.raises(FormatError):
            ChipGrid((width, height), side, overlap)
        return
    grid = ChipGrid((width, height), side, overlap)
    seen = np.zeros((height, width), dtype=bool)
    for index in range(len(grid)):
        (x, y), (w, h) = grid.offset(index), grid.shape
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height  # noqa: PT018
        seen[y : y + h, x : x + w] = True
    assert seen.all()
    probe = np.array([width * 0.3, height * 0.4, width * 0.6, height * 0.5])
    expected = {
        i for i in range(len(grid))
        if grid.offset(i)[0] <= probe[2] and grid.offset(i)[0] + grid.shape[0] >= probe[0]
        and grid.offset(i)[1] <= probe[3] and grid.offset(i)[1] + grid.shape[1] >= probe[1]
    }  # fmt: skip
    assert set(grid.touching(probe)) == expected


def test_files_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("before")
    with pytest.raises(RuntimeError), whole_file(target) as temporary:  # noqa: PT012
        temporary.write_text("half")
        temporary.with_name(temporary.name + "-wal").write_text("side file")
        raise RuntimeError
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "before")]
    with whole_file(target) as temporary:
        temporary.write_text("after")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "after")]
    with pytest.raises(FormatError, match="is not there"), whole_file(tmp_path / "no/a.txt"):
        pass


def test_folders_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out"
    for text in ("first", "second"):
        with whole_folder(target) as temporary:
            (temporary / "geo3d.json").write_text("{}")
            (temporary / "sub").mkdir()
            (temporary / "sub/a.txt").write_text(text)
        assert (target / "sub/a.txt").read_text() == text
    with pytest.raises(RuntimeError), whole_folder(target) as temporary:  # noqa: PT012
        (temporary / "b.txt").write_text("half")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert (target / "sub/a.txt").read_text() == "second"


def test_a_report_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValidationError, match="forgot"):
        Report(format="x", given=3, written=1, n_lost=1)


def test_a_million_losses_are_counted_and_a_thousand_named() -> None:
    log = LossLog()
    for i in range(5000):
        log.lose(str(i), "point", "a" if i % 2 else "b", "because")
    report = log.report("x", 6000)
    assert (report.written, report.n_lost, len(report.lost)) == (1000, 5000, MOST_NAMED)
    assert report.lost_by_reason == {"a": 2500, "b": 2500}
    assert "lost: 2500 x a (because)" in report.text()
    assert json.loads(report.model_dump_json())["n_lost"] == 5000


def _ring(*positions: tuple[float, float]) -> Ring:
    return tuple(positions)


def test_what_did_not_move_stays_bit_for_bit() -> None:
    old = Polygon(frame="m", exterior=_ring((0.1, 0.2), (10.3, 0.2), (10.3, 10.7), (0.1, 10.7)))
    noise = 3e-9
    turned = _ring((10.3 + noise, 10.7), (10.3, 0.2 - noise), (0.1, 0.2), (0.1 + noise, 10.7 + noise))
    assert settled(Polygon(frame="m", exterior=turned), old, 1e-6) == old
    moved = _ring((0.1 + noise, 0.2), (10.3, 0.2), (12.5, 10.7), (0.1, 10.7 - noise))
    back = settled(Polygon(frame="m", exterior=moved), old, 1e-6)
    assert isinstance(back, Polygon)
    assert back.exterior == ((0.1, 0.2), (10.3, 0.2), (12.5, 10.7), (0.1, 10.7))
    line = Polyline(frame="m", path=((0.1, 0.2), (5, 5)))
    assert settled(line, old, 1e-6) == line
