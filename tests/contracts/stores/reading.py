"""What a store promises about reading: queries, counts, bounds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely

from geo3d.errors import NotFound, OptionError
from geo3d.geometry import Box, Cuboid, Keypoint, Keypoints, Mask, Point, Polyline, Segment
from geo3d.labels import Annotation, Layer, Put
from geo3d.store import Query
from tests.contracts.stores.workbench import SCENE, StoreSuite, Workbench, annotation, square


def scatter(bench: Workbench, n: int = 60) -> list[Annotation]:
    """Draw annotations of all sorts, reproducibly, and return them as stored."""
    rng = np.random.default_rng(5)
    documents = [
        annotation(
            square(*rng.uniform(0, 900, 2), rng.uniform(0.01, 80), frame="fm"[int(rng.integers(2))]),
            label=("roof", "road", "tree")[int(rng.integers(3))],
            sample=(None, 0, 1)[int(rng.integers(3))],
            state=("draft", "submitted")[int(rng.integers(2))] if i % 3 else "draft",
            attributes={"kind": "oak"},
        )
        for i in range(n)
    ]
    commit = bench.apply(*(Put(document=d) for d in documents))
    return [Annotation.model_validate_json(d) for d in commit.documents]


class ReadingSuite(StoreSuite):
    def test_conditions_combine(self, bench: Workbench) -> None:
        stored = scatter(bench)
        box = (200.0, 200.0, 600.0, 500.0)

        def meets(d: Annotation) -> bool:
            assert d.geometry is not None
            return shapely.box(*d.geometry.bounds()).intersects(shapely.box(*box))

        conditions: list[tuple[dict[str, Any], Any]] = [
            ({}, lambda d: True),
            ({"frame": "m"}, lambda d: d.geometry.frame == "m"),
            ({"frame": "m", "bounds": box}, lambda d: d.geometry.frame == "m" and meets(d)),
            ({"frame": "f", "bounds": box, "labels": ("roof", "nothing")},
             lambda d: d.geometry.frame == "f" and meets(d) and d.label == "roof"),
            ({"labels": ("nothing",)}, lambda d: False),
            ({"labels": ("roof", "tree"), "states": ("submitted",)},
             lambda d: d.label in ("roof", "tree") and d.state == "submitted"),
            ({"sample": 0}, lambda d: d.sample == 0),
            ({"sample": 0, "frame": "f", "bounds": box},
             lambda d: d.sample == 0 and d.geometry.frame == "f" and meets(d)),
            ({"ids": (stored[3].id, stored[8].id, "x")}, lambda d: d.id in (stored[3].id, stored[8].id)),
            ({"fids": (stored[3].fid, 10**9)}, lambda d: d.fid == stored[3].fid),
            ({"after_fid": stored[30].fid, "labels": ("road",)},
             lambda d: d.fid > stored[30].fid and d.label == "road"),
            ({"frame": "nowhere"}, lambda d: False),
        ]  # fmt: skip
        for query, holds in conditions:
            expected = [d for d in stored if holds(d)]
            assert [Annotation.model_validate(d) for d in bench.read(**query)] == expected, query
            assert bench.store.count(SCENE, Query(**query)) == Counter(d.label for d in expected), query
            assert bench.ids(limit=3, **query) == [d.id for d in expected[:3]]

    def test_pages_of_fids_cover_everything_once(self, bench: Workbench) -> None:
        stored = scatter(bench)
        found, after = [], 0
        while page := bench.read(limit=7, after_fid=after):
            found += [d["id"] for d in page]
            after = page[-1]["fid"]
        assert found == [d.id for d in stored]

    def test_since_tells_what_is_new(self, bench: Workbench) -> None:
        first, second = bench.draw(), bench.draw()
        revision = bench.store.revision(SCENE)
        assert bench.read(since=revision) == []
        edited, third = bench.put(first.model_copy(update={"label": "road"})), bench.draw()
        assert bench.ids(since=revision) == [first.id, third.id]
        assert bench.ids(since=edited.revision) == [third.id]
        bench.delete(second)
        assert bench.ids(since=third.revision) == []
        bench.undo()
        assert bench.ids(since=third.revision) == [second.id]

    def test_bounds_are_exact_where_float32_is_not(self, bench: Workbench) -> None:
        """UTM northings have no room for centimetres in the index's float32: it must still not lie."""
        rng = np.random.default_rng(0)
        x, y = 500_000 + rng.uniform(0, 1, 50), 4_649_776 + rng.uniform(0, 1, 50)
        points = [Point(frame="m", position=(float(a), float(b))) for a, b in zip(x, y, strict=True)]
        bench.apply(*(Put(document=annotation(p)) for p in points))
        assert bench.store.bounds(SCENE) == {"m": (x.min(), y.min(), x.max(), y.max())}
        for i in range(50):
            box = (float(x[i]), float(y[i]), float(x[i]), float(y[i]))
            assert [tuple(d["geometry"]["position"]) for d in bench.read(frame="m", bounds=box)] == [(x[i], y[i])]
            right = float(np.nextafter(x[i], np.inf)), box[1], box[2] + 1e-9, box[3]
            assert all(d["geometry"]["position"][0] != x[i] for d in bench.read(frame="m", bounds=right))

    def test_bounds_of_each_frame_follow_edits(self, bench: Workbench) -> None:
        assert bench.store.bounds(SCENE) == {}
        near, far = bench.draw(square(10, 20)), bench.draw(square(500, 600))
        bench.draw(square(1, 1, frame="m"))
        assert bench.store.bounds(SCENE) == {"f": (10, 20, 510, 610), "m": (1, 1, 11, 11)}
        bench.delete(far)
        assert bench.store.bounds(SCENE)["f"] == (10, 20, 20, 30)
        bench.delete(near)
        assert set(bench.store.bounds(SCENE)) == {"m"}

    def test_every_kind_of_geometry_is_stored_and_found(self, bench: Workbench) -> None:
        layer = bench.put(Layer(id="points", scene=SCENE, asset="picture", frame="l"))
        assert bench.read(kind="layer")[0]["id"] == layer.id
        mask = Mask.encode("f", np.array([[True, False], [True, True]]), (100, 50))
        geometries = [
            square(),
            Box(frame="f", center=(200, 100), size=(20, 10), angle=0.5),
            Keypoints(frame="f", points=(Keypoint(name="a", position=(7, 8)), Keypoint(name="b"))),
            Keypoints(frame="f", points=(Keypoint(name="a"),)),
            mask,
            Polyline(frame="f", path=((0, 0), (30, 40))),
            Cuboid(frame="l", center=(1, 2, 3), size=(4, 2, 1)),
            Segment(frame="l", layer="points", value=4),
        ]
        stored = [bench.draw(g) for g in geometries]
        tag = bench.draw().model_copy(update={"geometry": None})
        bench.put(tag)
        assert [d.geometry for d in stored] == geometries
        assert len(bench.read()) == len(geometries) + 1
        assert bench.store.count(SCENE, Query()) == {"roof": 9}
        assert bench.store.count(SCENE, Query(frame="l")) == {"roof": 2}
        assert bench.ids(frame="f", bounds=(101, 50, 102, 52)) == [stored[4].id]
        assert bench.ids(frame="l", bounds=(0, 0, 9, 9)) == [stored[6].id]
        assert bench.store.bounds(SCENE)["l"] == (-1, 1, 3, 3)
        assert bench.is_sound()
        bench.store.rebuild()
        assert bench.is_sound()

    def test_counts_follow_edits(self, bench: Workbench) -> None:
        drawn = bench.draw(label="roof")
        bench.draw(label="tree")
        assert bench.store.count(SCENE, Query()) == {"roof": 1, "tree": 1}
        bench.put(drawn.model_copy(update={"label": "road", "state": "submitted"}))
        assert bench.store.count(SCENE, Query()) == {"road": 1, "tree": 1}
        assert bench.store.count(SCENE, Query(states=("draft",))) == {"tree": 1}
        bench.undo()
        assert bench.store.count(SCENE, Query()) == {"roof": 1, "tree": 1}

    def test_a_reader_sees_one_state_while_others_write(self, bench: Workbench) -> None:
        scatter(bench, 600)
        reading = bench.store.read(SCENE, Query())
        first = next(reading)
        bench.draw()
        for _ in range(2):
            bench.undo()
        assert len([first, *reading]) == 600
        assert bench.read() == []

    def test_questions_that_make_no_sense_are_refused(self, bench: Workbench) -> None:
        for query in (Query(bounds=(0, 0, 1, 1)), Query(kind="cat"), Query(states=("lost",))):
            with pytest.raises(OptionError):
                bench.store.read(SCENE, query)
            with pytest.raises(OptionError):
                bench.store.count(SCENE, query)
        for stream in ("nowhere", ""):
            with pytest.raises(NotFound):
                bench.store.read(stream, Query())
            with pytest.raises(NotFound):
                bench.store.count(stream, Query())

    def test_iterators_may_be_left(self, bench: Workbench) -> None:
        scatter(bench, 300)
        for _ in range(40):
            next(bench.store.read(SCENE, Query()))
        bench.draw()
        assert len(bench.read()) == 301
