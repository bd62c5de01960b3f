from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo3d.errors import FormatError
from geo3d_server.upload import remove_old, safe_name


@given(st.text(max_size=400))
def test_any_name_is_refused_or_safe(given_name: str) -> None:
    try:
        name = safe_name(given_name)
    except FormatError:
        return
    assert name == os.path.basename(name)
    assert not set(name) & set('/\\<>:"|?*\0')
    assert name not in (".", "..")
    assert not name.startswith(".")
    assert 0 < len(name.encode()) <= 255
    assert all(c.isprintable() or c.isspace() or ord(c) > 127 for c in name)
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("ortho.tif", "ortho.tif"),
        ("a/b/c.tif", "c.tif"),
        ("C:\\data\\c.tif", "c.tif"),
        ("ortho.aux.xml", "ortho.aux.xml"),
        ("LPT1", "_LPT1"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("ａ.tif", "ａ.tif"),
        ("no ending", "no ending"),
        ("dots...", "dots"),
    ],
)
def test_names_are_kept_as_far_as_they_are_safe(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


def test_only_old_folders_are_removed(tmp_path: Path) -> None:
    for name in (".incoming-old", ".incoming-new", "kept"):
        (tmp_path / name).mkdir()
    long_ago = time.time() - 3 * 86400
    for name in (".incoming-old", "kept"):
        os.utime(tmp_path / name, (long_ago, long_ago))
    remove_old(tmp_path, ".incoming-*", 1)
    assert {path.name for path in tmp_path.iterdir()} == {".incoming-new", "kept"}
