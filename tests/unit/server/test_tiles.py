"""The tile application: what goes over the wire, and what happens when things go wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import imagecodecs
import numpy as np
import pytest
import rasterio
import uvicorn
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from starlette.types import Message, Scope

from geo3d.errors import NotFound, NotPermitted
from geo3d.raster.rawtile import decode_raw
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.trust import Trust
from geo3d_server.tilequeue import Gone, TileQueue
from geo3d_server.tiles import TileApp

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some rasters: `photo` in a UTM zone, `bands` of 16 bits, `broken` with a damaged block."""
    rows, columns = np.mgrid[0:600, 0:800]
    photo = np.stack([rows // 3, columns // 4, (rows + columns) // 6]).astype(np.uint8)
    place = {"crs": "EPSG:32633", "transform": from_origin(500_000, 5_300_000, 2, 2), "driver": "GTiff"}
    size = {"width": 800, "height": 600}
    jpeg = {"compress": "jpeg", "photometric": "YCBCR", "tiled": True, "blockxsize": 256, "blockysize": 256}
    with rasterio.open(tmp_path / "photo", "w", count=3, dtype="uint8", **size, **place, **jpeg) as dataset:
        dataset.write(photo)
        dataset.build_overviews([2, 4], Resampling.average)
    bands = np.stack([rows * 50 + b * 1000 for b in range(5)]).astype(np.uint16)
    tiled = {"compress": "deflate", "tiled": True, "blockxsize": 256, "blockysize": 256, "interleave": "band"}
    for name in ("bands", "broken"):
        with rasterio.open(
            tmp_path / name, "w", count=5, dtype="uint16", nodata=0, **size, **place, **tiled
        ) as dataset:
            dataset.write(bands)
    with (tmp_path / "broken").open("r+b") as file:
        file.seek(tmp_path.joinpath("broken").stat().st_size - 2000)
        file.write(bytes(1500))
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Iterator[TileApp]:
    opened: dict[str, Raster] = {}

    def resolve(asset: str) -> Raster:
        if not (folder / asset).is_file() and asset not in opened:
            raise NotFound(f"no asset is called {asset}")
        if asset not in opened:
            opened[asset] = open_raster(folder / asset, trust=Trust())
        return opened[asset]

    def authorise(scope: Scope) -> None:
        if b"secret" in scope["query_string"]:
            raise NotPermitted("not you")

    with ThreadPoolExecutor(2) as pool:
        yield TileApp(resolve, authorise, pool)


def get(app: TileApp, path: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            client.headers.pop("accept-encoding")
            return await client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return asyncio.run(ask())


def version_of(app: TileApp, asset: str) -> str:
    return str(get(app, f"/{asset}/info").json()["version"])


def test_info_says_what_a_viewer_must_know(app: TileApp) -> None:
    answer = get(app, "/photo/info")
    assert answer.status_code == 200
    document = answer.json()
    assert document["info"]["width"] == 800
    assert document["grids"]["native"] == {"min_zoom": 0, "max_zoom": 2}
    assert 12 < document["grids"]["WebMercatorQuad"]["max_zoom"] < 20
    assert document["version"] == version_of(app, "photo")


@pytest.mark.parametrize(
    ("suffix", "media_type"), [("png", "image/png"), ("jpg", "image/jpeg"), ("webp", "image/webp")]
)
def test_a_tile_may_be_kept_for_ever_and_is_not_sent_twice(app: TileApp, suffix: str, media_type: str) -> None:
    version = version_of(app, "photo")
    path = f"/photo/{version}/native/2/1/1.{suffix}?gamma=1.5"
    first = get(app, path)
    assert first.status_code == 200
    assert first.headers["content-type"] == media_type
    assert "immutable" in first.headers["cache-control"]
    assert int(first.headers["content-length"]) == len(first.content)
    again = get(app, path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    other = get(app, path.replace("1.5", "1.6"), if_none_match=first.headers["etag"])
    assert other.status_code == 200
    latest = get(app, path.replace(version, "latest"))
    assert latest.headers["cache-control"] == "private, no-cache"
    assert latest.content == first.content


def test_head_sends_no_body_and_writing_is_refused(app: TileApp) -> None:
    async def ask() -> tuple[httpx.Response, httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here") as client:
            return await client.head("/photo/latest/native/2/0/0.png"), await client.post("/photo/info")

    head, post = asyncio.run(ask())
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 100
    assert post.status_code == 404


def test_stored_jpeg_goes_out_as_it_is(app: TileApp, folder: Path) -> None:
    found = get(app, "/photo/latest/native/2/1/1.jpg")
    scan = found.content[found.content.index(b"\xff\xda") :]
    assert scan in (folder / "photo").read_bytes()
    warm = get(app, "/photo/latest/native/2/1/1.jpg")  # now from the event loop itself
    assert warm.content == found.content


def test_a_raw_tile_with_a_margin_has_its_neighbours_pixels(app: TileApp, folder: Path) -> None:
    with rasterio.open(folder / "bands") as dataset:
        source = dataset.read(3)
    answer = get(app, "/bands/latest/native/2/1/1.raw?bands=3&margin=1")
    inside = decode_raw(answer.content)
    assert np.array_equal(inside.data[0], source[255:513, 255:513])
    right, down = (float(part) for part in answer.headers["geo3d-ground-pixel"].split(","))
    assert right == pytest.approx(2, rel=1e-3)
    assert down == pytest.approx(2, rel=1e-3)
    corner = decode_raw(get(app, "/bands/latest/native/2/0/0.raw?bands=3&margin=1").content)
    assert corner.valid is not None
    assert not corner.valid[0].any()
    assert not corner.valid[:, 0].any()
    assert np.array_equal(corner.data[0, 2:, 1:], source[1:257, :257])  # row 0 is nodata


def test_raw_tiles_are_the_pixels_in_the_encoding_asked_for(app: TileApp, folder: Path) -> None:
    with rasterio.open(folder / "bands") as dataset:
        expected = dataset.read([4, 2], window=rasterio.windows.Window(256, 256, 256, 256))
    path = "/bands/latest/native/2/1/1.raw?bands=4,2"
    plain = get(app, path)
    assert "content-encoding" not in plain.headers
    assert np.array_equal(decode_raw(plain.content).data, expected)
    squeezed = get(app, path, accept_encoding="gzip, deflate, br")
    assert squeezed.headers["content-encoding"] == "gzip"
    assert squeezed.headers["vary"] == "accept-encoding"
    assert squeezed.content == plain.content  # httpx undid it
    assert squeezed.headers["etag"] != plain.headers["etag"]
    every = decode_raw(get(app, "/bands/latest/native/1/0/0.raw?size=512").content)
    assert every.data.shape == (5, 512, 512)


def test_zstd_for_those_who_ask(app: TileApp) -> None:
    async def ask() -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            await asyncio.sleep(60)
            raise AssertionError

        scope = {
            "type": "http", "method": "GET", "path": "/bands/latest/native/2/0/0.raw", "query_string": b"",
            "headers": [(b"accept-encoding", b"gzip, zstd")],
        }  # fmt: skip
        await app(scope, receive, send)
        return sent

    start, body = asyncio.run(ask())
    assert (b"content-encoding", b"zstd") in start["headers"]
    assert decode_raw(bytes(imagecodecs.zstd_decode(body["body"]))).data.shape == (5, 256, 256)


def test_values_are_exact_by_pixel_and_by_place(app: TileApp, folder: Path) -> None:
    with rasterio.open(folder / "bands") as dataset:
        expected = [int(v) for v in dataset.read(window=rasterio.windows.Window(123, 45, 1, 1))[:, 0, 0]]
    by_pixel = get(app, "/bands/value?col=123.7&row=45.2").json()
    assert by_pixel["values"] == expected
    x, y = by_pixel["xy"]
    by_place = get(app, f"/bands/value?x={x!r}&y={y!r}").json()
    assert by_place["values"] == expected
    assert np.allclose(by_place["position"], [123.7, 45.2], atol=1e-6)
    assert get(app, "/bands/value?x=15.003&y=47.85&crs=EPSG:4326").status_code == 200
    assert get(app, "/bands/value?col=1").status_code == 422
    assert get(app, "/bands/value?col=5000&row=1").status_code == 422


def test_tilejson_leads_to_tiles(app: TileApp) -> None:
    document = get(app, "/photo/tilejson.json?format=jpg&gamma=2").json()
    assert document["tilejson"] == "3.0.0"
    (template,) = document["tiles"]
    z, (west, south, east, north) = document["maxzoom"], document["bounds"]
    n = 2**z
    x = int(((west + east) / 2 + 180) / 360 * n)
    latitude = np.radians((south + north) / 2)
    y = int((1 - np.log(np.tan(latitude) + 1 / np.cos(latitude)) / np.pi) / 2 * n)
    tile = get(app, template.format(z=z, x=x, y=y).removeprefix("http://here"))
    assert tile.status_code == 200
    assert tile.headers["content-type"] == "image/jpeg"
    assert "immutable" in tile.headers["cache-control"]


def test_statistics_and_colormaps(app: TileApp) -> None:
    statistics = get(app, "/bands/statistics?bands=2").json()
    assert [band["band"] for band in statistics["bands"]] == [2]
    ramps = get(app, "/colormaps").json()
    assert ramps["viridis"][0] == "440154"
    assert all(len(ramp) == 256 for ramp in ramps.values())


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nobody/info", 404, "nobody"),
        ("/photo/latest/native/9/0/0.png", 404, "no zoom 9"),
        ("/photo/latest/native/2/9/0.png", 404, "no tile 9"),
        ("/photo/latest/native/2/-1/0.png", 404, "whole numbers"),
        ("/photo/latest/native/2/0/0.gif", 404, "png"),
        ("/photo/latest/moon/2/0/0.png", 404, "no grid"),
        ("/photo/latest/native/2/0", 404, "address"),
        ("/photo/nonsense", 404, "tilejson.json"),
        ("/photo/latest/native/2/0/0.png?colour=red", 422, "colour"),
        ("/photo/latest/native/2/0/0.png?bands=7", 422, "no band 7"),
        ("/photo/latest/native/2/0/0.png?expression=b1%2B", 422, "too early"),
        ("/photo/latest/native/2/0/0.png?size=300", 422, "256 or 512"),
        ("/bands/latest/native/2/0/0.raw?margin=2", 422, "0 or 1 pixels"),
        ("/bands/latest/native/2/0/0.raw?bands=0", 422, "from 1 on"),
        ("/bands/latest/native/2/0/0.raw?bands=9", 422, "no band 9"),
        ("/photo/info?secret", 403, "not you"),
    ],
)
def test_what_is_wrong_is_said(app: TileApp, path: str, status: int, said: str) -> None:
    answer = get(app, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


def test_a_damaged_file_hurts_nobody_else(app: TileApp) -> None:
    damaged = get(app, "/broken/latest/native/2/3/2.png?bands=5")
    assert damaged.status_code == 422
    assert "block" in damaged.json()["detail"]
    assert get(app, "/broken/latest/native/2/0/0.png?bands=1").status_code == 200
    assert get(app, "/photo/latest/native/2/0/0.png").status_code == 200


def test_a_file_that_disappears_is_said_to_be_gone_and_may_come_back(
    app: TileApp, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo3d_server.served._RECHECK_S", 0.0)
    assert get(app, "/photo/latest/native/2/0/0.png").status_code == 200
    (folder / "photo").rename(folder / "elsewhere")
    gone = get(app, "/photo/latest/native/2/0/0.png")
    assert gone.status_code == 410
    assert "relink" in gone.json()["detail"]
    assert get(app, "/bands/latest/native/2/0/0.png").status_code == 200
    (folder / "elsewhere").rename(folder / "photo")
    assert get(app, "/photo/latest/native/2/0/0.png").status_code == 200


def test_tiles_outside_are_transparent_not_errors(app: TileApp) -> None:
    for suffix in ("png", "webp", "jpg"):
        assert get(app, f"/photo/latest/WebMercatorQuad/10/0/0.{suffix}").status_code == 200
    empty = decode_raw(get(app, "/bands/latest/WebMercatorQuad/10/0/0.raw").content)
    assert empty.valid is not None
    assert not empty.valid.any()


# ---------------------------------------------------------------- the queue


def test_the_same_work_is_done_once() -> None:
    started, let_go, n_done = threading.Event(), threading.Event(), []

    def work() -> str:
        started.set()
        let_go.wait(10)
        n_done.append(1)
        return "done"

    async def waiting() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def ask() -> list[str]:
        with ThreadPoolExecutor(2) as pool:
            queue = TileQueue(pool)
            asked = [asyncio.create_task(queue.run("key", work, waiting)) for _ in range(5)]
            while not started.is_set():
                await asyncio.sleep(0.001)
            let_go.set()
            return await asyncio.gather(*asked)

    assert asyncio.run(ask()) == ["done"] * 5
    assert len(n_done) == 1


def test_nothing_is_done_for_those_who_left() -> None:
    done: list[int] = []

    async def ask() -> None:
        with ThreadPoolExecutor(1) as pool:
            queue = TileQueue(pool)
            busy = threading.Event()
            first = asyncio.create_task(queue.run("first", lambda: busy.wait(10), _never))
            await asyncio.sleep(0.05)
            with pytest.raises(Gone):
                await queue.run("second", lambda: done.append(2), _disconnect)
            busy.set()
            await first
            await queue.run("third", lambda: done.append(3), _never)

    asyncio.run(ask())
    assert done == [3]


async def _never() -> Message:
    await asyncio.sleep(60)
    raise AssertionError


async def _disconnect() -> Message:
    return {"type": "http.disconnect"}


# ---------------------------------------------------------------- other people's clients


@pytest.fixture
def address(app: TileApp) -> Iterator[str]:
    """A real server on a free port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize("grid", ["native", "WebMercatorQuad"])
def test_gdals_wmts_driver_reads_us(address: str, folder: Path, grid: str) -> None:
    layer = f"WMTS:{address}/bands/wmts?stretch=none&bands=1,layer=raster,tilematrixset={grid}"
    with rasterio.Env(GDAL_HTTP_TIMEOUT=20, CPL_VSIL_CURL_ALLOWED_EXTENSIONS=""), rasterio.open(layer) as wmts:
        if grid == "native":
            assert wmts.crs.to_epsg() == 32633
            with rasterio.open(folder / "bands") as source:
                assert wmts.transform == source.transform
                expected = source.read(1)
            picture = wmts.read(1, window=rasterio.windows.Window(0, 0, 800, 600))
            assert np.abs(picture.astype(float) - expected / 257).max() <= 0.51
        else:
            assert wmts.crs.to_epsg() == 3857
            assert wmts.read(4).any()


def test_gzip_on_the_wire_is_gzip(address: str) -> None:
    with httpx.stream("GET", f"{address}/bands/latest/native/2/0/0.raw", headers={"accept-encoding": "gzip"}) as answer:
        body = b"".join(answer.iter_raw())
    assert decode_raw(gzip.decompress(body)).data.shape == (5, 256, 256)


def test_info_is_json_for_everybody(address: str) -> None:
    document: Any = json.loads(httpx.get(f"{address}/photo/info").content)
    assert document["info"]["bands"][0]["index"] == 1
