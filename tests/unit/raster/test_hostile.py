"""Files that lie, break, vanish or change: a clear error on that file, and everything else goes on."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import tifffile
from rasterio.rpc import RPC
from rasterio.transform import Affine
from rasterio.windows import Window as GdalWindow

from geo3d.errors import AssetMissing, RasterError, RasterRefused
from geo3d.raster.source import open_raster
from geo3d.raster.trust import Trust
from tests.unit.raster.making import noise, tiff, write

TRUSTS = (Trust(), Trust(level="uploaded"))
SIDE = 66_000
HEAD = [(256, 4, 1, SIDE), (257, 4, 1, SIDE), (258, 3, 1, 8)]
ONE_BAND = [(262, 3, 1, 1), (277, 3, 1, 1)]


@pytest.mark.parametrize("trust", TRUSTS, ids=["owner", "uploaded"])
@pytest.mark.parametrize(
    "tags",
    [
        [*HEAD, (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, SIDE), (279, 4, 1, 100)],
        [*HEAD, (259, 3, 1, 8), (262, 3, 1, 1), (273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, SIDE), (279, 4, 1, 100)],
        [*HEAD, (259, 3, 1, 5), (262, 3, 1, 1), (273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, 1, 100)],
        [*HEAD, (259, 3, 1, 8), *ONE_BAND, (322, 4, 1, 256), (323, 4, 1, 256), (324, 4, 1, 200), (325, 4, 1, 50)],
        [*HEAD, (259, 3, 1, 8), *ONE_BAND, (322, 4, 1, 65536), (323, 4, 1, 65536), (324, 4, 1, 200), (325, 4, 1, 50)],
    ],
    ids=["one raw strip", "one deflated strip", "rows", "tiles", "one tile"],
)
def test_300_bytes_that_claim_66000_squared(tmp_path: Path, trust: Trust, tags: list[Any]) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(tags))
    with pytest.raises(RasterRefused):
        open_raster(path, trust=trust).info  # noqa: B018


def test_blocks_above_256_mb_are_refused_with_the_command_that_mends(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    side = 17_000  # 289 MB in one block, and a file long enough to be believed
    tags = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, side), (279, 4, 1, 100)]
    path.write_bytes(tiff(tags, size=100_000))
    with pytest.raises(RasterRefused, match="TILED=YES"):
        open_raster(path, trust=Trust()).info  # noqa: B018


def test_one_huge_strip_without_compression_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    side = 17_000
    tags = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, side), (279, 4, 1, side * side)]
    path.write_bytes(tiff(tags))
    with path.open("r+b") as file:
        file.truncate(200 + side * side)
        file.seek(200 + 16_000 * side + 123)
        file.write(b"x")
    with open_raster(path, trust=Trust()) as raster:
        assert raster.value(123, 16_000).values == (ord("x"),)


def test_complex_numbers_are_refused_with_a_reason(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((1, 8, 8), "complex64"))
    with pytest.raises(RasterRefused, match="abs"):
        open_raster(path, trust=Trust()).info  # noqa: B018


def broken(path: Path, column: int, row: int, how: str) -> None:
    """Destroy one tile, or everything from the middle of it on."""
    with rasterio.open(path) as file:
        offset = int(file.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=1))
        size = int(file.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", bidx=1))
    data = bytearray(path.read_bytes())
    if how == "corrupt":
        data[offset : offset + size] = os.urandom(size)
    else:
        del data[offset + 10 :]
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["corrupt", "truncated"])
@pytest.mark.parametrize("compress", ["deflate", "lzw", "zstd", "webp", "jpeg"])
def test_a_broken_tile_is_named_and_the_others_are_read(tmp_path: Path, compress: str, how: str) -> None:
    data = noise((3, 400, 500), "uint8")
    extra = {"webp_lossless": True} if compress == "webp" else {"photometric": "ycbcr"} if compress == "jpeg" else {}
    path = write(tmp_path / "a.tif", data, tiled=True, blockxsize=128, blockysize=128, compress=compress, **extra)
    with rasterio.open(path) as oracle:
        expected = oracle.read(window=GdalWindow(0, 0, 128, 128))
    broken(path, 2, 1, how)
    with open_raster(path, trust=Trust()) as raster:
        reasons = {problem.reason for problem in raster.info.problems}
        assert ("truncated" in reasons) == (how == "truncated")
        with pytest.raises(RasterError, match=r"a\.tif: block \(column 2, row 1\) of level 0") as caught:
            raster.read(0, (250, 120, 50, 50))
        assert caught.value.details == {"level": 0, "column": 2, "row": 1}
        with pytest.raises(RasterError):
            raster.value(300, 200)
        np.testing.assert_array_equal(raster.read(0, (0, 0, 128, 128)).data, expected)


@pytest.mark.parametrize(("driver", "ending"), [("PNG", "png"), ("JPEG", "jpg")])
def test_truncated_pictures_say_so(tmp_path: Path, driver: str, ending: str) -> None:
    path = write(tmp_path / f"a.{ending}", noise((3, 300, 300), "uint8"), driver=driver)
    with open_raster(path, trust=Trust()) as raster:
        assert "truncated" not in {problem.reason for problem in raster.info.problems}
    path.write_bytes(path.read_bytes()[:-2000])
    with open_raster(path, trust=Trust()) as raster:
        assert "truncated" in {problem.reason for problem in raster.info.problems}


def geotiff_with_keys(path: Path, keys: list[tuple[int, int, int, int]], doubles: list[float]) -> Path:
    directory = [1, 1, 0, len(keys), *(number for key in keys for number in key)]
    tags = [
        (34735, "H", len(directory), directory, False),
        (33550, "d", 3, [1.0, 1.0, 0.0], False),
        (33922, "d", 6, [0.0, 0.0, 0.0, 5.0, 5.0, 0.0], False),
        (34736, "d", len(doubles), doubles, False),
    ]
    tifffile.imwrite(path, np.arange(64, dtype="uint8").reshape(8, 8), extratags=tags, metadata=None)
    return path


def test_a_crs_that_makes_rasterio_raise_leaves_pixel_space(tmp_path: Path) -> None:
    """An ellipsoid of infinite size: rasterio.open itself raises CRSError (found by random GeoKeys)."""
    keys = [(1024, 0, 1, 1), (2048, 0, 1, 32767), (2057, 34736, 1, 0), (3072, 0, 1, 32633), (2051, 0, 1, 9102)]
    keys += [(2061, 34736, 1, 1), (3083, 34736, 1, 2), (3092, 34736, 1, 3)]
    path = geotiff_with_keys(tmp_path / "a.tif", sorted(keys), [float("inf"), 298.25, 6378137.0, 45.0])
    with pytest.raises(rasterio.errors.CRSError):
        rasterio.open(path)
    for trust in TRUSTS:
        with open_raster(path, trust=trust) as raster:
            assert (raster.info.crs, raster.info.link, raster.info.footprint) == (None, None, None)
            assert "crs-broken" in {problem.reason for problem in raster.info.problems}
            assert raster.value(3, 2).values == (19,)


def test_random_geokeys_never_raise(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    choices = {
        1024: [1, 2, 3, 32767], 1025: [1, 2], 2048: [32767, 4326, 4979, 0, 3857], 2050: [0, 6326, 32767],
        2052: [9001, 0], 2054: [9102, 0, 32767], 2056: [7030, 0, 32767],
        3072: [32767, 32633, 1, 65535, 4326, 5703, 4978],
        3074: [16033, 32767], 3075: [1, 7, 8, 11, 20, 32767], 3076: [9001, 0, 32767], 4096: [32767, 5703, 0],
    }  # fmt: skip
    reals = (2057, 2058, 2059, 2061, 3080, 3081, 3082, 3083, 3088, 3092)
    numbers = (0.0, 6378137.0, 298.25, float("nan"), float("inf"), -1e308, 45.0)
    for _ in range(60):
        keys = [(key, 0, 1, int(rng.choice(choices[key]))) for key in choices if rng.random() < 0.6]
        doubles: list[float] = []
        for key in reals:
            if rng.random() < 0.3:
                keys.append((key, 34736, 1, len(doubles)))
                doubles.append(float(rng.choice(numbers)))
        path = geotiff_with_keys(tmp_path / "a.tif", sorted(keys), doubles or [0.0])
        with open_raster(path, trust=Trust()) as raster:
            assert raster.value(0, 0).values == (0,)


def test_a_file_that_disappears(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise((1, 64, 64), "uint8"))
    with pytest.raises(AssetMissing):
        open_raster(tmp_path / "never.tif", trust=Trust()).info  # noqa: B018
    with pytest.raises(AssetMissing, match="folder"):
        open_raster(tmp_path, trust=Trust()).info  # noqa: B018
    with open_raster(path, trust=Trust()) as raster:
        raster.read(0, (0, 0, 8, 8))
        kept = path.read_bytes()
        path.unlink()
        for _ in range(2):
            with pytest.raises(AssetMissing, match="relink"):
                raster.read(0, (0, 0, 8, 8))
        with pytest.raises(AssetMissing):
            raster.value(0, 0)
        path.write_bytes(kept)
        assert raster.refresh().width == 64
        raster.read(0, (0, 0, 8, 8))


def test_a_file_that_becomes_another(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.zeros((1, 64, 64), "uint8"))
    with open_raster(path, trust=Trust()) as raster:
        raster.read(0, (0, 0, 8, 8))
        write(path, np.ones((1, 32, 32), "uint8"))
        with pytest.raises(AssetMissing, match="changed"):
            raster.read(0, (0, 0, 8, 8))
        assert raster.refresh().width == 32
        assert raster.read(0, (0, 0, 8, 8)).data.max() == 1


@pytest.mark.parametrize(
    "content", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"II+\0" + bytes(20), b"hello", bytes(5000)]
)
def test_rubbish_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    for trust in TRUSTS:
        with pytest.raises(RasterError, match=r"a\.tif"):
            open_raster(path, trust=trust).info  # noqa: B018


@pytest.mark.parametrize(
    "name", ["a#1.tif", "a?b=1.tif", "zip.zip!x.tif", "a b ü.tif", "p%20q.tif", "it's.tif", "<VRTDataset>.tif"]
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    write(tmp_path / "plain.tif", noise((1, 20, 20), "uint8"))
    path = (tmp_path / "plain.tif").rename(tmp_path / name)
    for trust in TRUSTS:
        with open_raster(path, trust=trust) as raster:
            assert raster.read(0, (0, 0, 20, 20)).data.shape == (1, 20, 20)


def test_files_with_several_rasters_inside_name_them(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    data = noise((3, 64, 64), "uint8")
    for table in ("one", "two"):
        options: dict[str, Any] = {"driver": "GPKG", "RASTER_TABLE": table, "APPEND_SUBDATASET": "YES"}
        write(path, data, **options)
    with pytest.raises(RasterRefused, match="one"):
        open_raster(path, trust=Trust()).info  # noqa: B018


def test_texts_of_another_century_do_not_matter(tmp_path: Path) -> None:
    """Tags in Latin-1 make rasterio raise UnicodeDecodeError wherever they are asked for."""
    path = tmp_path / "a.tif"
    metadata = b'<GDALMetadata><Item name="PLACE">Z\xfcrich</Item></GDALMetadata>\0'
    tags = [(42112, "s", len(metadata), metadata, False), (270, "s", 8, b"Gen\xe8ve.\0", False)]
    tifffile.imwrite(path, np.full((9, 9), 3, "uint8"), extratags=tags, metadata=None, description=None)
    for trust in TRUSTS:
        with open_raster(path, trust=trust) as raster:
            assert raster.value(1, 1).values == (3,)


def test_more_bands_than_anybody_has(tmp_path: Path) -> None:
    tags = [(256, 4, 1, 10), (257, 4, 1, 10), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 200), (277, 3, 1, 60_000), (278, 4, 1, 10), (279, 4, 1, 6_000_000)]
    (tmp_path / "a.tif").write_bytes(tiff(tags, size=10_000))
    with pytest.raises(RasterRefused, match="bands"):
        open_raster(tmp_path / "a.tif", trust=Trust()).info  # noqa: B018


def test_an_rpc_that_leads_off_the_earth_has_no_footprint(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise((1, 20, 20), "uint8"), crs=None, transform=Affine.identity())
    ones = [1.0] + [0.0] * 19
    with rasterio.open(path, "r+") as file:
        file.rpcs = RPC(
            **dict.fromkeys(("height_off", "lat_off", "long_off", "line_off", "samp_off"), 0.0),
            **dict.fromkeys(("height_scale", "line_scale", "samp_scale"), 1.0),
            lat_scale=1e12,
            long_scale=1e15,
            line_num_coeff=[0.0, 0.0, 1.0] + [0.0] * 17,
            samp_num_coeff=[0.0, 1.0] + [0.0] * 18,
            line_den_coeff=ones,
            samp_den_coeff=ones,
            err_bias=None,
            err_rand=None,
        )
    with open_raster(path, trust=Trust()) as raster:
        assert raster.info.link is not None
        assert raster.info.footprint is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # rasterio logs what is not UTF-8
@pytest.mark.parametrize("trust", TRUSTS, ids=["owner", "uploaded"])
def test_flipped_bits_never_get_past_our_errors(tmp_path: Path, trust: Trust) -> None:
    """Only errors of ours, and soon: what GDAL or rasterio raise besides is a bug here."""
    rng = np.random.default_rng(5)
    data = noise((3, 40, 50), "uint8")
    originals = [
        write(tmp_path / "a.tif", data, tiled=True, blockxsize=16, blockysize=16, compress="deflate", overviews=[2]),
        write(tmp_path / "a.png", data, driver="PNG"),
        write(tmp_path / "a.jpg", data, driver="JPEG"),
        write(tmp_path / "a.jp2", data, driver="JP2OpenJPEG"),
    ]
    for turn in range(120):
        original = originals[turn % len(originals)]
        raw = bytearray(original.read_bytes())
        for _ in range(int(rng.integers(1, 8))):
            position = int(rng.integers(0, min(len(raw), 400) if turn % 3 else len(raw)))
            raw[position] = int(rng.integers(0, 256))
        path = tmp_path / f"broken{original.suffix}"
        path.write_bytes(raw)
        with contextlib.suppress(RasterError), open_raster(path, trust=trust) as raster:
            info = raster.info
            raster.read(0, (0, 0, min(info.width, 60), min(info.height, 60)), info.rgb)
            raster.value(info.width - 1, info.height - 1)
