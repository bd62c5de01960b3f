"""Nobody's upload makes GDAL read another file or ask the network. Each test has a canary that would be seen."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile

from geo3d.errors import RasterError, RasterRefused
from geo3d.raster.band import number_of
from geo3d.raster.info import RasterInfo
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.trust import Trust
from tests.unit.raster.making import source_over, write

CANARY = 77
UPLOADED = Trust(level="uploaded")


class Listener(http.server.BaseHTTPRequestHandler):
    """Hears every request and answers none."""

    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_response(404)
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    heard: list[str] = []
    handler = type("Heard", (Listener,), {"heard": heard})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file outside the uploads, all 77."""
    folder = tmp_path / "private"
    folder.mkdir()
    return write(folder / "canary.tif", np.full((1, 32, 32), CANARY, "uint8"))


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    write(folder / "inside.tif", np.full((1, 32, 32), 5, "uint8"))
    return folder


def trust_in(folder: Path) -> Trust:
    return Trust(level="uploaded", roots=(str(folder),))


def seen(raster: Raster) -> set[int]:
    """Every number a raster shows, at every level, and by value."""
    numbers: set[int] = set()
    for i, level in enumerate(raster.info.levels):
        pixels = raster.read(i, (0, 0, level.width, level.height))
        numbers |= set(np.unique(pixels.data).tolist())
        if pixels.valid is not None:
            numbers |= {CANARY} if not pixels.valid.all() else set()
    return numbers | {int(number_of(v)) for v in raster.value(0, 0).values}


# ---------------------------------------------------------------- VRTs


@pytest.mark.parametrize(
    "source",
    [
        "{canary}",
        "../private/canary.tif",
        "inside.tif/../../private/canary.tif",
        "/vsicurl/http://{host}/a.tif",
        "http://{host}/a.tif",
        "WMS:http://{host}/",
        "/vsisubfile/0_1000,{canary}",
        "GTIFF_DIR:1:{canary}",
        "&lt;VRTDataset/&gt;",
        "",
    ],
)
@pytest.mark.parametrize("relative", [True, False])
def test_an_uploaded_vrt_reads_nothing_else(
    uploads: Path, canary: Path, listener: tuple[str, list[str]], source: str, relative: bool
) -> None:
    host, heard = listener
    vrt = source_over(uploads / "a.vrt", source.format(canary=canary, host=host), relative)
    with pytest.raises(RasterRefused):
        open_raster(vrt, trust=trust_in(uploads)).info  # noqa: B018
    assert heard == []


def test_an_uploaded_vrt_may_read_what_was_uploaded_with_it(uploads: Path) -> None:
    (uploads / "deeper").mkdir()
    write(uploads / "deeper" / "b.tif", np.full((1, 32, 32), 6, "uint8"))
    for source, number in (("inside.tif", 5), ("deeper/b.tif", 6), ("deeper/../inside.tif", 5)):
        with open_raster(source_over(uploads / "a.vrt", source), trust=trust_in(uploads)) as raster:
            assert seen(raster) == {number}
            assert raster.files[0] == uploads / "a.vrt"


def test_without_a_folder_an_uploaded_vrt_reads_nothing(uploads: Path) -> None:
    with pytest.raises(RasterRefused):
        open_raster(source_over(uploads / "a.vrt", "inside.tif"), trust=UPLOADED).info  # noqa: B018


def test_links_are_followed_before_they_are_judged(uploads: Path, canary: Path) -> None:
    (uploads / "link.tif").symlink_to(canary)
    vrt = source_over(uploads / "a.vrt", "link.tif")
    for path in (vrt, uploads / "link.tif"):
        with pytest.raises(RasterRefused):
            open_raster(path, trust=trust_in(uploads)).info  # noqa: B018


@pytest.mark.parametrize("inner", ["a.vrt", "nested.vrt", "vrt_called.tif", "text.tif"])
def test_the_sources_of_a_vrt_are_pictures_not_vrts(uploads: Path, canary: Path, inner: str) -> None:
    for name in ("nested.vrt", "vrt_called.tif"):
        source_over(uploads / name, str(canary), relative=False)
    (uploads / "text.tif").write_text("hello")
    with pytest.raises(RasterRefused):
        open_raster(source_over(uploads / "a.vrt", inner), trust=trust_in(uploads)).info  # noqa: B018


BAND = '<VRTRasterBand dataType="Byte" band="1"{}>{}</VRTRasterBand>'
INSIDE = '<SourceFilename relativeToVRT="1">inside.tif</SourceFilename>'
CANARY_OVERVIEWS = '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{canary}</MDI></Metadata>'


@pytest.mark.parametrize(
    ("attributes", "body"),
    [
        (' subClass="VRTWarpedDataset"', "<GDALWarpOptions><SourceDataset>{canary}</SourceDataset></GDALWarpOptions>"),
        ("", BAND.format(' subClass="VRTRawRasterBand"', f"{INSIDE}<ImageOffset>0</ImageOffset>")),
        ("", BAND.format(' subClass="VRTDerivedRasterBand"', "<PixelFunctionType>hello</PixelFunctionType>")),
        ("", BAND.format("", "<Overview><SourceFilename>{canary}</SourceFilename></Overview>")),
        ("", CANARY_OVERVIEWS + BAND.format("", "")),
        ("", BAND.format("", f"<SimpleSource>{INSIDE}<OpenOptions><OOI key='X'>1</OOI></OpenOptions></SimpleSource>")),
        ("", BAND.format("", "<ArraySource><SourceFilename>{canary}</SourceFilename></ArraySource>")),
    ],
)
def test_elements_that_could_reach_out_are_refused(uploads: Path, canary: Path, attributes: str, body: str) -> None:
    text = f'<VRTDataset rasterXSize="32" rasterYSize="32"{attributes}>{body.format(canary=canary)}</VRTDataset>'
    (uploads / "a.vrt").write_text(text)
    with pytest.raises(RasterRefused):
        open_raster(uploads / "a.vrt", trust=trust_in(uploads)).info  # noqa: B018


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/hostname"', '"aaaaaaaaaaaa"'])
def test_entities_are_refused(uploads: Path, entity: str) -> None:
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e {entity}>]><VRTDataset rasterXSize="9" rasterYSize="9">&e;'
    (uploads / "a.vrt").write_text(text + "</VRTDataset>")
    with pytest.raises(RasterRefused):
        open_raster(uploads / "a.vrt", trust=trust_in(uploads)).info  # noqa: B018


@pytest.mark.parametrize("body", ["<VRTDataset", "<VRTDataset></Nope>", "<VRTDataset>\xff</VRTDataset>"])
def test_broken_vrts_are_errors(uploads: Path, body: str) -> None:
    (uploads / "a.vrt").write_bytes(body.encode("latin-1"))
    with pytest.raises(RasterError):
        open_raster(uploads / "a.vrt", trust=trust_in(uploads)).info  # noqa: B018


# ---------------------------------------------------------------- files that point elsewhere from within or beside


def plain(path: Path, metadata: str = "") -> Path:
    tags = [(42112, "s", 0, f"<GDALMetadata>{metadata}</GDALMetadata>", False)] if metadata else []
    tifffile.imwrite(path, np.full((64, 64), 5, "uint8"), extratags=tags, metadata=None)
    return path


def test_a_tag_that_names_other_overviews_is_refused(uploads: Path, canary: Path) -> None:
    """Seen with GDAL 3.10: a plain TIFF whose metadata say OVERVIEW_FILE shows that file's pixels, always."""
    path = plain(uploads / "a.tif", f'<Item name="OVERVIEW_FILE" domain="OVERVIEWS">{canary}</Item>')
    with pytest.raises(RasterRefused):
        open_raster(path, trust=trust_in(uploads)).info  # noqa: B018
    vrt = source_over(uploads / "a.vrt", "a.tif")
    with pytest.raises(RasterRefused):
        open_raster(vrt, trust=trust_in(uploads)).info  # noqa: B018


def test_side_files_are_not_looked_at(uploads: Path, canary: Path) -> None:
    vrt = "<VRTDataset rasterXSize='{0}' rasterYSize='{0}'>{1}<VRTRasterBand dataType='Byte' band='1'><SimpleSource>"
    vrt += f"<SourceFilename>{canary}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    path = plain(uploads / "a.tif")
    (uploads / "a.tif.ovr").write_text(vrt.format(32, ""))
    flags = "<Metadata><MDI key='INTERNAL_MASK_FLAGS_1'>2</MDI></Metadata>"
    (uploads / "a.tif.msk").write_text(vrt.format(64, flags))
    (uploads / "a.tif.aux.xml").write_text(
        f"<PAMDataset><Metadata domain='OVERVIEWS'><MDI key='OVERVIEW_FILE'>{canary}</MDI></Metadata></PAMDataset>"
    )
    with open_raster(path, trust=trust_in(uploads)) as raster:
        assert seen(raster) == {5}
        assert raster.files == (path,)


@pytest.mark.parametrize(
    "content",
    [
        b"<GDAL_WMS><Service name='TMS'><ServerUrl>http://HOST/${z}</ServerUrl></Service></GDAL_WMS>",
        b"<WMS_Capabilities/>",
        b"ENVI\nsamples = 10",
        b"EHFA_HEADER_TAG\0",
        b"\x89HDF\r\n\x1a\n" + bytes(600),
        b"CDF\x01" + bytes(100),
        b"SQLite format 3\0" + bytes(100),
        b"%PDF-1.4",
        b"hello",
        b"",
    ],
)
def test_other_formats_are_the_owners_affair(uploads: Path, listener: tuple[str, list[str]], content: bytes) -> None:
    path = uploads / "a.tif"
    path.write_bytes(content.replace(b"HOST", listener[0].encode()))
    with pytest.raises(RasterRefused, match="GeoTIFF"):
        open_raster(path, trust=trust_in(uploads)).info  # noqa: B018
    assert listener[1] == []


@pytest.mark.parametrize(
    "name", ["http://{host}/a.tif", "s3://bucket/a.tif", "/vsicurl/http://{host}/a.tif", "ftp://{host}/"]
)
def test_uploads_have_no_addresses(listener: tuple[str, list[str]], name: str) -> None:
    trust = Trust(level="uploaded", hosts=(listener[0], "s3://bucket"))
    with pytest.raises(RasterRefused):
        open_raster(name.format(host=listener[0]), trust=trust).info  # noqa: B018
    assert listener[1] == []


def test_uploads_stay_in_their_folder(uploads: Path, canary: Path) -> None:
    for path in (canary, uploads / ".." / "private" / "canary.tif"):
        with pytest.raises(RasterRefused):
            open_raster(path, trust=trust_in(uploads)).info  # noqa: B018


# ---------------------------------------------------------------- the owner


def info_of(path: Path | str, trust: Trust) -> RasterInfo:
    with open_raster(path, trust=trust) as raster:
        return raster.info


@pytest.mark.parametrize("source", ["/vsicurl/http://{host}/a.tif", "http://{host}/a.tif", "/vsis3/bucket/a.tif"])
def test_the_owners_vrt_asks_only_allowed_hosts(tmp_path: Path, listener: tuple[str, list[str]], source: str) -> None:
    vrt = source_over(tmp_path / "a.vrt", source.format(host=listener[0]), relative=False)
    with pytest.raises(RasterRefused, match="allow-host"):
        info_of(vrt, Trust())
    assert listener[1] == []


def test_the_owners_vrt_may_ask_an_allowed_host(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    vrt = source_over(tmp_path / "a.vrt", f"/vsicurl/http://{listener[0]}/a.tif", relative=False)
    with open_raster(vrt, trust=Trust(hosts=("127.0.0.1",))) as raster, pytest.raises(RasterError):
        raster.read(0, (0, 0, 4, 4))
    assert any("a.tif" in path for path in listener[1])


def test_the_owners_local_files_stay_offline_even_when_nested(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    """A harmless-looking VRT over a VRT over the network: judged by nobody, stopped by the options of local files."""
    source_over(tmp_path / "inner.vrt", f"/vsicurl/http://{listener[0]}/a.tif", relative=False)
    vrt = source_over(tmp_path / "outer.vrt", "inner.vrt")
    with open_raster(vrt, trust=Trust()) as raster, contextlib.suppress(RasterError):
        raster.read(0, (0, 0, 4, 4))
    assert listener[1] == []


def test_a_vrt_whose_files_are_gone_says_so(tmp_path: Path) -> None:
    problems = info_of(source_over(tmp_path / "a.vrt", "gone.tif"), Trust()).problems
    assert ("source-missing", "error") in {(problem.reason, problem.severity) for problem in problems}


def test_the_owner_reads_local_vrts_from_anywhere_unless_roots_say_otherwise(tmp_path: Path, canary: Path) -> None:
    vrt = source_over(tmp_path / "a.vrt", str(canary), relative=False)
    with open_raster(vrt, trust=Trust()) as raster:
        assert seen(raster) == {CANARY}
    with pytest.raises(RasterRefused):
        info_of(vrt, Trust(roots=(str(canary.parent),)))


@pytest.mark.parametrize(
    ("address", "hosts", "passes"),
    [
        ("https://data.example.org/a.tif", ("data.example.org",), True),
        ("https://DATA.example.org/a.tif", ("data.example.org",), True),
        ("https://data.example.org:8443/a.tif", ("data.example.org",), True),
        ("https://data.example.org:8443/a.tif", ("data.example.org:8443",), True),
        ("https://data.example.org:9/a.tif", ("data.example.org:8443",), False),
        ("https://a.b.example.org/a.tif", ("*.example.org",), True),
        ("https://example.org/a.tif", ("*.example.org",), False),
        ("https://evilexample.org/a.tif", ("*.example.org", "example.org"), False),
        ("https://data.example.org.evil.net/a.tif", ("data.example.org",), False),
        ("https://data.example.org@evil.net/a.tif", ("data.example.org",), False),
        ("https://me:secret@data.example.org/a.tif", ("data.example.org",), False),
        ("s3://bucket/a.tif", ("s3://bucket",), True),
        ("s3://bucket/a.tif", ("bucket",), False),
        ("s3://bucket2/a.tif", ("s3://bucket",), False),
        ("https://bucket/a.tif", ("s3://bucket",), False),
        ("ftp://data.example.org/a.tif", ("data.example.org",), False),
        ("file:///etc/passwd", ("", "*"), False),
        ("https:///a.tif", ("", "*."), False),
    ],
)
def test_hosts(address: str, hosts: tuple[str, ...], passes: bool) -> None:
    trust = Trust(hosts=hosts)
    if passes:
        trust.check_address(address)
    else:
        with pytest.raises(RasterRefused):
            trust.check_address(address)
