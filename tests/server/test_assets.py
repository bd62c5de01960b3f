"""Files over HTTP: received whole or not at all, under names that lead nowhere, opened without trust."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import rasterio

from geo3d.labels import new_id
from tests.live import LiveServer, eventually
from tests.server.conftest import change_set, put
from tests.server.pictures import write_ortho


@pytest.fixture
def tif(tmp_path: Path) -> Path:
    return write_ortho(tmp_path / "ortho.tif")


@pytest.fixture
def files(server: LiveServer) -> Path:
    return server.folder / "files"


def upload(client: httpx.Client, scene: str, *parts: tuple[str, bytes], **fields: str) -> httpx.Response:
    sent = [("file", (name, content)) for name, content in parts]
    return client.post(f"/api/scenes/{scene}/assets/upload", files=sent, data=fields)


def contents(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def ended(client: httpx.Client, job: str) -> dict[str, Any]:
    return eventually(lambda: (found := client.get(f"/api/jobs/{job}").json())["ended"] and found, "the job ends")


def test_an_uploaded_raster_is_shown(server: LiveServer, ada: httpx.Client, scene: str, tif: Path) -> None:
    answer = upload(ada, scene, ("ortho.tif", tif.read_bytes()))
    assert answer.status_code == 201, answer.text
    [asset] = answer.json()["assets"]
    assert (asset["title"], asset["trust"], asset["arrangement"]) == ("ortho.tif", "uploaded", "single")
    assert asset["href"].startswith("files/")
    assert (server.folder / asset["href"]).read_bytes() == tif.read_bytes()
    assert asset in ada.get(f"/api/scenes/{scene}").json()["assets"]
    info = ada.get(f"/api/tiles/{asset['id']}/info").json()
    assert info["info"]["crs"] == "EPSG:32617"
    picture = ada.get(f"/api/tiles/{asset['id']}/{info['version']}/native/0/0/0.png")
    assert picture.headers["content-type"] == "image/png"
    assert "immutable" in picture.headers["cache-control"]
    for job in answer.json()["jobs"]:
        found = ended(ada, job)
        assert found["state"] == "done"
        assert "arguments" not in found
    [asset] = ada.get(f"/api/scenes/{scene}").json()["assets"]
    assert asset["sha256"] == hashlib.sha256(tif.read_bytes()).hexdigest()


def test_tiles_ask_who_is_there(server: LiveServer, ada: httpx.Client, scene: str, tif: Path) -> None:
    [asset] = upload(ada, scene, ("ortho.tif", tif.read_bytes())).json()["assets"]
    path = f"/api/tiles/{asset['id']}/latest/WebMercatorQuad/0/0/0.png"
    with httpx.Client(base_url=server.base) as stranger:
        assert stranger.get(path).status_code == 401
        prefix = ada.get("/api/session").json()["read_path"]
        assert stranger.get(prefix + path).status_code == 200
        document = stranger.get(f"{prefix}/api/tiles/{asset['id']}/tilejson.json").json()
        assert document["tiles"][0].startswith(f"{server.base}{prefix}/api/tiles/{asset['id']}/")
        capabilities = stranger.get(f"{prefix}/api/tiles/{asset['id']}/wmts").text
        assert f"{prefix}/api/tiles/" in capabilities
        assert stranger.post(prefix + path).status_code == 403


def test_sidecars_belong_to_their_raster(ada: httpx.Client, scene: str, tmp_path: Path) -> None:
    write_ortho(tmp_path / "plain.tif", crs=None)
    world = b"0.5\n0\n0\n-0.5\n500000.25\n3999999.75\n"
    with rasterio.open(tmp_path / "plain.tif") as opened:
        png = tmp_path / "plain.png"
        with rasterio.open(png, "w", driver="PNG", width=1000, height=800, count=3, dtype="uint8") as out:
            out.write(opened.read())
    answer = upload(ada, scene, ("plain.pgw", world), ("plain.png", png.read_bytes()))
    assert answer.status_code == 201, answer.text
    assert [asset["title"] for asset in answer.json()["assets"]] == ["plain.png"]


def test_a_virtual_raster_comes_with_its_sources(ada: httpx.Client, scene: str, tif: Path) -> None:
    vrt = (
        '<VRTDataset rasterXSize="1000" rasterYSize="800"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        '<SourceFilename relativeToVRT="1">ortho.tif</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    answer = upload(ada, scene, ("ortho.tif", tif.read_bytes()), ("one.vrt", vrt.encode()))
    assert answer.status_code == 201, answer.text
    assert [asset["title"] for asset in answer.json()["assets"]] == ["one.vrt"]


@pytest.mark.parametrize(
    "source",
    ["/etc/passwd", "/vsicurl/http://127.0.0.1:1/x.tif", "../../../secret.tif", "http://169.254.169.254/latest/x.tif"],
)
def test_a_virtual_raster_does_not_lead_elsewhere(
    ada: httpx.Client, scene: str, files: Path, tif: Path, source: str
) -> None:
    shutil.copy(tif, files.parent / "secret.tif")
    before = contents(files)
    vrt = (
        '<VRTDataset rasterXSize="1000" rasterYSize="800"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        f'<SourceFilename relativeToVRT="0">{source}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    answer = upload(ada, scene, ("evil.vrt", vrt.encode()))
    assert answer.status_code == 422, answer.text
    assert contents(files) == before
    assert ada.get(f"/api/scenes/{scene}").json()["assets"] == []


def test_several_files_are_layers_or_one_stack(ada: httpx.Client, scene: str, tmp_path: Path) -> None:
    parts = []
    for k in (1, 2):
        path = tmp_path / f"scene_B{k}.tif"
        with rasterio.open(path, "w", driver="GTiff", width=100, height=80, count=1, dtype="uint16") as out:
            out.write(np.full((80, 100), k, dtype=np.uint16), 1)
        parts.append((path.name, path.read_bytes()))
    assert len(upload(ada, scene, *parts).json()["assets"]) == 2
    answer = upload(ada, scene, *parts, arrangement="stack")
    assert answer.status_code == 201, answer.text
    [stack] = answer.json()["assets"]
    assert len(stack["members"]) == 2
    assert upload(ada, scene, *parts, arrangement="heap").status_code == 422


def archives() -> Iterator[tuple[str, bytes]]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.tif", b"x")
    yield "a.zip", packed.getvalue()
    yield "renamed.tif", packed.getvalue()
    yield "a.tif.gz", gzip.compress(b"x" * 1000)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../evil"), io.BytesIO())
    yield "a.tar", packed.getvalue()


@pytest.mark.parametrize(("name", "content"), archives(), ids=["zip", "renamed", "gzip", "tar"])
def test_archives_are_not_unpacked(ada: httpx.Client, scene: str, files: Path, name: str, content: bytes) -> None:
    before = contents(files)
    answer = upload(ada, scene, (name, content))
    assert answer.status_code == 422
    assert "unpack it" in answer.json()["detail"]
    assert contents(files) == before


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../evil.tif", "evil.tif"),
        ("..\\..\\evil.tif", "evil.tif"),
        ("/etc/cron.d/evil.tif", "evil.tif"),
        ("Übersicht süd.tif", "Übersicht süd.tif"),
        ("con.tif", "_con.tif"),
        ("a\u202eb.tif", "ab.tif"),
        (".hidden.tif", "hidden.tif"),
        ("x" * 400 + ".tif", "x" * 197 + ".tif"),
    ],
)
def test_names_lead_nowhere(
    server: LiveServer, ada: httpx.Client, scene: str, tif: Path, given: str, kept: str
) -> None:
    answer = upload(ada, scene, (given, tif.read_bytes()))
    assert answer.status_code == 201, answer.text
    href = Path(answer.json()["assets"][0]["href"])
    assert href.name == kept
    assert href.parts[0] == "files"
    assert len(href.parts) == 3
    assert (server.folder / href).resolve().is_relative_to(server.folder / "files")


@pytest.mark.parametrize("name", ["..", "...", "/", " "])
def test_files_without_a_name_are_refused(ada: httpx.Client, scene: str, name: str) -> None:
    assert upload(ada, scene, (name, b"x")).status_code == 422


def test_what_is_no_raster_is_refused_whole(ada: httpx.Client, scene: str, files: Path, tif: Path) -> None:
    before = contents(files)
    answer = upload(ada, scene, ("good.tif", tif.read_bytes()), ("bad.tif", b"II*\0 this is no TIFF"))
    assert answer.status_code == 422, answer.text
    assert contents(files) == before
    assert ada.get(f"/api/scenes/{scene}").json()["assets"] == []
    assert upload(ada, scene, ("a.tif", b"1"), ("A.TIF", b"2")).status_code == 422
    assert upload(ada, scene, ("only.tfw", b"1\n")).status_code == 422


MALFORMED = {
    "no multipart": (b"x", "application/octet-stream"),
    "no boundary": (b"x", "multipart/form-data"),
    "cut short": (b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.tif"\r\n\r\nabc', "b"),
    "no file": (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nabc\r\n--b--\r\n', "b"),
    "not a form": (b"nonsense" * 100, "b"),
    "endless header": (b"--b\r\nX: " + b"a" * 100_000, "b"),
    "empty": (b"", "b"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_forms_are_refused(ada: httpx.Client, scene: str, files: Path, name: str) -> None:
    body, kind = MALFORMED[name]
    before = contents(files)
    content_type = f"multipart/form-data; boundary={kind}" if kind == "b" else kind
    answer = ada.post(f"/api/scenes/{scene}/assets/upload", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 422, answer.text
    assert contents(files) == before


def test_who_hangs_up_leaves_nothing(server: LiveServer, ada: httpx.Client, scene: str, files: Path) -> None:
    before = contents(files)

    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.tif"\r\n\r\n' + b"x" * (3 << 20)
        raise KeyError("enough")

    with pytest.raises(KeyError):
        ada.post(
            f"/api/scenes/{scene}/assets/upload",
            content=body(),
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )
    eventually(lambda: contents(files) == before, "nothing is left")


def test_large_uploads_are_refused_while_they_come(tmp_path: Path) -> None:
    from geo3d.workspace import Workspace

    Workspace.create(tmp_path).close()
    with LiveServer(tmp_path, GEO3D_MAX_UPLOAD_BYTES=str(1 << 20)) as server, server.person("Ada") as ada:
        scene = ada.post("/api/scenes", json={"title": "S"}).json()["id"]
        try:
            answer = upload(ada, scene, ("a.tif", b"x" * (5 << 20)))
        except (httpx.WriteError, httpx.RemoteProtocolError):
            pass
        else:
            assert answer.status_code == 413
        assert not list((tmp_path / "files").iterdir())


def test_strangers_cannot_upload(server: LiveServer, scene: str, tif: Path) -> None:
    with httpx.Client(base_url=server.base, headers={"Origin": server.base}) as stranger:
        assert upload(stranger, scene, ("a.tif", tif.read_bytes())).status_code == 401
    with server.person(None) as nobody:
        assert upload(nobody, scene, ("a.tif", tif.read_bytes())).status_code == 403


# ---------------------------------------------------------------- in place


def test_the_owner_registers_files_in_place(ada: httpx.Client, scene: str, tif: Path) -> None:
    answer = ada.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(tif)]})
    assert answer.status_code == 201, answer.text
    [asset] = answer.json()["assets"]
    assert (asset["href"], asset["trust"]) == (str(tif), "owner")


@pytest.mark.parametrize(
    "href",
    [
        "http://169.254.169.254/latest", "https://evil.example/x.tif", "s3://bucket/x.tif", "file:///etc/passwd",
        "/vsicurl/http://127.0.0.1/x", "/vsizip//etc/x.zip", "relative.tif", "ftp://evil.example/x",
        "\\\\server\\share",
    ],
)  # fmt: skip
def test_addresses_are_not_registered_unless_allowed(ada: httpx.Client, scene: str, href: str) -> None:
    answer = ada.post(f"/api/scenes/{scene}/assets", json={"hrefs": [href]})
    assert answer.status_code == 403, answer.text


def test_a_proxy_is_not_the_machine(ada: httpx.Client, scene: str, tif: Path) -> None:
    answer = ada.post(
        f"/api/scenes/{scene}/assets", json={"hrefs": [str(tif)]}, headers={"X-Forwarded-For": "127.0.0.1"}
    )
    assert answer.status_code == 403


def test_a_moved_file_is_found_again_by_content(ada: httpx.Client, scene: str, tif: Path, tmp_path: Path) -> None:
    added = ada.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(tif)]}).json()
    for job in added["jobs"]:
        ended(ada, job)
    asset = added["assets"][0]["id"]
    content = tif.read_bytes()
    moved, other = tmp_path / "moved.tif", write_ortho(tmp_path / "other.tif", seed=5)
    tif.rename(moved)
    eventually(lambda: ada.get(f"/api/tiles/{asset}/info").status_code == 410, "it is missed")
    problem = ada.get(f"/api/tiles/{asset}/info").json()
    assert (problem["type"], "relink" in problem["detail"]) == ("urn:geo3d:asset-missing", True)
    path = f"/api/scenes/{scene}/assets/{asset}/relink"
    wrong = ended(ada, ada.post(path, json={"href": str(other)}).json()["id"])
    assert (wrong["state"], wrong["problem"]["type"]) == ("failed", "urn:geo3d:asset-missing")
    right = ended(ada, ada.post(path, json={"href": str(moved)}).json()["id"])
    assert right["state"] == "done", right
    assert moved.read_bytes() == content
    assert ada.get(f"/api/scenes/{scene}").json()["assets"][0]["href"] == str(moved)
    eventually(lambda: ada.get(f"/api/tiles/{asset}/info").status_code == 200, "it is there again")


def test_an_asset_can_be_taken_out_and_brought_back(ada: httpx.Client, scene: str, tif: Path) -> None:
    added = upload(ada, scene, ("ortho.tif", tif.read_bytes())).json()
    for job in added["jobs"]:
        ended(ada, job)
    document = ada.get(f"/api/scenes/{scene}").json()
    without = put({**document, "assets": []}, base=document["revision"])
    answer = ada.post(f"/api/scenes/{scene}/changes", json=change_set(ada, new_id(), without))
    assert answer.status_code == 200, answer.text
    assert ada.get(f"/api/tiles/{added['assets'][0]['id']}/info").status_code in (200, 404)
    assert ada.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()}).status_code == 200
    assert len(ada.get(f"/api/scenes/{scene}").json()["assets"]) == 1
