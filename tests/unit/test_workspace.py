"""A workspace from Python: add, find, relate files to frames, optimise, say what is wrong."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geo3d.errors import NotFound, RasterError, RasterRefused, StoreError
from geo3d.geometry import MapFrame, PixelFrame
from geo3d.labels.scene import Asset
from geo3d.raster.copyplan import Optimisation
from geo3d.raster.encode import MEDIA_TYPES
from geo3d.workspace import Workspace
from geo3d_server.tiles import TileApp


def raster(path: Path, bands: int = 1, dtype: str = "uint8", crs: str | None = "EPSG:32633") -> Path:
    profile = {"driver": "GTiff", "width": 600, "height": 500, "count": bands, "dtype": dtype, "crs": crs}
    pixels = np.random.default_rng(5).integers(1, 200, (bands, 500, 600)).astype(dtype)
    with rasterio.open(path, "w", transform=from_origin(500000, 5000000, 0.5, 0.5), **profile) as made:
        made.write(pixels)
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws", "Survey")


def test_rasters_of_one_crs_share_their_map_frame(workspace: Workspace, tmp_path: Path) -> None:
    scene, assets = workspace.add([raster(tmp_path / "a.tif"), raster(tmp_path / "b.tif")], scene="Harbour")
    assert [type(f) for f in scene.frames].count(MapFrame) == 1
    pixels = {f.id: f for f in scene.frames if isinstance(f, PixelFrame)}
    assert [pixels[a.frame or ""].parent for a in assets] == ["map.EPSG-32633"] * 2
    assert workspace.scene("Harbour") == workspace.scene(scene.id) == scene


def test_a_raster_without_crs_has_pixels_only(workspace: Workspace, tmp_path: Path) -> None:
    scene, _ = workspace.add([raster(tmp_path / "a.tif", crs=None)])
    assert [f.kind for f in scene.frames] == ["pixel"]


def test_stack_and_series(workspace: Workspace, tmp_path: Path) -> None:
    bands = [raster(tmp_path / f"LC08_046028_20160625_B{b}.TIF", dtype="uint16") for b in (4, 3, 2)]
    scene, (stack,) = workspace.add(bands, scene="stack", arrangement="stack")
    assert len(workspace.raster_of(stack).info.bands) == 3
    years = [raster(tmp_path / f"{year}.tif") for year in (2020, 1985)]
    scene, assets = workspace.add(years, scene="series", arrangement="series")
    assert [a.title for a in assets] == ["1985.tif", "2020.tif"]
    assert [a.sample for a in assets] == [s.index for s in scene.samples] == [0, 1]


def test_nothing_is_added_when_one_file_is_broken(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "broken.tif").write_bytes(b"II*\0 no more")
    with pytest.raises(RasterError, match=r"broken\.tif"):
        workspace.add([raster(tmp_path / "a.tif"), tmp_path / "broken.tif"], scene="Harbour")
    assert workspace.scenes() == ()


def test_problems_name_the_file_that_is_gone(workspace: Workspace, tmp_path: Path) -> None:
    workspace.add([raster(tmp_path / "a.tif")], scene="Harbour")
    assert workspace.problems() == ()
    workspace.close()
    (tmp_path / "a.tif").unlink()
    with Workspace.open(tmp_path / "ws") as again:
        (problem,) = again.problems()
    assert "Harbour" in problem
    assert "a.tif" in problem


def test_unknown_names_are_said(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Moon"):
        workspace.scene("Moon")
    with pytest.raises(StoreError, match="geo3d init"):
        Workspace.open(tmp_path)


def get(app: TileApp, path: str) -> bytes:
    """Return the body of an answer."""
    sent: list[dict[str, object]] = []

    async def ask() -> None:
        async def receive() -> dict[str, object]:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message: object) -> None:
            sent.append(dict(message))  # type: ignore[call-overload]

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "root_path": ""}
        await app(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run(ask())
    assert sent[0]["status"] == 200, sent[1]
    return b"".join(part["body"] for part in sent[1:])  # type: ignore[misc]


@pytest.mark.parametrize("options", [Optimisation(), Optimisation(layout="WebMercatorQuad", compression="jpeg")])
def test_tiles_are_drawn_from_the_copy_and_values_from_the_source(
    workspace: Workspace, tmp_path: Path, options: Optimisation
) -> None:
    _, (asset,) = workspace.add([raster(tmp_path / "a.tif", bands=3)])
    app = TileApp(workspace.raster, lambda scope: None, ThreadPoolExecutor(2), find_copy=workspace.copy_of)
    before = {kind: get(app, f"/{asset.id}/latest/native/0/0/0.{kind}") for kind in ("png", "raw")}
    copy = workspace.optimise(asset, options)
    assert copy.is_relative_to(workspace.root / "cache")
    assert workspace.copy_of(asset.id) is not None
    fresh = TileApp(workspace.raster, lambda scope: None, ThreadPoolExecutor(2), find_copy=workspace.copy_of)
    assert get(fresh, f"/{asset.id}/latest/native/2/1/1.raw")
    assert get(fresh, f"/{asset.id}/latest/native/0/0/0.raw") == before["raw"]
    assert get(fresh, f"/{asset.id}/latest/native/0/0/0.png")[:8] == before["png"][:8]
    assert set(MEDIA_TYPES) >= {"png", "jpg", "webp"}
    workspace.close()


def test_remote_rasters_need_an_allowed_host(workspace: Workspace, tmp_path: Path) -> None:
    raster(tmp_path / "a.tif")
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "scene-7",
        "properties": {"datetime": "2020-08-31T00:00:00Z"},
        "geometry": None,
        "links": [],
        "assets": {"visual": {"href": "a.tif", "type": "image/tiff; application=geotiff", "roles": ["data"]}},
    }
    (tmp_path / "item.json").write_text(json.dumps(item))
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(RasterRefused, match="allow"):
            workspace.add([f"{base}/a.tif"])
        workspace.allow_hosts(["127.0.0.1"])
        _, (single,) = workspace.add([f"{base}/a.tif"], scene="remote")
        _, (listed,) = workspace.add([f"{base}/item.json"], scene="stac")
        assert workspace.raster_of(single).info.crs == workspace.raster_of(listed).info.crs == "EPSG:32633"
        workspace.close()
        with Workspace.open(tmp_path / "ws") as again:
            assert "127.0.0.1" in again.hosts
        server.shutdown()


def test_s3_is_asked_without_a_name_until_the_owner_says_otherwise(workspace: Workspace, tmp_path: Path) -> None:
    remote = Asset(id="019a0000-0000-7000-8000-000000000001", href="s3://bucket/a.tif")
    assert workspace.trust_of(remote).is_s3_anonymous
    workspace.use_s3_credentials()
    assert not workspace.trust_of(remote).is_s3_anonymous
    workspace.close()
    with Workspace.open(tmp_path / "ws") as again:
        assert not again.trust_of(remote).is_s3_anonymous
