"""The packed R*Tree, held against SQLite's own check and against brute force."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np
import pytest

from geo3d.store.sqlite import rtree
from geo3d.store.sqlite.rtree import Places, build
from geo3d.store.sqlite.schema import create


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    create(db)
    yield db
    db.close()


def places(n: int, seed: int = 0) -> Places:
    rng = np.random.default_rng(seed)
    low = (500_000.0, 4_649_776.0) + rng.uniform(0, 1000, (n, 2))
    return Places(
        contents=rng.permutation(n).astype(np.int64) + 1,
        frames=rng.integers(1, 4, n),
        levels=rng.integers(-5, 9, n),
        bounds=np.hstack([low, low + rng.uniform(0, 30, (n, 2))]),
        documents=rng.integers(1, 1 << 40, (n, 2)),
    )


@pytest.mark.parametrize(
    ("n", "is_defensive"),
    [*((n, False) for n in (0, 1, 51, 52, 53, 2601, 2602, 140_000)), *((n, True) for n in (0, 1, 2602))],
)
def test_every_row_is_found_where_it_is(
    db: sqlite3.Connection, n: int, is_defensive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_defensive:  # a build of SQLite that does not let us write shadow tables

        def refuse(*_: object) -> None:
            raise sqlite3.OperationalError("table place_node may not be modified")

        monkeypatch.setattr(rtree, "_write_nodes", refuse)
    build(db, places(10, seed=9))
    given = places(n)
    build(db, given)
    assert db.execute("SELECT rtreecheck('place')").fetchone() == ("ok",)
    assert db.execute("SELECT count(*) FROM place").fetchone() == (n,)
    rng = np.random.default_rng(1)
    for _ in range(20):
        x, y = (500_000.0, 4_649_776.0) + rng.uniform(0, 1000, 2)
        side, frame, level = float(rng.choice([0.0, 20.0, 400.0])), int(rng.integers(1, 4)), int(rng.integers(-5, 9))
        found = db.execute(
            "SELECT content, fid, revision FROM place WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?"
            " AND minframe <= ? AND maxframe >= ? AND maxlevel >= ?",
            (x + side, x, y + side, y, frame, frame, level),
        ).fetchall()
        b = given.bounds
        wanted = (given.frames == frame) & (given.levels >= level)
        meets = (b[:, 0] <= x + side) & (b[:, 2] >= x) & (b[:, 1] <= y + side) & (b[:, 3] >= y)
        near = (b[:, 0] <= x + side + 1) & (b[:, 2] >= x - 1) & (b[:, 1] <= y + side + 1) & (b[:, 3] >= y - 1)
        assert {row[0] for row in found} >= set(given.contents[wanted & meets].tolist()), "float32 is rounded outwards"
        assert {row[0] for row in found} <= set(given.contents[wanted & near].tolist())
        documents = dict(zip(given.contents.tolist(), given.documents.tolist(), strict=True))
        assert all([fid, revision] == documents[content] for content, fid, revision in found)


def test_sqlite_goes_on_with_a_packed_tree(db: sqlite3.Connection) -> None:
    given = places(5000)
    build(db, given)
    for content in given.contents[:2000].tolist():
        db.execute("DELETE FROM place WHERE content = ?", (content,))
    for i in range(2000):
        db.execute(
            "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (9000 + i, i, i + 1, i, i + 1, 3, 3, 1, 1, 7, 8),
        )
    assert db.execute("SELECT rtreecheck('place')").fetchone() == ("ok",)
    assert db.execute("SELECT count(*) FROM place").fetchone() == (5000,)


def test_huge_and_tiny_numbers_stay_inside_their_bounds(db: sqlite3.Connection) -> None:
    numbers = np.array([-1e300, -1e39, -3e38, -1.1, -1e-300, 0.0, 1e-300, 0.1, 16777217.0, 3e38, 1e39, 1e300])
    n = len(numbers)
    given = Places(
        np.arange(1, n + 1), np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.stack([numbers] * 4, axis=1),
        np.ones((n, 2), dtype=np.int64),
    )  # fmt: skip
    build(db, given)
    assert db.execute("SELECT rtreecheck('place')").fetchone() == ("ok",)
    for content, number in zip(given.contents.tolist(), numbers.tolist(), strict=True):
        hit = db.execute(
            "SELECT 1 FROM place WHERE content = ? AND minx <= ? AND maxx >= ?", (content, number, number)
        ).fetchone()
        assert hit, number
