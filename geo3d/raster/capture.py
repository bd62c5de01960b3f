"""When was this taken? From metadata, else from the date in a file name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

_TAGS = (
    "ACQUISITIONDATETIME",
    "EXIF_DateTimeOriginal",
    "EXIF_DateTime",
    "DATATAKE_1_DATATAKE_SENSING_START",
    "SENSING_TIME",
    "ACQUISITION_DATETIME",
    "DATE_ACQUIRED",
    "DATE",
    "TIFFTAG_DATETIME",
)
"""Tags that state a capture time, best first. TIFFTAG_DATETIME is often when the file was written, hence last."""

_STATED = re.compile(r"(\d{4})[-:](\d\d)[-:](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?")
_NAME_TIME = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_]?(0[1-9]|1[0-2])[-_]?([0-2]\d|3[01])(?:[T_-]?([01]\d|2[0-3])([0-5]\d)([0-5]\d))?(?!\d)"
)
_NAME_ORDINAL = re.compile(r"(?<!\d)((?:19|20)\d\d)([0-3]\d\d)(?!\d)")
_LANDSAT_ORDINAL = re.compile(r"^\w*L[COTEM]?\d\d{6}((?:19|20)\d\d)([0-3]\d\d)")
_NAME_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def captured_of(tags: Mapping[str, str], stem: str) -> str | None:
    """Return the capture time as ISO 8601 (a date when only that is known), or None.

    Args:
        tags: Metadata of the dataset.
        stem: File name without ending.

    >>> captured_of({}, "LC80460282016177LGN00_B4"), captured_of({}, "m_4709963_se_14_1_20090818")
    ('2016-06-25', '2009-08-18')
    """
    for tag in _TAGS:
        found = _STATED.match(tags.get(tag, "").strip())
        if found:
            return _iso(found.groups())
    return captured_in_name(stem)


def captured_in_name(stem: str) -> str | None:
    """Return the date or time a file name holds, ISO 8601, or None; a lone year counts (``1985.tif``)."""
    found = _NAME_TIME.search(stem)
    if found and (text := _iso(found.groups())):
        return text
    ordinal = _LANDSAT_ORDINAL.search(stem) or _NAME_ORDINAL.search(stem)
    if ordinal and 1 <= int(ordinal[2]) <= 366:
        return datetime.strptime(f"{ordinal[1]} {ordinal[2]}", "%Y %j").replace(tzinfo=UTC).date().isoformat()
    year = _NAME_YEAR.search(stem)
    return year[1] if year else None


def _iso(parts: tuple[str | None, ...]) -> str | None:
    """Return ISO 8601 of (year, month, day, hour, minute, second), the last three possibly None; None = no such day."""
    year, month, day, hour, minute, second = parts
    try:
        moment = datetime(
            int(year or 0),
            int(month or 0),
            int(day or 0),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return moment.date().isoformat() if hour is None else moment.replace(tzinfo=None).isoformat()
