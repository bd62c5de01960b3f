"""Whatever stands in a file: labels, or an error that a person can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo3d.errors import Geo3dError
from geo3d.formats.base import ReadContext, WriteContext
from geo3d.formats.registry import readers, writers
from geo3d.formats.values import values_of
from tests.unit.formats import samples

READERS = readers()
SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS, lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(max_size=4), c, max_size=2), max_leaves=6
)


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Files of ours as parsed JSON."""
    folder = tmp_path_factory.mktemp("originals")
    found: dict[str, Any] = {}
    for name in ("geojson", "coco"):
        shapes = samples.shapes_map() if name == "geojson" else samples.shapes_pixel()
        writer = writers().make(name, {"coordinates": "native"} if name == "geojson" else {})
        target = folder / name
        writer.write(samples.dataset(samples.labels_of(shapes)), target, WriteContext())
        found[name] = json.loads((target / "annotations.json" if target.is_dir() else target).read_bytes())
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of everything that can be replaced."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in places(item, (*path, key)))] if path else [
        found for key, item in inner for found in places(item, (key,))
    ]  # fmt: skip


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy with one thing replaced."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("name", ["geojson", "coco"])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_wrong_thing_anywhere(name: str, data: st.DataObject, originals: dict[str, Any], tmp_path: Path) -> None:
    whole = originals[name]
    path = data.draw(st.sampled_from(places(whole)))
    source = tmp_path / "fuzz.json"
    source.write_text(json.dumps(replaced(whole, path, data.draw(JSON))), encoding="utf-8")
    try:
        imported = READERS.make(name).read(source, ReadContext())
        labels = [a for batch in imported.batches() for a in values_of(batch, imported.scene.id)]
        assert len(labels) <= imported.n + 100
    except Geo3dError as error:
        assert error.message  # noqa: PT017


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_wrong_thing_in_a_line(data: st.DataObject, tmp_path: Path) -> None:
    target = tmp_path / "a.jsonl"
    if not target.exists():
        writers().make("geo3d").write(samples.dataset(), target, WriteContext())
    lines = target.read_text(encoding="utf-8").splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    document = json.loads(lines[number])
    lines[number] = json.dumps(replaced(document, data.draw(st.sampled_from(places(document))), data.draw(JSON)))
    source = tmp_path / "fuzz.jsonl"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        imported = READERS.make("geo3d").read(source, ReadContext())
        list(imported.batches())
    except Geo3dError as error:
        assert error.message  # noqa: PT017
