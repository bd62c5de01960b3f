"""What is said about every sample file, looked at by a person once and held here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo3d.raster.info import RasterInfo
from geo3d.raster.source import open_raster
from geo3d.raster.trust import Trust
from tests.unit.raster.making import SAMPLES, noise, write


def info_of(path: Path, trust: Trust | None = None) -> RasterInfo:
    with open_raster(path, trust=trust or Trust()) as raster:
        return raster.info


def reasons(info: RasterInfo) -> set[str]:
    return {problem.reason for problem in info.problems}


EXPECTED: dict[str, dict[str, Any]] = {
    "rasterio/RGBA.uint16.tif": {"rgb": (3, 2, 1), "mask": "alpha", "alpha": 4, "crs": "EPSG:32612"},
    "rasterio/cogeo.tif": {"mask": "mask", "compression": "jpeg"},
    "rasterio/RGB.byte.gcp.vrt": {"link": "gcps", "crs": "EPSG:4326", "problems": {"placed-by-gcps"}},
    "rasterio/RGB.byte.rpc.vrt": {"link": "rpc", "crs": "EPSG:4326"},
    "rasterio/rotated.tif": {"crs": None, "link": None, "problems": {"no-crs", "rotated"}},
    "rasterio/float_nan.tif": {"crs": None, "mask": "nodata", "problems": {"no-crs", "mirrored"}},
    "rioxarray/test_rpcs.tif": {"link": "rpc", "mask": "nodata", "problems": {"placed-by-rpc"}},
    "rioxarray/2d_test.tif": {"mask": "nan", "problems": {"rotated"}, "crs": "EPSG:32611"},
    "rio-tiler/cog_gcps.tif": {"link": "gcps", "crs": "EPSG:4326", "captured": "2018-07-16T06:06:23"},
    "rio-tiler/cog_cmap.tif": {"rgb": (1,), "colors": ["palette"], "categorical": True},
    "rio-cogeo/image_colormap.tif": {"rgb": (1,), "colors": ["palette"], "categorical": True},
    "rio-tiler/cog_nodata_nan.tif": {"colors": ["sar"], "mask": "nodata"},
    "rio-tiler/cog_nonearth.tif": {"footprint": False, "problems": set()},
    "rio-tiler/cog_dateline.tif": {"rings": 2},
    "rio-tiler/cog_world.tif": {"rings": 1},
    "rio-tiler/cog_tags.tif": {"colors": ["green"]},
    "rio-tiler/pix4d_alpha_nodata.tif": {"mask": "alpha", "alpha": 4, "rgb": (1, 2, 3)},
    "rio-tiler/cog_rgb_mask.tif": {"mask": "mask", "rgb": (1, 2, 3)},
    "naip/m_4709963_se_14_1_20090818.tif": {
        "rgb": (1, 2, 3),
        "colors": ["red", "green", "blue", "nir"],
        "presets": {"true-color", "false-color", "ndvi", "ndwi"},
        "problems": {"colour-from-name"},
        "captured": "2009-08-18",
    },
    "landsat_timeseries/1985.tif": {"colors": ["undefined"] * 4, "problems": {"colour-unknown"}, "captured": "1985"},
    "landsat_timeseries/2020.tif": {"problems": {"colour-unknown"}, "captured": "2020"},
    "naip/m_4709963_se_14_1_20200831.tif": {"problems": {"colour-from-name"}, "captured": "2020-08-31"},
    "rio-tiler/cog_scale.tif": {"problems": {"colour-unknown"}, "rgb": (1,), "mask": "nodata"},
    "spacenet/ms1.tif": {"problems": {"colour-unknown"}, "rgb": (1, 2, 3), "mask": "nan"},
    "landsat7_6band/L7_ETMs.tif": {"rgb": (3, 2, 1), "problems": {"colour-from-name"}},
    "landsat8_bands/tiny_LC80460282016177LGN00_B4.TIF": {"colors": ["red"], "captured": "2016-06-25"},
    "titiler/B01.tif": {"colors": ["coastal"]},
    "titiler/B09.tif": {"colors": ["watervapour"]},
    "titiler/dem.tif": {"colors": ["elevation"]},
    "titiler/above_cog.tif": {"problems": {"colour-unknown"}, "rgb": (1, 2, 3)},
    "elevation/dsm.tif": {"colors": ["elevation"], "crs": "EPSG:26918"},
    "ign_overlay/test_data_rgb.tif": {"crs": "EPSG:2154", "problems": {"crs-from-name"}},
    "ign_overlay/test_data_irc.tif": {
        "crs": "EPSG:2154",
        "colors": ["nir", "red", "green"],
        "rgb": (1, 2, 3),
        "problems": {"crs-from-name", "colour-from-name"},
    },
    "orthority/100_0005_0018.tif": {"crs": None, "problems": {"no-georeference"}, "captured": "2019-04-11T11:01:21"},
    "orthority/3324c_2015_1004_05_0182_RGB.tif": {"problems": {"rotated"}, "captured": "2015-10-04"},
    "webodm/tiny_drone_image_multispec.tif": {"colors": ["blue"], "crs": None, "captured": "2018-08-22T12:11:40"},
    "webodm/orthophoto.tif": {"mask": "alpha", "alpha": 4, "rgb": (1, 2, 3)},
    "rio-tiler/nocog.tif": {"problems": {"no-overviews"}},
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_understood(shared_data: Path, name: str) -> None:
    info, expected = info_of(shared_data / "raster" / name), EXPECTED.get(name, {})
    for field in ("rgb", "mask", "alpha", "captured", "compression"):
        if field in expected:
            assert getattr(info, field) == expected[field], field
    if "crs" in expected:
        assert info.crs == expected["crs"]
    if "link" in expected:
        assert (info.link.kind if info.link else None) == expected["link"]
    if "colors" in expected:
        assert [band.color for band in info.bands] == expected["colors"]
    if "presets" in expected:
        assert {preset.name for preset in info.presets} == expected["presets"]
    assert info.is_categorical == expected.get("categorical", False)
    assert (info.footprint is not None) == (info.crs is not None and expected.get("footprint", True))
    if info.footprint:
        assert len(info.footprint) == expected.get("rings", 1)
    assert reasons(info) == expected.get("problems", reasons(info) if name in EXPECTED else set())


@pytest.mark.parametrize("name", SAMPLES)
def test_info_survives_json(shared_data: Path, name: str) -> None:
    info = info_of(shared_data / "raster" / name)
    assert RasterInfo.model_validate_json(info.model_dump_json()) == info


@pytest.mark.parametrize("name", [name for name in SAMPLES if not name.endswith(".vrt")])
def test_an_upload_is_understood_like_the_owners_file(shared_data: Path, name: str) -> None:
    path = shared_data / "raster" / name
    ours, theirs = info_of(path), info_of(path, Trust(level="uploaded"))
    assert ours == theirs


def test_the_palette_has_256_entries(shared_data: Path) -> None:
    palette = info_of(shared_data / "raster/rio-tiler/cog_cmap.tif").palette
    assert palette is not None
    assert len(palette) == 256


def test_band_facts(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.tif",
        noise((3, 20, 20), "int16"),
        nodata=-999,
        descriptions=("Near Infrared", "B4 (red)", "Temperature"),
        scales=(0.1, 1.0, 0.01),
        offsets=(0.0, 0.0, -273.15),
    )
    near, red, heat = info_of(path).bands
    assert (near.name, near.color, near.scale, near.nodata) == ("Near Infrared", "nir", 0.1, -999)
    assert red.color == "red"
    assert (heat.color, heat.offset, heat.description) == ("undefined", -273.15, "Temperature")


def test_sentinel_band_names_tell_everything(tmp_path: Path) -> None:
    names = ("B2", "B3", "B4", "B8", "B8A", "B11")
    info = info_of(write(tmp_path / "a.tif", noise((6, 20, 20), "uint16"), descriptions=names))
    assert info.rgb == (3, 2, 1)
    assert [band.name for band in info.bands] == ["B02", "B03", "B04", "B08", "B8A", "B11"]
    assert info.bands[3].wavelength_nm == 832.8
    assert next(p.expression for p in info.presets if p.name == "ndvi") == "(b4-b3)/(b4+b3)"


def test_lone_landsat_band_names_stay_unknown(tmp_path: Path) -> None:
    info = info_of(write(tmp_path / "a.tif", noise((4, 20, 20), "uint16"), descriptions=("B1", "B2", "B3", "B4")))
    assert {band.color for band in info.bands} == {"undefined"}
    assert "colour-unknown" in reasons(info)


def test_equal_band_names_are_made_unique(tmp_path: Path) -> None:
    info = info_of(write(tmp_path / "a.tif", noise((3, 9, 9), "uint8"), descriptions=("x", "x", "y")))
    assert [band.name for band in info.bands] == ["x (1)", "x (2)", "y"]


def test_an_overview_without_the_mask_is_not_used(tmp_path: Path) -> None:
    mask = np.zeros((300, 300), "uint8")
    path = write(tmp_path / "a.tif", noise((3, 300, 300), "uint8"), mask=mask, tiled=True, blockxsize=64, blockysize=64)
    assert len(info_of(path).levels) == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("ending", ["pgw", "pngw", "wld", "PGW"])
@pytest.mark.parametrize("level", ["owner", "uploaded"])
def test_world_files_place_pictures_that_a_person_gives_a_crs(
    tmp_path: Path, ending: str, newline: str, level: str
) -> None:
    path = write(tmp_path / "a.png", noise((3, 20, 30), "uint8"), driver="PNG", crs=None, transform=None)
    (tmp_path / "a.png.aux.xml").unlink(missing_ok=True)
    (tmp_path / f"a.{ending}").write_text(newline.join(["2.0", "0", "0", "-2.0", "500001.0", "5299999.0"]))
    info = info_of(path, Trust(level=level))  # type: ignore[arg-type]
    assert info.crs is None
    assert info.loose_link is not None
    link = info.loose_link
    assert (link.a, link.e, link.c, link.f) == (2.0, -2.0, 500_000.0, 5_300_000.0)


def test_gray_with_alpha_is_gray(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise((2, 9, 9), "uint8"), alpha="YES")
    info = info_of(path)
    assert (info.rgb, info.alpha) == ((1,), 2)
    assert "colour-unknown" not in reasons(info)


def test_hyperspectral_picture_takes_the_nearest_wavelengths(tmp_path: Path) -> None:
    data = noise((60, 4, 4), "uint16")
    centers = np.linspace(400, 1000, 60)
    path = tmp_path / "cube.img"
    path.write_bytes(data.tobytes())
    (tmp_path / "cube.hdr").write_text(
        "ENVI\nsamples = 4\nlines = 4\nbands = 60\nheader offset = 0\nfile type = ENVI Standard\ndata type = 12\n"
        "interleave = bsq\nbyte order = 0\nwavelength units = Nanometers\n"
        f"wavelength = {{{', '.join(f'{c:.1f}' for c in centers)}}}\n"
    )
    info = info_of(path)
    chosen = [info.bands[i - 1].wavelength_nm or 0.0 for i in info.rgb]
    np.testing.assert_allclose(chosen, [660, 560, 482], atol=6)
