"""The settings under which pyogrio's GDAL works for us; rasterio brings another GDAL, which is geo3d.raster's."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

_WRITING = threading.Lock()
"""GDAL's clock is one for the whole process: one file is written at a time."""


def forbid_side_files() -> None:
    """Keep GDAL from leaving an ``.aux.xml`` beside files that it only reads."""
    import pyogrio

    pyogrio.set_gdal_config_options({"GDAL_PAM_ENABLED": "NO"})


@contextmanager
def fixed_clock(newest: str) -> Iterator[None]:
    """Let GDAL write a stated time instead of now: equal labels give equal bytes.

    Args:
        newest: Time of the newest label, ISO 8601; empty = the beginning of Unix time.
    """
    import pyogrio

    text = moment(newest).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with _WRITING, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        forbid_side_files()
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": text})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def moment(newest: str) -> datetime:
    """Return the time that `fixed_clock` stands for."""
    return datetime.fromisoformat(newest or "1970-01-01T00:00:00+00:00")
