"""Data sets that the tests of formats share."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import numpy as np
import shapely

from geo3d.geometry import (
    Affine,
    Box,
    Geometry,
    Keypoint,
    Keypoints,
    MapFrame,
    Mask,
    MultiPolygon,
    MultiPolyline,
    PixelFrame,
    Point,
    Polygon,
    Polyline,
    Rings,
)
from geo3d.labels import (
    Annotation,
    AnnotationColumns,
    Asset,
    Attribute,
    Dataset,
    LabelClass,
    Ontology,
    Provenance,
    Scene,
    Skeleton,
)

UTM = "map.EPSG-32617"
AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)

ONTOLOGY = Ontology(
    version=7,
    classes=(
        LabelClass(
            slug="building",
            code=1,
            title='Building "A" & co',
            color="#e5484d",
            attributes=(
                Attribute(name="Height", type="number"),
                Attribute(name="floors", type="integer"),
                Attribute(name="is_roof_flat", type="boolean"),
                Attribute(name="use", type="choices", choices=("home", "shop, small", 'the "rest"')),
                Attribute(name="built", type="date"),
            ),
        ),
        LabelClass(slug="power-line", code=3, title="送電線", color="#4d7fe5"),
        LabelClass(
            slug="tower",
            code=9,
            title="power tower",
            color="#12a594",
            skeleton=Skeleton(names=("top", "left arm", "right arm"), edges=((0, 1), (0, 2)), flips=(0, 2, 1)),
        ),
        LabelClass(slug="other", code=500, title="Other", color="#999999", parent="building"),
    ),
)


def scene(*, size: tuple[int, int] = (1000, 800), is_placed: bool = True) -> Scene:
    """A scene of one UTM raster of 0.5 m pixels, and one camera picture that lies on no map."""
    link = Affine(a=0.5, b=0.0, c=500000.0, d=0.0, e=-0.5, f=4000000.0)
    pixel = PixelFrame(id="ortho.pixel", size=size, parent=UTM if is_placed else None, link=link if is_placed else None)
    frames = (pixel, MapFrame(id=UTM, crs="EPSG:32617")) if is_placed else (pixel,)
    asset = Asset(id="ortho", href="ortho.tif", title="ortho.tif", frame="ortho.pixel")
    return Scene(id="scene-1", title="Süd 1", frames=frames, assets=(asset,))


def shapes_map(frame: str = UTM, x: float = 500010.123456789, y: float = 3999900.987654321) -> list[Geometry]:
    """One geometry of every vector kind in map coordinates, inside the raster of `scene`."""

    def ring(dx: float, dy: float, side: float) -> tuple[tuple[float, float], ...]:
        return ((x + dx, y + dy), (x + dx + side, y + dy), (x + dx + side, y + dy + side / 3), (x + dx, y + dy + side))

    return [
        Point(frame=frame, position=(x + 1, y + 2)),
        Polyline(frame=frame, path=((x, y), (x + 30.5, y + 3.25), (x + 44, y - 20))),
        MultiPolyline(frame=frame, paths=(((x, y), (x + 3, y)), ((x, y + 9), (x + 3, y + 9), (x + 5, y + 1)))),
        Polygon(frame=frame, exterior=ring(0, 0, 30)),
        Polygon(frame=frame, exterior=ring(0, 0, 60), holes=(ring(5, 5, 9), ring(20, 5, 9))),
        MultiPolygon(
            frame=frame,
            parts=(Rings(exterior=ring(0, 0, 30), holes=(ring(3, 3, 6),)), Rings(exterior=ring(100, 0, 12))),
        ),
        Box(frame=frame, center=(x + 80, y + 30), size=(40.0, 12.5), angle=0.35),
        Keypoints(
            frame=frame,
            points=(
                Keypoint(name="top", position=(x + 5, y + 9)),
                Keypoint(name="left arm"),
                Keypoint(name="right arm", position=(x + 8, y + 6), visible=False),
            ),
        ),
    ]


def shapes_pixel(frame: str = "ortho.pixel") -> list[Geometry]:
    """One geometry of every kind of `shapes_map`, and a mask, in pixel coordinates."""
    shapes = shapes_map(frame, x=20.25, y=200.5)
    disc = np.hypot(*np.mgrid[-8:9, -8:9]) < 7
    disc[7:10, 7:10] = False
    return [*shapes, Mask.encode(frame, disc, (300, 400))]


def annotation(i: int, geometry: Geometry | None, label: str = "building", **fields: object) -> Annotation:
    """An annotation with stable id and time."""
    values: dict[str, object] = {
        "id": f"01a1f905-3075-75c8-84ca-{i:012d}",
        "scene": "scene-1",
        "fid": i + 1,
        "label": label,
        "geometry": geometry,
        "provenance": Provenance(actor="ann", at=AT, tool="polygon"),
        **fields,
    }
    return Annotation.model_validate(values)


def labels_of(shapes: list[Geometry]) -> list[Annotation]:
    """Annotations of all shapes and a tag, with every sort of attribute, gaps in ids and different histories."""
    full = {"Height": 12.5, "floors": 3, "is_roof_flat": True, "use": ("home", "shop, small"), "built": "1999-12-31"}
    labels = []
    for i, shape in enumerate(shapes):
        label = "tower" if shape.kind == "keypoints" else ("building", "power-line", "other")[i % 3]
        labels.append(annotation(i * 3, shape, label, attributes=full if label == "building" else {}))
    labels.append(
        annotation(900, None, "other", attributes={"note": 'he said: "no"\n日本', "Class": "clash", "fid": 4})
    )
    predicted = Provenance(
        method="predicted", actor="net", at=AT, tool="sam", score=0.75, sources=("m1", "m2"), guideline_version=2
    )
    labels[0] = labels[0].model_copy(update={"state": "accepted", "provenance": predicted, "thing": "thing-1"})
    labels[1] = labels[1].model_copy(update={"extra": {"elsewhere": {"a": [1, {"b": None}]}}})
    return labels


def dataset(labels: list[Annotation] | None = None, where: Scene | None = None) -> Dataset:
    """A data set of one scene."""
    found = labels_of(shapes_map()) if labels is None else labels
    return Dataset(ontology=ONTOLOGY, scenes=(where or scene(),), annotations=found)


def columns(n: int, seed: int = 1) -> AnnotationColumns:
    """Many small polygons of nine vertices with five attributes."""
    rng = random.Random(seed)
    turns = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    centers = np.array([(500000 + rng.random() * 20000, 4000000 - rng.random() * 20000) for _ in range(n)])
    rings = centers[:, None, :] + 6 * np.stack([np.cos(turns), np.sin(turns)], axis=1)[None]
    return AnnotationColumns(
        frame=UTM,
        geometries=shapely.polygons(rings),
        labels=["building"] * n,
        attributes=[{"a": i, "b": f"name {i}", "c": i / 7, "d": i % 2 == 0, "e": "x"} for i in range(n)],
        provenance=Provenance(method="imported", at=AT),
    )
