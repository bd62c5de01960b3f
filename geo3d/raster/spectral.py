"""What bands show: from wavelengths, band names and the names that missions give their files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from geo3d.raster.band import Band, ColorRole
from geo3d.raster.info import Preset


@dataclass(frozen=True, slots=True)
class Spectrum:
    """What is known about one band."""

    name: str
    """The mission's name of the band: ``B04``."""
    color: ColorRole
    wavelength_nm: float | None = None
    """Central wavelength."""


def _table(text: str) -> dict[str, Spectrum]:
    rows = (line.split() for line in text.strip().splitlines())
    return {n: Spectrum(n, c, float(w) if w != "-" else None) for n, c, w in rows}  # type: ignore[arg-type]


SENTINEL_2 = _table("""
B01 coastal 442.7
B02 blue 492.4
B03 green 559.8
B04 red 664.6
B05 rededge 704.1
B06 rededge 740.5
B07 rededge 782.8
B08 nir 832.8
B8A nir 864.7
B09 watervapour 945.1
B10 cirrus 1373.5
B11 swir 1613.7
B12 swir 2202.4
""")
"""Sentinel-2A MSI. Source: ESA, Sentinel-2 Spectral Response Functions 3.0."""

LANDSAT_8 = _table("""
B1 coastal 443
B2 blue 482
B3 green 561
B4 red 655
B5 nir 865
B6 swir 1609
B7 swir 2201
B8 pan 590
B9 cirrus 1373
B10 tir 10895
B11 tir 12005
""")
"""Landsat 8 and 9 OLI and TIRS. Source: USGS, Landsat 8 Data Users Handbook, table 2-1."""

LANDSAT_7 = _table("""
B1 blue 485
B2 green 560
B3 red 660
B4 nir 835
B5 swir 1650
B6 tir 11450
B7 swir 2220
B8 pan 710
""")
"""Landsat 4, 5 (TM) and 7 (ETM+). Source: USGS, Landsat 7 Data Users Handbook, table 2.1."""

_WORDS: tuple[tuple[str, ColorRole], ...] = (
    (r"red ?edge ?\d*|re\d?|rededge ?\d*", "rededge"),
    (r"near ?infra ?red|nir ?\d*|nir08|nir09|infrared", "nir"),
    (r"swir ?\d*|short ?wave ?infra ?red ?\d*", "swir"),
    (r"red|r", "red"),
    (r"green|g", "green"),
    (r"blue|b", "blue"),
    (r"alpha|a|opacity", "alpha"),
    (r"coastal(?: aerosol)?", "coastal"),
    (r"yellow", "yellow"),
    (r"pan(?:chromatic)?", "pan"),
    (r"tir ?\d*|lwir ?\d*|thermal(?: infra ?red)?", "tir"),
    (r"cirrus", "cirrus"),
    (r"water ?vapou?r", "watervapour"),
    (r"elevation|height|dem|dsm|dtm|dhm|chm|hillshade elevation|altitude", "elevation"),
    (r"(?:gamma0|sigma0|beta0)? ?(?:vv|vh|hh|hv)", "sar"),
)
"""Words that describe a band, matched against a whole description."""

_RANGES: tuple[tuple[float, float, ColorRole], ...] = (
    (400, 452, "coastal"),
    (452, 520, "blue"),
    (520, 600, "green"),
    (600, 626, "yellow"),
    (626, 695, "red"),
    (695, 760, "rededge"),
    (760, 1000, "nir"),
    (1000, 2600, "swir"),
    (2600, 8000, "mwir"),
    (8000, 15000, "tir"),
)
"""Nanometres from, to. Source: common names of the STAC extension EO, with gaps closed."""

_SENTINEL_2_FILE = re.compile(r"(?:^|_)(B(?:0[1-9]|1[0-2]|8A))(?:_\d\dm)?$", re.IGNORECASE)
_LANDSAT_FILE = re.compile(r"(?:^|_)L[COTEM]?0?([45789])\d*\w*?_(?:SR_|ST_|TOA_)?B(\d{1,2})$", re.IGNORECASE)
_LANDSAT_7_WHOLE = re.compile(r"^L7_?ETM", re.IGNORECASE)
_INFRARED_FILE = re.compile(r"(?:^|[_\-. ])(?:irc|cir|rgi|nrg|colou?r[_\- ]?infrared)(?:$|[_\-. ])", re.IGNORECASE)
_NAIP = re.compile(r"^m_\d{7}_(?:ne|nw|se|sw)_\d\d_", re.IGNORECASE)
_ELEVATION_FILE = re.compile(
    r"(?:^|[_\-. ])(?:dem|dsm|dtm|dhm|chm|srtm|elevation|swissalti3d|bathymetry)(?:$|[_\-. ]|\d)", re.IGNORECASE
)


def from_wavelength(nanometres: float) -> ColorRole:
    """Return the role of a central wavelength.

    >>> from_wavelength(842)
    'nir'
    """
    return next((role for low, high, role in _RANGES if low <= nanometres < high), "undefined")


def from_words(text: str) -> ColorRole:
    """Return the role that a description states, or "undefined".

    >>> from_words("Near Infrared"), from_words("B4 (red)"), from_words("Redistribution")
    ('nir', 'red', 'undefined')
    """
    plain = re.sub(r"[_\-]+", " ", text).strip().lower()
    inner = re.findall(r"\(([^)]*)\)", plain)
    for candidate in (plain, *inner, *(plain.split(":")[-1:] if ":" in plain else ())):
        for pattern, role in _WORDS:
            if re.fullmatch(pattern, candidate.strip()):
                return role
    return "undefined"


def from_file_name(stem: str, n_bands: int, dtype: str) -> tuple[Spectrum, ...] | None:
    """Return what a mission's file name says about every band, or None.

    >>> [s.color for s in from_file_name("LC08_L2SP_046028_20160625_SR_B5", 1, "uint16")]
    ['nir']
    """
    if n_bands == 1:
        sentinel = _SENTINEL_2_FILE.search(stem)
        if sentinel:
            return (SENTINEL_2[sentinel[1].upper()],)
        landsat = _LANDSAT_FILE.search(stem)
        if landsat:
            table = LANDSAT_8 if landsat[1] in "89" else LANDSAT_7
            found = table.get(f"B{int(landsat[2])}")
            return (found,) if found else None
        if _ELEVATION_FILE.search(stem) and dtype not in ("uint8", "int8"):
            return (Spectrum("elevation", "elevation"),)
    if n_bands == 4 and _NAIP.match(stem):
        return tuple(Spectrum(c, c) for c in ("red", "green", "blue", "nir"))
    if n_bands in (6, 7) and _LANDSAT_7_WHOLE.match(stem):
        names = ["B1", "B2", "B3", "B4", "B5", "B7"] if n_bands == 6 else ["B1", "B2", "B3", "B4", "B5", "B6", "B7"]
        return tuple(LANDSAT_7[name] for name in names)
    return None


def is_infrared_picture(stem: str) -> bool:
    """Tell whether a file is called a colour infrared picture: its red, green and blue show infrared, red and green.

    >>> is_infrared_picture("test_data_irc"), is_infrared_picture("circle")
    (True, False)
    """
    return _INFRARED_FILE.search(stem) is not None


def from_band_names(names: Sequence[str | None]) -> tuple[Spectrum, ...] | None:
    """Return what the band names of Sentinel-2 say (``B8A`` or two digits give it away), or None when they are not its.

    ``B1`` .. ``B7`` alone stay unknown: band 4 is red on Landsat 8 and near infrared on Landsat 7.
    """
    plain = [(name or "").strip().upper() for name in names]
    two_digits = {f"B{n[1:].zfill(2)}" if n[1:].isdigit() else n for n in plain}
    is_sentinel = two_digits <= set(SENTINEL_2) and (
        ("B8A" in plain and len(plain) > 1) or all(len(n) == 3 for n in plain)
    )
    if not plain or not is_sentinel:
        return None
    return tuple(SENTINEL_2[f"B{n[1:].zfill(2)}" if n[1:].isdigit() else n] for n in plain)


def picture_bands(bands: Sequence[Band]) -> tuple[int, ...]:
    """Return the 1-based bands of the first picture: three for colour, one for gray."""
    true_color = tuple(band for color in ("red", "green", "blue") if (band := _best(bands, color)))
    if len(true_color) == 3:
        return true_color
    seen = [band for band in bands if band.color != "alpha"]
    if any(band.color in ("palette", "gray", "elevation", "pan", "sar") for band in seen[:1]) or len(seen) < 3:
        return (seen[0].index if seen else 1,)
    infrared = tuple(band for color in ("nir", "red", "green") if (band := _best(bands, color)))
    return infrared if len(infrared) == 3 else tuple(band.index for band in seen[:3])


def presets_of(bands: Sequence[Band]) -> tuple[Preset, ...]:
    """Return the pictures worth offering for these bands."""
    at = {color: _best(bands, color) for color in ("red", "green", "blue", "nir", "swir", "rededge")}
    offers = (
        ("true-color", "True colour", ("red", "green", "blue")),
        ("false-color", "Colour infrared", ("nir", "red", "green")),
        ("swir", "Short-wave infrared", ("swir", "nir", "red")),
        ("agriculture", "Agriculture", ("swir", "nir", "blue")),
    )
    indices = (
        ("ndvi", "Vegetation (NDVI)", "nir", "red"),
        ("ndwi", "Water (NDWI)", "green", "nir"),
        ("ndbi", "Built-up (NDBI)", "swir", "nir"),
        ("ndre", "Red edge (NDRE)", "nir", "rededge"),
    )
    colors = [
        Preset(name=name, title=title, bands=tuple(i for c in wanted if (i := at[c])))
        for name, title, wanted in offers
        if all(at[c] for c in wanted)
    ]
    ratios = [
        Preset(name=name, title=title, expression=f"(b{at[a]}-b{at[b]})/(b{at[a]}+b{at[b]})")
        for name, title, a, b in indices
        if at[a] and at[b]
    ]
    return (*colors, *ratios)


_IDEAL_NM = {"red": 660.0, "green": 560.0, "blue": 482.0, "nir": 842.0, "swir": 1610.0, "rededge": 705.0}


def _best(bands: Sequence[Band], color: str) -> int | None:
    """Return the band of a colour; of several (hyperspectral, B08 and B8A) the one nearest to the usual wavelength."""
    found = [band for band in bands if band.color == color]
    if not found:
        return None
    return min(found, key=lambda band: abs((band.wavelength_nm or _IDEAL_NM[color]) - _IDEAL_NM[color])).index
