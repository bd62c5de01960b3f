"""Which file is this, and where did it go?"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from geo3d.errors import AssetMissing, JobCancelled
from geo3d.raster.capture import captured_in_name, captured_of
from geo3d.raster.fingerprint import find_by_content, fingerprint, sha256


def test_a_fingerprint_is_of_size_time_head_and_tail(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(os.urandom(300_000))
    os.utime(path, ns=(5, 5))
    first = fingerprint(path)
    assert first == fingerprint(path)
    assert (first.size_bytes, first.modified_ns) == (300_000, 5)
    keys = {first.key()}
    for position in (0, 299_999):
        data = bytearray(path.read_bytes())
        data[position] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(5, 5))
        keys.add(fingerprint(path).key())
    os.utime(path, ns=(6, 6))
    keys.add(fingerprint(path).key())
    assert len(keys) == 4
    with pytest.raises(AssetMissing):
        fingerprint(tmp_path / "gone")


@pytest.mark.parametrize("size", [0, 1, 10_000_000])
def test_sha256(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.bin"
    data = os.urandom(size)
    path.write_bytes(data)
    seen: list[float] = []
    assert sha256(path, seen.append) == hashlib.sha256(data).hexdigest()
    assert seen == sorted(seen)
    assert all(0 < part <= 1 for part in seen)
    if size:
        with pytest.raises(JobCancelled):
            sha256(path, cancelled=lambda: True)


def test_a_moved_file_is_found_by_its_content(tmp_path: Path) -> None:
    wanted = os.urandom(5000)
    for name, data in {"x/a.tif": os.urandom(5000), "x/y/renamed.tif": wanted, "x/b.tif": os.urandom(4999)}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "x" / "dangling").symlink_to(tmp_path / "nowhere")
    digest = hashlib.sha256(wanted).hexdigest()
    seen: list[float] = []
    assert find_by_content([tmp_path], 5000, digest, seen.append) == tmp_path / "x/y/renamed.tif"
    assert seen == sorted(seen)
    assert find_by_content([tmp_path], 4999, digest) is None
    assert find_by_content([tmp_path / "none"], 5000, digest) is None


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("m_4709963_se_14_1_20090818", "2009-08-18"),
        ("LC80460282016177LGN00_B2", "2016-06-25"),
        ("tiny_LC80460282016177LGN00_B2", "2016-06-25"),
        ("T33UUP_20200501T100031_B04_10m", "2020-05-01T10:00:31"),
        ("ortho-2021-07-09", "2021-07-09"),
        ("MOD13Q1_2016177", "2016-06-25"),
        ("1985", "1985"),
        ("2020_survey", "2020"),
        ("3324c_2015_1004_05_0182_RGB", "2015-10-04"),
        ("100_0005_0018", None),
        ("dem_12345678", None),
        ("ref-img", None),
        ("x_20201399", None),
    ],
)
def test_dates_in_names(stem: str, expected: str | None) -> None:
    assert captured_in_name(stem) == expected


def test_metadata_win_over_names() -> None:
    assert captured_of({"EXIF_DateTimeOriginal": "2018:08:22 12:11:40"}, "x_20200101") == "2018-08-22T12:11:40"
    assert captured_of({"DATE": "2020-01-06 UTC"}, "x") == "2020-01-06"
    assert captured_of({"TIFFTAG_DATETIME": "0000:00:00 00:00:00"}, "x") is None
    assert captured_of({"TIFFTAG_DATETIME": "nonsense"}, "x_20200101") == "2020-01-01"
