"""Operations on shapes over HTTP: what GEOS says is what comes back, and what cannot be done is told."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest
import shapely
from pyproj import Geod

from tests.live import actor_of

SQUARE = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]]


def polygon(x: float = 0, y: float = 0, *, frame: str = "px", holes: list[Any] | None = None) -> dict[str, Any]:
    ring = [[px + x, py + y] for px, py in SQUARE]
    return {"kind": "polygon", "frame": frame, "exterior": ring, "holes": holes or []}


def line(*path: list[float], frame: str = "px") -> dict[str, Any]:
    return {"kind": "polyline", "frame": frame, "path": list(path), "width": None}


def ask(client: httpx.Client, scene: str, operation: str, *geometries: Any, **options: Any) -> httpx.Response:
    body = {"operation": operation, "geometries": list(geometries), "options": options}
    return client.post(f"/api/scenes/{scene}/geometry", json=body)


def shape(geometry: dict[str, Any]) -> shapely.Geometry:
    match geometry["kind"]:
        case "polygon":
            return shapely.Polygon(geometry["exterior"], geometry["holes"])
        case "multipolygon":
            return shapely.MultiPolygon([(p["exterior"], p["holes"]) for p in geometry["parts"]])
        case _:
            return shapely.LineString(geometry["path"])


def made(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["geometries"]
    return found


@pytest.fixture
def earth(ada: httpx.Client, scene: str) -> str:
    """The scene with a map in metres, one in degrees, and a raster on the first."""
    document = ada.get(f"/api/scenes/{scene}").json()
    link = {"kind": "affine", "a": 0.5, "b": 0, "c": 500000, "d": 0, "e": -0.5, "f": 6650000}
    frames = [
        *document["frames"],
        {"kind": "map", "id": "utm", "crs": "EPSG:32635"},
        {"kind": "map", "id": "world", "crs": "EPSG:4326"},
        {"kind": "pixel", "id": "raster", "size": [1000, 1000], "parent": "utm", "link": link},
    ]
    put = {"op": "put", "document": {**document, "frames": frames}, "base": document["revision"]}
    body = {"client_id": f"earth-{scene}", "actor": actor_of(ada), "message": "", "changes": [put]}
    answer = ada.post(f"/api/scenes/{scene}/changes", json=body)
    assert answer.status_code == 200, answer.text
    return scene


def test_splitting_several_at_once_names_sources_and_what_was_skipped(ada: httpx.Client, scene: str) -> None:
    answer = ask(ada, scene, "split", polygon(), polygon(100), polygon(20), line=line([-1, 4], [31, 4]))
    pieces = made(answer)
    assert [shape(piece).area for piece in pieces] == [60, 40, 60, 40]
    assert answer.json()["sources"] == [0, 0, 2, 2]
    [skipped] = answer.json()["skipped"]
    assert skipped["source"] == 1
    assert "right across" in skipped["message"]


def test_where_nothing_can_be_done_the_answer_is_a_problem(ada: httpx.Client, scene: str) -> None:
    answer = ask(ada, scene, "split", polygon(), line=line([20, 4], [31, 4]))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:geo3d:geometry-error"
    assert "right across" in answer.json()["detail"]


def test_nothing_is_written(ada: httpx.Client, scene: str) -> None:
    before = ada.get(f"/api/scenes/{scene}/annotations").json()["revision"]
    made(ask(ada, scene, "merge", polygon(), polygon(5)))
    assert ada.get(f"/api/scenes/{scene}/annotations").json()["revision"] == before


@pytest.mark.parametrize(
    ("operation", "geometries", "options", "area"),
    [
        ("reshape", [polygon()], {"line": line([9, 2], [14, 2], [14, 8], [9, 8])}, 124),
        ("merge", [polygon(), polygon(5, 5)], {}, 175),
        ("cut_out", [polygon(), polygon(5, 5)], {}, 75),
        ("buffer", [polygon()], {"distance": 1, "unit": "frame", "join": "mitre"}, 144),
        ("buffer", [polygon()], {"distance": -1, "unit": "frame"}, 64),
        ("remove_holes", [polygon(holes=[[[2, 2], [4, 2], [4, 4]]])], {}, 100),
        ("hull", [polygon()], {}, 100),
        ("to_polygon", [{"kind": "box", "frame": "px", "center": [5, 5], "size": [4, 2], "angle": 0.3}], {}, 8),
        ("to_polygon", [line([0, 0], [10, 0], [10, 10])], {}, 50),
        ("move", [polygon()], {"anchor": [0, 0], "factors": [2, 1], "angle": 0.5, "shift": [3, 4]}, 200),
        ("orthogonalise", [polygon()], {}, 100),
    ],
)
def test_areas(
    ada: httpx.Client, scene: str, operation: str, geometries: list[Any], options: dict[str, Any], area: float
) -> None:
    [found] = made(ask(ada, scene, operation, *geometries, **options))
    assert shape(found).is_valid
    assert shape(found).area == pytest.approx(area)


def test_the_rest_of_the_operations(ada: httpx.Client, scene: str) -> None:
    wave = line([0, 0], [5, 0.1], [10, 0], [15, 5])
    assert made(ask(ada, scene, "simplify", wave, tolerance=1, unit="frame"))[0]["path"] == [[0, 0], [10, 0], [15, 5]]
    smoothed = made(ask(ada, scene, "smooth", wave, style="spline"))[0]["path"]
    assert [p for p in wave["path"] if p in smoothed] == wave["path"]
    assert shape(made(ask(ada, scene, "offset", wave, distance=2, unit="frame"))[0]).length > 10
    both = {"kind": "multipolygon", "frame": "px", "parts": [{"exterior": SQUARE, "holes": []}] * 1}
    both["parts"] = [{"exterior": p["exterior"], "holes": []} for p in (polygon(), polygon(20))]
    assert len(made(ask(ada, scene, "explode", both))) == 2
    assert made(ask(ada, scene, "to_polyline", polygon()))[0]["path"] == [*SQUARE, SQUARE[0]]
    assert made(ask(ada, scene, "turned_box", polygon()))[0]["size"] == [10, 10]


def test_a_line_of_another_frame_comes_along(ada: httpx.Client, earth: str) -> None:
    square = polygon(100, 100, frame="raster")
    pieces = made(ask(ada, earth, "split", square, line=line([500049, 6649948], [500056, 6649948], frame="utm")))
    assert [shape(piece).area for piece in pieces] == pytest.approx([60, 40])
    assert {tuple(p) for p in square["exterior"]} <= {tuple(p) for piece in pieces for p in piece["exterior"]}
    assert {piece["frame"] for piece in pieces} == {"raster"}


def test_shapes_of_another_frame_are_merged_into_the_first(ada: httpx.Client, earth: str) -> None:
    ground = {"kind": "box", "frame": "utm", "center": [500055, 6649947.5], "size": [5, 5], "angle": 0}
    [merged] = made(ask(ada, earth, "merge", polygon(100, 100, frame="raster"), ground))
    assert merged["frame"] == "raster"
    assert shape(merged).area == pytest.approx(150)
    lost = ask(ada, earth, "merge", polygon(frame="px"), ground)
    assert lost.status_code == 422
    assert lost.json()["type"] == "urn:geo3d:frame-error"


def test_metres_are_metres_in_degrees_and_in_pixels(ada: httpx.Client, earth: str) -> None:
    [grown] = made(ask(ada, earth, "buffer", polygon(100, 100, frame="raster"), distance=2, join="mitre"))
    assert shape(grown).area == pytest.approx(18 * 18, rel=2e-3)
    spot = {"kind": "point", "frame": "world", "position": [24.0, 60.0]}
    [disc] = made(ask(ada, earth, "buffer", spot, distance=100, segments=32))
    gaps = [Geod(ellps="WGS84").inv(24.0, 60.0, x, y)[2] for x, y in disc["exterior"]]
    assert gaps == pytest.approx([100] * len(gaps), rel=1e-6)
    photo = ask(ada, earth, "buffer", polygon(), distance=2)
    assert photo.status_code == 422
    assert "its own units" in photo.json()["detail"]


def test_what_does_not_fit_is_refused(ada: httpx.Client, scene: str) -> None:
    refused = [
        ask(ada, scene, "melt", polygon()),
        ask(ada, scene, "merge", polygon()),
        ask(ada, scene, "split", polygon()),
        ask(ada, scene, "buffer", polygon(), distance=1, colour="red"),
        ask(ada, scene, "buffer", polygon(), distance=1e300),
        ask(ada, scene, "smooth", polygon(), steps=7),
        ask(ada, scene, "simplify", polygon(), tolerance=0),
        ask(ada, scene, "orthogonalise", polygon(), tolerance_degrees=60),
        ask(ada, scene, "hull"),
    ]
    for answer in refused:
        assert answer.status_code == 422, answer.text
        assert answer.json()["type"] == "urn:geo3d:request-invalid"


def test_hostile_numbers_end_as_problems(ada: httpx.Client, scene: str) -> None:
    huge = {"kind": "polygon", "frame": "px", "exterior": [[-1e308, 0], [1e308, 0], [0, 1e308]], "holes": []}
    tiny = {"kind": "polygon", "frame": "px", "exterior": [[0, 0], [5e-324, 0], [0, 5e-324]], "holes": []}
    flat = {"kind": "polygon", "frame": "px", "exterior": [[0, 0], [1, 1]], "holes": []}
    mixed = {"kind": "polygon", "frame": "px", "exterior": [[0, 0], [1, 0, 3], [1, 1]], "holes": []}
    cut = line([-1, 0.5], [2, 0.5])
    for broken in (huge, tiny, flat, mixed):
        for operation, options in {
            "split": {"line": cut},
            "reshape": {"line": cut},
            "buffer": {"distance": 1, "unit": "frame"},
            "simplify": {"tolerance": 1, "unit": "frame"},
            "smooth": {},
            "orthogonalise": {},
            "hull": {},
            "turned_box": {},
            "move": {"anchor": [0, 0], "angle": math.pi / 3, "factors": [1e9, 1e9]},
        }.items():
            answer = ask(ada, scene, operation, broken, **options)
            assert answer.status_code in (200, 422), (operation, broken, answer.text)
    mask = {"kind": "mask", "frame": "px", "offset": [0, 0], "size": [30000, 30000], "counts": [0, 900000000]}
    assert ask(ada, scene, "hull", mask).status_code == 413
    many = {**line([0, 0]), "path": [[i, i % 2] for i in range(200_001)]}
    assert ask(ada, scene, "smooth", many).status_code == 413


def test_openapi_documents_every_operation(ada: httpx.Client) -> None:
    schemas = ada.get("/api/openapi.json").json()["components"]["schemas"]
    members = schemas["GeometryQuestion"]["oneOf"]
    assert {"$ref": "#/components/schemas/SplitQuestion"} in members
    assert len(members) == 12
