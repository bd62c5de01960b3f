"""The store's contract, held by every backend: subclass the suites and give them a fixture that opens a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from geo3d.store import Store, open_store
from tests.contracts.stores.loading import LoadSuite
from tests.contracts.stores.painting import PaintingSuite
from tests.contracts.stores.reading import ReadingSuite
from tests.contracts.stores.tiling import TileSuite
from tests.contracts.stores.undoing import PastSuite, UndoSuite
from tests.contracts.stores.writing import ProjectSuite, WritingSuite


class Sqlite:
    """The embedded backend."""

    @pytest.fixture
    def open_again(self, tmp_path: Path) -> Callable[[], Store]:
        return lambda: open_store(tmp_path / "workspace", create=True)


class TestSqliteWriting(Sqlite, WritingSuite):
    pass


class TestSqliteProject(Sqlite, ProjectSuite):
    pass


class TestSqliteUndo(Sqlite, UndoSuite):
    pass


class TestSqlitePast(Sqlite, PastSuite):
    pass


class TestSqliteReading(Sqlite, ReadingSuite):
    pass


class TestSqliteTiles(Sqlite, TileSuite):
    pass


class TestSqliteLoads(Sqlite, LoadSuite):
    pass


class TestSqlitePainting(Sqlite, PaintingSuite):
    pass
