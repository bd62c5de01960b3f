"""The store's contract, held by every backend: subclass the suites and give them a fixture that opens a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from geo3d.store import Store, open_store
from tests.contracts.stores.loading import LoadSuite
from tests.contracts.stores.machine import StoreMachine
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


def test_sqlite_says_what_a_dictionary_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    class SqliteMachine(StoreMachine):
        def __init__(self) -> None:
            folder = tmp_path_factory.mktemp("workspace")
            type(self).open_again = staticmethod(lambda: open_store(folder, create=True))
            super().__init__()

    run_state_machine_as_test(SqliteMachine, settings=settings(stateful_step_count=30))
