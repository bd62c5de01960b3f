"""Crops: squares of native pixels, drawn, judged by rasterio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from geo3d.errors import NotFound
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.trust import Trust
from geo3d_server.tiles import TileApp


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A photo of 300 x 200 pixels, each unlike its neighbours."""
    pixels = np.random.default_rng(1).integers(0, 255, (3, 200, 300), dtype=np.uint8)
    place = {"crs": "EPSG:32633", "transform": from_origin(500_000, 5_300_000, 2, 2), "driver": "GTiff"}
    with rasterio.open(tmp_path / "photo", "w", count=3, dtype="uint8", width=300, height=200, **place) as dataset:
        dataset.write(pixels)
    return tmp_path / "photo"


@pytest.fixture
def app(path: Path) -> Iterator[TileApp]:
    """The tile application over that photo."""
    raster = open_raster(path, trust=Trust())

    def resolve(asset: str) -> Raster:
        if asset != "photo":
            raise NotFound(f"no asset is called {asset}")
        return raster

    with ThreadPoolExecutor(2) as pool:
        yield TileApp(resolve, lambda _scope: None, pool)


def get(app: TileApp, path: str, **headers: str) -> httpx.Response:
    """Ask the application."""

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def picture(answer: httpx.Response) -> np.ndarray:
    """Return the pixels of a PNG as (height, width, channels), colours in the order red, green, blue, alpha."""
    assert answer.status_code == 200, answer.text
    decoded = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
    return cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA if decoded.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def test_a_crop_of_its_own_size_holds_the_native_pixels(app: TileApp, path: Path) -> None:
    found = picture(get(app, "/photo/latest/crop/37/52/64.png?size=64"))
    with rasterio.open(path) as dataset:
        expected = dataset.read(window=Window(37, 52, 64, 64)).transpose(1, 2, 0)
    assert np.array_equal(found[:, :, :3], expected)


def test_what_lies_beyond_the_raster_is_transparent(app: TileApp, path: Path) -> None:
    found = picture(get(app, "/photo/latest/crop/-32/-32/64.png?size=64"))
    assert found.shape == (64, 64, 4)
    assert not found[:32, :, 3].any()
    assert not found[:, :32, 3].any()
    with rasterio.open(path) as dataset:
        expected = dataset.read(window=Window(0, 0, 32, 32)).transpose(1, 2, 0)
    assert np.array_equal(found[32:, 32:, :3], expected)
    assert (found[32:, 32:, 3] == 255).all()
    assert not picture(get(app, "/photo/latest/crop/5000/5000/64.png?size=64"))[:, :, 3].any()


def test_crops_follow_the_style_and_are_kept_by_their_tag(app: TileApp) -> None:
    plain = get(app, "/photo/latest/crop/10/10/100.webp?size=128")
    gray = get(app, "/photo/latest/crop/10/10/100.webp?size=128&bands=2")
    assert plain.content != gray.content
    assert plain.headers["etag"] != gray.headers["etag"]
    again = get(app, "/photo/latest/crop/10/10/100.webp?size=128", **{"if-none-match": plain.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/photo/latest/crop/10/10/0.png", 404),
        ("/photo/latest/crop/10/a/10.png", 404),
        ("/photo/latest/crop/10/10/10.gif", 404),
        ("/photo/latest/crop/10/10/10.png?size=100", 422),
        ("/photo/latest/crop/10/10/10.png?nonsense=1", 422),
    ],
)
def test_a_wrong_address_is_named(app: TileApp, address: str, status: int) -> None:
    assert get(app, address).status_code == status
