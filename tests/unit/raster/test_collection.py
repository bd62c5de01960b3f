"""Several files as one raster, or as several."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.merge import merge
from rasterio.transform import Affine, from_origin

from geo3d.errors import OptionError, RasterRefused
from geo3d.geometry.frame import Affine as Link
from geo3d.raster.band import number_of
from geo3d.raster.collection import group_files, open_collection, open_group, suggest_arrangement
from geo3d.raster.overview import build_overviews
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.trust import Trust
from tests.unit.raster.making import n_descriptors, noise, write

OWNER = Trust()


def grid(west: float, north: float, size: float) -> dict[str, Any]:
    return {"crs": "EPSG:32633", "transform": from_origin(west, north, size, size)}


def reasons(raster: Raster) -> set[str]:
    return {problem.reason for problem in raster.info.problems}


# ---------------------------------------------------------------- grouping

LANDSAT = [f"/d/LC80460282016177LGN00_B{n}.TIF" for n in (10, 2, 3, 4)]


def test_a_stack_is_ordered_by_band_number_and_leaves_out_metadata() -> None:
    grouping = group_files([*LANDSAT, "/d/LC80460282016177LGN00_MTL.json", "/d/a.tfw", "/d/x.aux.xml"], "stack")
    (group,) = grouping.groups
    assert [name[-7:] for name in group.members] == ["_B2.TIF", "_B3.TIF", "_B4.TIF", "B10.TIF"]
    assert (group.kind, group.title, group.captured) == ("stack", "LC80460282016177LGN00", "2016-06-25")
    assert len(grouping.skipped) == 3


def test_sentinel_bands_are_ordered_too() -> None:
    names = [f"T33UUP_20200501T100031_{b}_10m.jp2" for b in ("B8A", "B11", "B08", "B02")]
    (group,) = group_files(names, "stack").groups
    assert [name[23:26] for name in group.members] == ["B02", "B08", "B8A", "B11"]


def test_a_stack_without_band_numbers_keeps_its_order() -> None:
    (group,) = group_files(["red.tif", "green.tif", "blue.tif"], "stack").groups
    assert group.members == ("red.tif", "green.tif", "blue.tif")
    assert group.title == "red, green, blue"


def test_a_series_is_sorted_by_time_and_stacks_the_bands_of_a_moment() -> None:
    names = [f"/d/S2_{day}_B{band}.tif" for day in ("20210301", "20200301") for band in ("04", "03")]
    groups = group_files(names, "series").groups
    assert [(group.kind, group.captured, len(group.members)) for group in groups] == [
        ("stack", "2020-03-01", 2),
        ("stack", "2021-03-01", 2),
    ]
    years = group_files(["2020.tif", "1985.tif"], "series").groups
    assert [(group.kind, group.title) for group in years] == [("single", "1985.tif"), ("single", "2020.tif")]


def test_layers_are_one_each_and_a_mosaic_is_one() -> None:
    assert [g.kind for g in group_files(["a.tif", "b.tif"], "layers").groups] == ["single", "single"]
    assert [g.kind for g in group_files(["a.tif", "b.tif"], "mosaic").groups] == ["mosaic"]
    assert [g.kind for g in group_files(["a.tif"], "mosaic").groups] == ["single"]
    with pytest.raises(OptionError):
        group_files(["a.json"], "layers")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (LANDSAT, "stack"),
        (["x_20200101.tif", "x_20210101.tif"], "series"),
        (["S2_20200101_B04.tif", "S2_20210101_B04.tif"], "series"),
        (["a.tif", "b.tif"], "layers"),
        (["a.tif"], "layers"),
        (["ortho_1_1.tif", "ortho_1_2.tif"], "layers"),
    ],
)
def test_suggestions(names: list[str], expected: str) -> None:
    assert suggest_arrangement(names) == expected


# ---------------------------------------------------------------- stacks


def test_landsat_bands_become_a_true_colour_raster(shared_data: Path) -> None:
    folder = shared_data / "raster" / "landsat8_bands"
    (group,) = group_files(sorted(map(str, folder.iterdir())), "stack").groups
    with open_group(group, trust=OWNER) as raster:
        info = raster.info
        assert (info.rgb, info.driver, info.crs) == ((3, 2, 1), "stack", "EPSG:32610")
        assert [(band.index, band.name, band.color) for band in info.bands] == [
            (1, "B2", "blue"),
            (2, "B3", "green"),
            (3, "B4", "red"),
        ]
        pixels = raster.read(0, (300, 400, 200, 100), (3, 1))
        value = raster.value(321.5, 432.5)
        for position, band in enumerate((4, 2)):
            with rasterio.open(folder / f"tiny_LC80460282016177LGN00_B{band}.TIF") as oracle:
                window = rasterio.windows.Window(300, 400, 200, 100)
                np.testing.assert_array_equal(pixels.data[position], oracle.read(1, window=window))
                assert value.values[(2, 0)[position]] == oracle.read(1)[432, 321]


def test_a_stack_of_different_resolutions_is_read_on_the_finest_grid(shared_data: Path) -> None:
    names = [shared_data / "raster" / "titiler" / name for name in ("B01.tif", "TCI.tif", "B09.tif")]
    with open_collection(names, "stack", trust=OWNER) as raster:
        info = raster.info
        assert (info.width, info.height, len(info.bands), info.dtype) == (1098, 1098, 5, "uint16")
        assert info.rgb == (2, 3, 4)
        assert "grid-differs" in reasons(raster)
        pixels = raster.read(0, (100, 200, 300, 250), (1, 3))
        with rasterio.open(names[0]) as coarse, rasterio.open(names[1]) as fine:
            expected = np.repeat(np.repeat(coarse.read(1), 6, axis=0), 6, axis=1)[200:450, 100:400]
            np.testing.assert_array_equal(pixels.data[0], expected)
            np.testing.assert_array_equal(pixels.data[1], fine.read(2)[200:450, 100:400])
            value = raster.value(777.5, 801.2)
            stored = [coarse.read(1)[801 // 6, 777 // 6], *fine.read()[:, 801, 777]]
            assert [number_of(v) for v in value.values[:4]] == stored
        for level, size in enumerate(info.levels):
            assert raster.read(level, (0, 0, size.width, size.height)).data.shape == (5, size.height, size.width)


def test_members_of_a_stack_may_cover_different_places(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", np.full((1, 40, 40), 5, "uint8"), **grid(0, 400, 10))
    write(tmp_path / "b.tif", np.full((1, 10, 10), 7, "uint8"), **grid(100, 300, 20), nodata=0)
    with open_collection([tmp_path / "a.tif", tmp_path / "b.tif"], "stack", trust=OWNER) as raster:
        assert {"grid-differs", "extent-differs"} <= reasons(raster)
        data = raster.read(0, (0, 0, 40, 40)).data
        assert (data[0] == 5).all()
        expected = np.zeros((40, 40))
        expected[10:30, 10:30] = 7
        np.testing.assert_array_equal(data[1], expected)
        assert raster.value(0, 0).values == (5, 0)
        assert raster.value(15, 15).values == (5, 7)
        only = raster.read(0, (0, 0, 40, 40), (2,)).valid
        assert only is not None
        np.testing.assert_array_equal(only, expected == 7)


def test_names_of_files_name_the_bands(tmp_path: Path) -> None:
    for name in ("site_red", "site_nir", "site_green"):
        write(tmp_path / f"{name}.tif", noise((1, 9, 9), "uint16"))
    names = [tmp_path / f"site_{color}.tif" for color in ("red", "nir", "green")]
    with open_raster(names, trust=OWNER) as raster:
        assert [(band.name, band.color) for band in raster.info.bands] == [
            ("red", "red"),
            ("nir", "nir"),
            ("green", "green"),
        ]
        assert raster.info.rgb == (2, 1, 3)
        assert {preset.name for preset in raster.info.presets} == {"false-color", "ndvi", "ndwi"}


def test_a_stack_without_georeference_needs_equal_sizes(tmp_path: Path) -> None:
    options: dict[str, Any] = {"crs": None, "transform": Affine.scale(1)}
    for name, side in (("a", 20), ("b", 20), ("c", 21)):
        write(tmp_path / f"{name}.tif", noise((1, side, side), "uint8"), **options)
    with open_collection([tmp_path / "a.tif", tmp_path / "b.tif"], "stack", trust=OWNER) as raster:
        assert raster.read(0, (0, 0, 20, 20)).data.shape == (2, 20, 20)
        assert raster.info.crs is None
    with (
        open_collection([tmp_path / "a.tif", tmp_path / "c.tif"], "stack", trust=OWNER) as raster,
        pytest.raises(RasterRefused, match="21"),
    ):
        raster.info  # noqa: B018


# ---------------------------------------------------------------- mosaics


def quarters(folder: Path, **options: Any) -> list[Path]:
    """Four files of 30 x 20 pixels, two by two, with a gap at the lower right: that one is smaller."""
    made = []
    for i, (col, row) in enumerate(((0, 0), (30, 0), (0, 20), (30, 20))):
        shape = (2, 20, 30) if i < 3 else (2, 12, 25)
        place = grid(1000 + 10 * col, 5000 - 10 * row, 10)
        made.append(write(folder / f"q{i}.tif", noise(shape, "uint16", i) // 2 + 1, **{**place, **options}))
    return made


def test_a_mosaic_reads_like_rasterios_merge(tmp_path: Path) -> None:
    paths = quarters(tmp_path)
    expected, transform = merge(paths, nodata=0)
    with open_collection(paths, "mosaic", trust=OWNER) as raster:
        info = raster.info
        assert (info.width, info.height, info.driver) == (60, 40, "mosaic")
        assert info.link == Link(a=10, b=0, c=transform.c, d=0, e=-10, f=transform.f)
        pixels = raster.read(0, (0, 0, 60, 40))
        np.testing.assert_array_equal(pixels.data, expected)
        assert pixels.valid is not None
        np.testing.assert_array_equal(pixels.valid, (expected != 0).any(axis=0))
        np.testing.assert_array_equal(raster.read(0, (25, 15, 20, 11), (2,)).data, expected[1:, 15:26, 25:45])
        assert [number_of(v) for v in raster.value(45, 25).values] == expected[:, 25, 45].tolist()
        assert not raster.value(59, 39).valid


def test_later_members_lie_on_top_where_they_have_data(tmp_path: Path) -> None:
    bottom = np.full((1, 20, 20), 1, "uint8")
    top = np.full((1, 20, 20), 2, "uint8")
    top[0, :10] = 0
    write(tmp_path / "a.tif", bottom, **grid(0, 200, 10))
    write(tmp_path / "b.tif", top, **grid(100, 200, 10), nodata=0)
    with open_collection([tmp_path / "a.tif", tmp_path / "b.tif"], "mosaic", trust=OWNER) as raster:
        data = raster.read(0, (0, 0, 30, 20)).data[0]
        assert (data[:10, :20] == 1).all()
        assert (data[10:, 10:] == 2).all()
        assert raster.value(15, 5).values == (1,)
        assert raster.value(15, 15).values == (2,)


def test_a_mosaic_of_two_resolutions_uses_the_finer(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", np.full((1, 10, 10), 1, "uint8"), **grid(0, 200, 20))
    write(tmp_path / "b.tif", np.full((1, 20, 20), 2, "uint8"), **grid(200, 200, 10))
    with open_collection([tmp_path / "a.tif", tmp_path / "b.tif"], "mosaic", trust=OWNER) as raster:
        assert (raster.info.width, raster.info.height) == (40, 20)
        assert "grid-differs" in reasons(raster)
        data = raster.read(0, (0, 0, 40, 20)).data[0]
        assert (data[:, :20] == 1).all()
        assert (data[:, 20:] == 2).all()


def test_mosaic_levels_use_the_overviews_of_the_members(tmp_path: Path) -> None:
    paths = []
    for i in range(2):
        data = np.full((1, 3000, 3000), i + 1, "uint8")
        paths.append(write(tmp_path / f"{i}.tif", data, **grid(30_000 * i, 30_000, 10), compress="zstd", tiled=True))
    cache = tmp_path / "cache"
    with open_collection(paths, "mosaic", trust=OWNER, cache_dir=cache) as raster:
        assert raster.info.levels[-1].origin == "sampled"
        assert raster.unbuilt == tuple(map(str, paths))
        for name in raster.unbuilt:
            build_overviews(name, trust=OWNER, cache_dir=cache)
        levels = raster.refresh().levels
        assert levels[-1].origin == "cache"
        assert not raster.unbuilt
        for k, level in enumerate(levels):
            side = min(level.width, 64)
            data = raster.read(k, (level.width // 2 - side // 2, 0, side, 8)).data[0]
            assert (data[:, : side // 2] == 1).all()
            assert (data[:, side // 2 :] == 2).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"crs": "EPSG:32634"}, "gdalwarp"),
        ({"transform": Affine.translation(0, 0) * Affine.rotation(10)}, "turned"),
        ({"transform": Affine(10, 0, 0, 0, 10, 0)}, "turned"),
        ({"crs": None, "transform": Affine.identity()}, "CRS"),
    ],
)
@pytest.mark.parametrize("kind", ["mosaic", "stack"])
def test_what_does_not_fit_is_refused_with_a_way_out(
    tmp_path: Path, change: dict[str, Any], message: str, kind: Any
) -> None:
    write(tmp_path / "a.tif", noise((1, 9, 9), "uint8"), **grid(0, 90, 10))
    write(tmp_path / "b.tif", noise((1, 9, 9), "uint8"), **{**grid(0, 90, 10), **change})
    with (
        open_collection([tmp_path / "a.tif", tmp_path / "b.tif"], kind, trust=OWNER) as raster,
        pytest.raises(RasterRefused, match=message),
    ):
        raster.info  # noqa: B018


def test_a_mosaic_needs_equal_bands(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", noise((1, 9, 9), "uint8"), **grid(0, 90, 10))
    write(tmp_path / "b.tif", noise((3, 9, 9), "uint8"), **grid(90, 90, 10))
    with (
        open_collection([tmp_path / "a.tif", tmp_path / "b.tif"], "mosaic", trust=OWNER) as raster,
        pytest.raises(RasterRefused, match="bands"),
    ):
        raster.info  # noqa: B018


def test_a_collection_leaves_no_descriptor(tmp_path: Path) -> None:
    paths = quarters(tmp_path)
    with open_collection(paths, "mosaic", trust=OWNER) as raster:
        raster.read(0, (0, 0, 60, 40))
    before = n_descriptors()
    with open_collection(paths, "stack", trust=OWNER) as raster:
        raster.read(0, (0, 0, 30, 20))
    assert n_descriptors() == before


def test_nothing_is_no_collection() -> None:
    with pytest.raises(OptionError):
        open_collection([], "stack", trust=OWNER)
    with pytest.raises(OptionError):
        open_collection(["a.tif", "b.tif"], "single", trust=OWNER)
