"""Exact labels of the simulated country: what `render` drew, in map coordinates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from geo3d.geometry import Box, Geometry, Point, Polygon, Polyline
from geo3d.labels import Annotation, Attribute, LabelClass, Ontology, Provenance
from geo3d.synth.world import Array, World

ONTOLOGY = Ontology(
    version=1,
    classes=(
        LabelClass(
            slug="building", code=1, title="Building", color="#e5484d", key="1", geometries=("polygon", "multipolygon"),
            attributes=(
                Attribute(name="roof", type="choice", choices=("gable", "flat", "court")),
                Attribute(name="height_m", type="number", minimum=0.0),
            ),
            guideline="Outline the roof at its eaves, not the shadow. A courtyard is a hole.",
        ),
        LabelClass(
            slug="road", code=2, title="Road", color="#c98a3a", key="2", geometries=("polyline", "multipolyline"),
            attributes=(Attribute(name="surface", type="choice", choices=("asphalt", "gravel"), required=True),),
            guideline="Draw the centre line; the width goes from kerb to kerb.",
        ),
        LabelClass(
            slug="tree", code=3, title="Tree", color="#46a758", key="3", geometries=("point", "box"),
            attributes=(
                Attribute(name="crown_m", type="number", minimum=0.0),
                Attribute(name="kind", type="choice", choices=("broadleaf", "conifer")),
            ),
            guideline="Set the point at the middle of the crown.",
        ),
        LabelClass(
            slug="power-line", code=4, title="Power line", color="#4d7fe5", key="4",
            geometries=("polyline", "multipolyline"), guideline="One line for each conductor, from pylon to pylon.",
        ),
        LabelClass(
            slug="pylon", code=5, title="Pylon", color="#d64fd0", key="5", geometries=("box", "point"),
            guideline="A turned box around the cross arms.",
        ),
    ),
)  # fmt: skip
"""Classes of the demo project."""


def truth(world: World, scene: str, frame: str, origin: tuple[float, float], west_of: float) -> Iterator[Annotation]:
    """Iterate over the exact labels of everything whose middle lies west of a line.

    Args:
        world: What was drawn.
        scene: Id of the scene the labels belong to.
        frame: Id of the map frame, metres, x east.
        origin: Map coordinates of the world's south-west corner.
        west_of: Metres east of the corner: the other half is left for the visitor to draw.
    """
    made_by = Provenance(method="imported", actor="geo3d-demo", tool="synth")
    shift = np.array(origin)
    counter = 0

    def label(slug: str, geometry: Geometry, **attributes: str | float) -> Annotation:
        nonlocal counter
        counter += 1
        return Annotation(
            id=f"demo-{slug}-{counter:05d}", scene=scene, label=slug, geometry=geometry, attributes=dict(attributes),
            provenance=made_by, state="accepted",
        )  # fmt: skip

    def ring(coords: Array) -> tuple[tuple[float, float], ...]:
        return tuple((x, y) for x, y in (coords[:-1] + shift).tolist())

    for b in world.buildings:
        if b.footprint.centroid.x < west_of:
            exterior, *holes = (
                ring(shapely.get_coordinates(r)) for r in (b.footprint.exterior, *b.footprint.interiors)
            )
            yield label(
                "building",
                Polygon(frame=frame, exterior=exterior, holes=tuple(holes)),
                roof=b.roof,
                height_m=round(b.height, 1),
            )
    half = shapely.box(0, 0, west_of, world.side)
    for road in world.roads:
        for path in _inside(road.line, half):
            yield label("road", Polyline(frame=frame, path=_path(path + shift), width=road.width), surface=road.surface)
    trees = world.trees
    for i in np.flatnonzero(trees.position[:, 0] < west_of).tolist():
        x, y = (trees.position[i] + shift).tolist()
        kind = "conifer" if trees.kind[i] else "broadleaf"
        yield label(
            "tree", Point(frame=frame, position=(x, y)), crown_m=round(float(trees.radius[i]) * 2, 1), kind=kind
        )
    for conductor in world.line.conductors:
        for path in _inside(conductor, half):
            yield label("power-line", Polyline(frame=frame, path=_path(path + shift)))
    for foot, heading in zip(world.line.pylons, world.line.heading.tolist(), strict=True):
        if 0 <= foot[0] < west_of and 0 <= foot[1] < world.side:
            x, y = (foot + shift).tolist()
            yield label("pylon", Box(frame=frame, center=(x, y), size=(5.5, 2 * world.line.arm + 0.5), angle=heading))


def _inside(line: Array, area: shapely.Polygon) -> list[Array]:
    parts = shapely.get_parts(shapely.LineString(line).intersection(area))
    return [shapely.get_coordinates(p) for p in parts if p.geom_type == "LineString" and not p.is_empty]


def _path(coords: Array) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in coords.tolist())
