"""What the pixels of an open dataset mean: bands, colours, nodata, mask and palette."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast, get_args

import numpy as np
from rasterio.enums import MaskFlags

from geo3d.raster import spectral
from geo3d.raster.band import Band, ColorRole, spelled
from geo3d.raster.handle import Dataset
from geo3d.raster.info import MaskKind
from geo3d.raster.metadata import color_names, tags_of, texts_of
from geo3d.raster.problem import RasterProblem

_XMP_BAND = re.compile(r"<Camera:BandName>\s*(?:<rdf:Seq>\s*<rdf:li>)?\s*([\w .-]+?)\s*<|Camera:BandName=\"([^\"]+)\"")
_XMP_WAVELENGTH = re.compile(
    r"<Camera:CentralWavelength>\s*(?:<rdf:Seq>\s*<rdf:li>)?\s*([\d.]+)|Camera:CentralWavelength=\"([\d.]+)\""
)


@dataclass(frozen=True, slots=True)
class Content:
    """What the pixels of a dataset mean."""

    bands: tuple[Band, ...]
    alpha: int | None
    mask: MaskKind
    palette: tuple[tuple[int, int, int, int], ...] | None
    is_categorical: bool
    problems: tuple[RasterProblem, ...]


def content_of(dataset: Dataset, stem: str) -> Content:
    """Return bands, mask and palette of an open dataset.

    Args:
        dataset: Open dataset.
        stem: File name without its ending; missions write band names into it.
    """
    problems: list[RasterProblem] = []
    # rasterio asks GDAL for every band each time one of these is asked for
    descriptions, units = texts_of(dataset, "descriptions"), texts_of(dataset, "units")
    dtypes, nodatas = dataset.dtypes, dataset.nodatavals
    scales, offsets = dataset.scales, dataset.offsets
    colors = _stated_colors(dataset)
    known = _known_spectra(dataset, stem, colors, problems)
    names = _unique(
        [s.name if s else d or f"b{i}" for i, s, d in zip(dataset.indexes, known, descriptions, strict=True)]
    )
    bands = []
    for position, index in enumerate(dataset.indexes):
        spectrum, dtype = known[position], str(dtypes[position])
        color = spectrum.color if spectrum and spectrum.color != "undefined" else colors[position]
        nodata = nodatas[position]
        bands.append(
            Band(
                index=index,
                name=names[position],
                dtype=dtype,
                nodata=None if nodata is None else spelled(_number(nodata, dtype)),
                scale=_finite(scales[position], 1.0),
                offset=_finite(offsets[position], 0.0),
                unit=units[position],
                color=color,
                wavelength_nm=_wavelength(dataset, index) or (spectrum.wavelength_nm if spectrum else None),
                description=descriptions[position],
            )
        )
    bands = [_colored_by_wavelength(band) for band in bands]
    alpha = next((band.index for band in bands if band.color == "alpha"), None)
    mask = _mask_kind(dataset, bands, alpha)
    problems += _nodata_problems(bands, mask)
    problems += _color_problems(bands)
    palette = _palette(dataset)
    is_thematic = any(tags_of(dataset, index).get("LAYER_TYPE") == "thematic" for index in dataset.indexes[:1])
    return Content(tuple(bands), alpha, mask, palette, palette is not None or is_thematic, tuple(problems))


def _stated_colors(dataset: Dataset) -> list[ColorRole]:
    """Return the colour interpretation, where it means anything."""
    renamed = {"Y": "luma", "Cb": "chroma", "Cr": "chroma"}
    known = get_args(ColorRole)
    colors: list[ColorRole] = []
    for stated in color_names(dataset):
        name = "sar" if stated.startswith("sar_") else renamed.get(stated, stated)
        colors.append(cast(ColorRole, name) if name in known else "undefined")
    # GDAL calls the first band gray when nobody said anything; beside undefined neighbours that is no statement
    if len(colors) > 1 and colors[0] == "gray" and colors[1] in ("undefined", "gray"):
        colors = ["undefined" if color == "gray" else color for color in colors]
    return colors


def _known_spectra(
    dataset: Dataset, stem: str, colors: list[ColorRole], problems: list[RasterProblem]
) -> list[spectral.Spectrum | None]:
    """Return what names say about the bands that the file's colour interpretation leaves open."""
    n = dataset.count
    descriptions = texts_of(dataset, "descriptions")
    by_name = spectral.from_band_names(descriptions)
    if by_name is not None:
        return list(by_name)
    spectra: list[spectral.Spectrum | None] = [None] * n
    for position, (text, color) in enumerate(zip(descriptions, colors, strict=True)):
        role = spectral.from_words(text) if text and color in ("undefined", "gray") else "undefined"
        if role != "undefined" and text:
            spectra[position] = spectral.Spectrum(text, role)
    if colors[:3] == ["red", "green", "blue"] and spectral.is_infrared_picture(stem):
        message = "The bands are tagged red, green, blue, but the file is called colour infrared; it is taken for that."
        problems.append(RasterProblem(reason="colour-from-name", severity="note", message=message))
        infrared: tuple[ColorRole, ...] = ("nir", "red", "green")
        return [*(spectral.Spectrum(color, color) for color in infrared), *spectra[3:]]
    if any(spectra) or any(color not in ("undefined", "gray") for color in colors):
        return spectra
    camera = _camera_band(dataset) if n == 1 else None
    if camera is not None:
        return [camera]
    by_file = spectral.from_file_name(stem, n, str(dataset.dtypes[0]))
    if by_file is None:
        return spectra
    if n > 1:
        order = ", ".join(s.color for s in by_file)
        problems.append(
            RasterProblem(
                reason="colour-from-name",
                severity="note",
                message=f"The file does not say what its bands show; its name does: {order}.",
            )
        )
    return list(by_file)


def _camera_band(dataset: Dataset) -> spectral.Spectrum | None:
    """Return the band that a multispectral drone camera (MicaSense, Parrot, DJI) writes into its XMP."""
    xmp = "".join(tags_of(dataset, domain="xml:XMP").values())
    name, wavelength = _XMP_BAND.search(xmp), _XMP_WAVELENGTH.search(xmp)
    if name is None and wavelength is None:
        return None
    nanometres = float(next(filter(None, wavelength.groups()))) if wavelength else None
    text = next(filter(None, name.groups())) if name else f"{nanometres:g} nm"
    by_words = spectral.from_words(text)
    color = by_words if by_words != "undefined" or nanometres is None else spectral.from_wavelength(nanometres)
    return spectral.Spectrum(text, color, nanometres)


def _wavelength(dataset: Dataset, index: int) -> float | None:
    """Return the central wavelength in nanometres that a band's metadata states (IMAGERY domain, ENVI headers)."""
    imagery = tags_of(dataset, index, "IMAGERY").get("CENTRAL_WAVELENGTH_UM")
    tags = {key.lower(): value for key, value in tags_of(dataset, index).items()}
    unit = tags.get("wavelength_units", "nanometers").lower()
    try:
        if imagery is not None:
            return float(imagery) * 1000.0
        value = float(tags["wavelength"])
    except (KeyError, ValueError):
        return None
    return value * 1000.0 if unit.startswith("micro") or value < 100.0 else value


def _colored_by_wavelength(band: Band) -> Band:
    if band.color not in ("undefined", "gray") or band.wavelength_nm is None:
        return band
    return band.model_copy(update={"color": spectral.from_wavelength(band.wavelength_nm)})


def _mask_kind(dataset: Dataset, bands: list[Band], alpha: int | None) -> MaskKind:
    """Return how validity is read: by a mask band, else alpha, else nodata.

    GDAL lets nodata win over alpha, which cuts holes into black roofs.
    """
    flags = dataset.mask_flag_enums[0]
    if MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags:
        return "mask"
    if alpha is not None:
        return "alpha"
    if any(band.nodata is not None for band in bands):
        return "nodata"
    return "nan" if any(band.dtype.startswith("float") for band in bands) else "none"


def _palette(dataset: Dataset) -> tuple[tuple[int, int, int, int], ...] | None:
    """Return the colour table of the first band, padded with transparency to 256 entries."""
    if color_names(dataset)[0] != "palette":
        return None
    try:
        table = dataset.colormap(1)
    except ValueError:
        return None
    size = max(256, max(table, default=0) + 1)
    return tuple(table.get(i, (0, 0, 0, 0)) for i in range(size))


def _nodata_problems(bands: list[Band], mask: MaskKind) -> Iterator[RasterProblem]:
    stated = {band.nodata for band in bands if band.nodata is not None}
    if len(stated) > 1:
        yield RasterProblem(
            reason="nodata-differs", severity="note", message="The bands declare different nodata values."
        )
    if stated and mask in ("alpha", "mask"):
        yield RasterProblem(
            reason="two-masks",
            severity="note",
            message=(
                f"The file declares nodata and has {'an alpha band' if mask == 'alpha' else 'a mask'}; "
                "nodata is ignored."
            ),
        )


def _color_problems(bands: list[Band]) -> Iterator[RasterProblem]:
    shown = [band for band in bands if band.color != "alpha"]
    if any(band.color in ("cyan", "hue", "lightness", "luma") for band in shown):
        yield RasterProblem(
            reason="colour-model",
            message="The bands are not red, green and blue but another colour model (CMYK, HSL, YCbCr), which is not "
            "converted; write it as RGB first (gdal_translate cannot, an image editor can).",
        )
    if len(shown) > 1 and all(band.color == "undefined" for band in shown):
        yield RasterProblem(
            reason="colour-unknown",
            message=(
                f"Neither the file nor its name says what its {len(shown)} bands show; the picture's bands "
                "are a guess, choose them."
            ),
        )


def _unique(names: list[str]) -> list[str]:
    """Return names made unique by their band number; expressions and legends need that."""
    counts = Counter(names)
    return [name if counts[name] == 1 else f"{name} ({i})" for i, name in enumerate(names, 1)]


def _number(nodata: float, dtype: str) -> int | float:
    """Return nodata as int for integer pixels where it is a whole number."""
    return int(nodata) if "int" in dtype and np.isfinite(nodata) and nodata == int(nodata) else float(nodata)


def _finite(value: Any, otherwise: float) -> float:
    return float(value) if value is not None and np.isfinite(value) else otherwise
