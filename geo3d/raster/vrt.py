"""Virtual rasters: XML that makes GDAL open other files.

An uploaded VRT is never given to GDAL as it came. It is parsed here, every element must be one we know, every source
must be a plain image inside the allowed folders, and GDAL gets our own text with the resolved paths.

Source: https://gdal.org/en/stable/drivers/raster/vrt.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from geo3d.errors import RasterError, RasterRefused
from geo3d.raster.problem import RasterProblem
from geo3d.raster.trust import Trust

LARGEST_TEXT = 16 << 20
"""Bytes of XML above which an uploaded VRT is refused."""

MOST_SOURCES = 2000
"""Sources above which an uploaded VRT is refused: each is opened once to be judged."""

_HARMLESS = frozenset(
    [
        "VRTDataset",
        "SRS",
        "GeoTransform",
        "GCPList",
        "GCP",
        "Metadata",
        "MDI",
        "VRTRasterBand",
        "ColorInterp",
        "NoDataValue",
        "HideNoDataValue",
        "ColorTable",
        "Entry",
        "Description",
        "UnitType",
        "Offset",
        "Scale",
        "CategoryNames",
        "Category",
        "MaskBand",
        "SimpleSource",
        "ComplexSource",
        "SourceFilename",
        "SourceBand",
        "SourceProperties",
        "SrcRect",
        "DstRect",
        "NODATA",
        "ScaleOffset",
        "ScaleRatio",
        "LUT",
        "UseMaskBand",
        "ColorTableComponent",
        "Histograms",
        "HistItem",
        "HistMin",
        "HistMax",
        "BucketCount",
        "IncludeOutOfRange",
        "Approximate",
        "HistCounts",
        "BlockXSize",
        "BlockYSize",
    ]
)
"""Elements that cannot make GDAL touch anything but a `SourceFilename`. Raw bands, pixel functions, warps, open options
and overviews by file name are not among them."""

_HARMLESS_CLASSES = {"VRTDataset": (None,), "VRTRasterBand": (None, "VRTSourcedRasterBand")}
_HARMLESS_DOMAINS = (None, "", "RPC", "IMAGE_STRUCTURE", "IMAGERY")
_NETWORK = re.compile(
    r"/vsi(?:curl|s3|gs|az|adls|oss|swift|webhdfs|hdfs|sync)[a-z_]*[/?]|[a-z][a-z0-9+.-]*://", re.IGNORECASE
)
_DECLARATION = re.compile(r"<!(?!--|\[CDATA\[)")


def is_vrt(head: bytes) -> bool:
    """Tell by its first bytes whether GDAL would take a file for a VRT."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text.startswith(b"<VRTDataset") or (text.startswith(b"<?xml") and b"<VRTDataset" in text)


def parse(path: Path) -> Element:
    """Parse a VRT without entities, document types or other ways to make XML expensive.

    Raises:
        RasterRefused: It is too large or declares a document type.
        RasterError: It is no XML in UTF-8.
    """
    if path.stat().st_size > LARGEST_TEXT:
        raise RasterRefused(
            f"{path.name} is a VRT of more than {LARGEST_TEXT >> 20} MB; use a GTI or convert it to GeoTIFF"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RasterError(f"{path.name} is not UTF-8 text; write the VRT again") from error
    if _DECLARATION.search(text):
        raise RasterRefused(f"{path.name} declares a document type or entities, which a VRT has no use for")
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise RasterError(f"{path.name} is not well-formed XML: {error}") from error


def vetted(path: Path, trust: Trust) -> tuple[str, tuple[Path, ...]]:
    """Return the text of an uploaded VRT with resolved paths, and the files it reads.

    Raises:
        RasterRefused: It holds anything but bands made of plain files inside the allowed folders.
        RasterError: It is no XML.
    """
    root = parse(path)
    sources: dict[Path, None] = {}
    for element in root.iter():
        _check_element(element, path)
        if element.tag == "SourceFilename":
            source = _source(element, path, trust)
            sources[source] = None
            element.text = str(source)
            element.attrib.clear()
            element.set("relativeToVRT", "0")
    if len(sources) > MOST_SOURCES:
        raise RasterRefused(
            f"{path.name} has {len(sources)} sources, more than {MOST_SOURCES}; upload a mosaic of files instead"
        )
    return ElementTree.tostring(root, encoding="unicode"), tuple(sources)


def check_network(path: Path, trust: Trust) -> bool:
    """Let the owner's VRT pass if every network address in it is on the list of hosts; return whether there is any.

    Raises:
        RasterRefused: An address is not allowed.
    """
    found = False
    for text in _texts(parse(path)):
        if _NETWORK.search(text):
            _check_reference(text.strip(), trust)
            found = True
    return found


def missing_sources(path: Path) -> RasterProblem | None:
    """Return a problem when a VRT names local files that are gone: GDAL shows zeros there, without a word."""
    lost = []
    for element in parse(path).iter("SourceFilename"):
        text = (element.text or "").strip()
        is_plain = text and not _NETWORK.search(text) and not re.match(r"/vsi|[A-Z0-9_]{2,}:|<", text)
        folder = path.parent if element.get("relativeToVRT") == "1" else Path()
        if is_plain and not (folder / text).exists():
            lost.append(text)
    if not lost:
        return None
    named = ", ".join(sorted(set(lost))[:3])
    message = f"{len(set(lost))} files that the VRT refers to are gone ({named}); its pixels there are empty."
    return RasterProblem(reason="source-missing", severity="error", message=message)


def check_overview_reference(reference: str, title: str, trust: Trust) -> None:
    """Judge where a file says its overviews lie: GDAL follows the tag ``OVERVIEW_FILE`` of any TIFF or ``.aux.xml``.

    Raises:
        RasterRefused: An upload names any file, or the owner's file names a host that is not allowed.
    """
    if trust.level == "uploaded":
        raise RasterRefused(
            f"{title} says that its overviews are another file; write it again with gdal_translate -co "
            "COPY_SRC_OVERVIEWS=NO"
        )
    if _NETWORK.search(reference):
        _check_reference(reference, trust)


def _check_reference(reference: str, trust: Trust) -> None:
    address = re.sub(r"^/vsicurl/", "", re.sub(r"^/vsis3/", "s3://", reference))
    trust.check_address(address)


def _texts(root: Element) -> Iterator[str]:
    for element in root.iter():
        is_overview = element.tag == "MDI" and element.get("key") == "OVERVIEW_FILE"
        if is_overview or element.tag in ("SourceFilename", "SourceDataset"):
            yield element.text or ""


def _check_element(element: Element, path: Path) -> None:
    if element.tag not in _HARMLESS:
        raise RasterRefused(
            f"{path.name} holds <{str(element.tag)[:60]}>, which an uploaded VRT may not; convert it to GeoTIFF first"
        )
    classes = _HARMLESS_CLASSES.get(element.tag)
    if classes is not None and element.get("subClass") not in classes:
        raise RasterRefused(
            f"{path.name} is a {element.get('subClass')}, which an uploaded VRT may not be; convert it to GeoTIFF first"
        )
    if element.tag == "Metadata" and element.get("domain") not in _HARMLESS_DOMAINS:
        raise RasterRefused(
            f"{path.name} holds metadata of the domain {element.get('domain')!r}, which may name other files; remove it"
        )


def _source(element: Element, path: Path, trust: Trust) -> Path:
    """Return the file behind a SourceFilename of an uploaded VRT."""
    text = (element.text or "").strip()
    named = f"{path.name} refers to {text[:80]!r}"
    if not text or text.startswith("/vsi") or any(mark in text for mark in "<>:\\\0\n"):
        raise RasterRefused(
            f"{named}, which is not a plain file name; an uploaded VRT may only name files uploaded with it"
        )
    if Path(text).is_absolute():
        raise RasterRefused(
            f"{named}, an absolute path; an uploaded VRT may only name files uploaded with it, relative to itself"
        )
    if element.get("relativeToVRT") != "1":
        raise RasterRefused(f'{named} without relativeToVRT="1"; write the VRT beside its files')
    real = trust.check_path(path.parent / text, beside=path)
    if not real.is_file():
        raise RasterError(f"{named}, which was not uploaded; upload it too")
    return real
