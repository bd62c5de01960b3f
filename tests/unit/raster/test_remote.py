"""Remote COGs and STAC items, from a web server of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geo3d.errors import AssetMissing, RasterError, RasterRefused
from geo3d.raster.collection import open_group
from geo3d.raster.source import open_raster
from geo3d.raster.stac import read_stac, resolve_stac, stac_groups
from geo3d.raster.trust import Trust
from tests.unit.raster.making import noise, write
from tests.unit.raster.serving import served


def test_a_remote_cog_reads_like_the_file(tmp_path: Path) -> None:
    data = noise((3, 600, 700), "uint16")
    path = write(tmp_path / "a.tif", data, tiled=True, blockxsize=128, blockysize=128, overviews=[2, 4])
    with served(tmp_path) as (host, heard):
        with open_raster(f"http://{host}/a.tif", trust=Trust(hosts=("127.0.0.1",))) as raster:
            assert [level.origin for level in raster.info.levels] == ["native", "overview", "overview"]
            assert raster.files == ()
            assert not raster.unbuilt
            np.testing.assert_array_equal(raster.read(0, (100, 50, 300, 200)).data, data[:, 50:250, 100:400])
            with rasterio.open(path, OVERVIEW_LEVEL=1) as oracle:
                np.testing.assert_array_equal(raster.read(2, (0, 0, 175, 150)).data, oracle.read())
        assert {part.split("?")[0] for part in heard} == {"/a.tif"}, "no side files, no listings"


def test_a_host_that_is_not_allowed_is_not_asked(tmp_path: Path) -> None:
    with served(tmp_path) as (host, heard):
        for hosts in ((), ("localhost",), ("127.0.0.1:1",)):
            with pytest.raises(RasterRefused):
                open_raster(f"http://{host}/a.tif", trust=Trust(hosts=hosts)).info  # noqa: B018
        assert heard == []


def test_a_remote_file_that_is_not_there(tmp_path: Path) -> None:
    with served(tmp_path) as (host, _), pytest.raises(RasterError, match=r"a\.tif"):
        open_raster(f"http://{host}/a.tif", trust=Trust(hosts=("127.0.0.1",))).info  # noqa: B018


def item(**assets: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "S2A_33UUP",
        "properties": {"datetime": "2020-05-01T10:00:00Z"},
        "links": [],
        "assets": assets,
    }


def band(name: str, common: str, micrometres: float) -> dict[str, object]:
    return {
        "href": f"./{name}.tif",
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "roles": ["data"],
        "gsd": 10,
        "eo:bands": [{"name": name, "common_name": common, "center_wavelength": micrometres}],
    }


S2 = item(
    B04=band("B04", "red", 0.665),
    B08=band("B08", "nir", 0.842),
    visual={
        "href": "https://elsewhere.example/TCI.tif",
        "type": "image/tiff; application=geotiff",
        "roles": ["visual"],
        "eo:bands": [{"name": "R"}, {"name": "G"}, {"name": "B"}],
    },
    thumbnail={"href": "preview.jpg", "type": "image/jpeg", "roles": ["thumbnail"]},
    metadata={"href": "m.xml", "type": "application/xml", "roles": ["metadata"]},
    cloud={"href": "points.copc.laz", "type": "application/vnd.laszip+copc", "roles": ["data"]},
)


def test_stac_items_list_their_rasters() -> None:
    found = resolve_stac(S2, "https://data.example/items/a.json")
    assert found.captured == "2020-05-01T10:00:00Z"
    assert set(found.skipped) == {"thumbnail", "metadata", "cloud"}
    members = {member.key: member for member in found.members}
    assert members["B04"].href == "https://data.example/items/B04.tif"
    assert members["visual"].href == "https://elsewhere.example/TCI.tif"
    nir = members["B08"].bands[0]
    assert (nir.color, nir.wavelength_nm) == ("nir", 842.0)


def test_stac_1_1_bands_and_foreign_common_names() -> None:
    asset = {"href": "/d/a.tif", "type": "image/tiff", "bands": [{"name": "swir16", "eo:common_name": "swir16"}]}
    member = resolve_stac(item(a=asset)).members[0]
    assert (member.bands[0].color, member.href) == ("swir", "/d/a.tif")


def test_stac_groups_are_a_stack_and_the_picture() -> None:
    groups = stac_groups(resolve_stac(S2, "https://data.example/a.json"))
    assert [(group.kind, len(group.members)) for group in groups] == [("single", 1), ("stack", 2)]
    one = stac_groups(resolve_stac(S2, "https://data.example/a.json"), ["B08", "B04"])
    assert [member.rsplit("/", 1)[1] for member in one[0].members] == ["B08.tif", "B04.tif"]
    with pytest.raises(RasterError, match="B99"):
        stac_groups(resolve_stac(S2), ["B99"])


@pytest.mark.parametrize(
    "bad", [{}, {"type": "Catalog"}, {"type": "Feature", "assets": []}, item(), item(a={"href": 3})]
)
def test_what_is_no_stac_item_is_said(bad: dict[str, object]) -> None:
    with pytest.raises(RasterError):
        resolve_stac(bad)


def test_a_local_and_a_remote_item_open_their_files(tmp_path: Path) -> None:
    for name in ("B04", "B08"):
        write(tmp_path / f"{name}.tif", noise((1, 40, 50), "uint16", seed=len(name)))
    (tmp_path / "item.json").write_text(json.dumps(item(B04=band("B04", "red", 0.665), B08=band("B08", "nir", 0.842))))
    with served(tmp_path) as (host, _):
        trust = Trust(hosts=("127.0.0.1",))
        for name in (str(tmp_path / "item.json"), f"http://{host}/item.json"):
            (group,) = stac_groups(read_stac(name, trust))
            with open_group(group, trust=trust) as raster:
                assert [b.color for b in raster.info.bands] == ["red", "nir"]
                assert raster.read(0, (0, 0, 50, 40)).data.shape == (2, 40, 50)


def test_an_item_may_not_redirect_to_another_host(tmp_path: Path) -> None:
    (tmp_path / "item.json").write_text(json.dumps(S2))
    with served(tmp_path) as (inner, heard):
        redirect = {"/item.json": f"http://{inner}/item.json"}
        with served(tmp_path, redirect) as (outer, _), pytest.raises(RasterRefused):
            read_stac(f"http://{outer}/item.json", Trust(hosts=(outer,)))
        assert heard == []


def test_items_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(RasterError):
        read_stac(str(tmp_path / "a.json"), Trust())
    with pytest.raises(AssetMissing):
        read_stac(str(tmp_path / "gone.json"), Trust())
    with served(tmp_path) as (host, _), pytest.raises(AssetMissing):
        read_stac(f"http://{host}/gone.json", Trust(hosts=("127.0.0.1",)))
