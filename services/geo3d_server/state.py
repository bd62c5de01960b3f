"""What one running server holds: made once by `create_app`, handed to every endpoint."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from geo3d.labels import Member
from geo3d.workspace import Workspace
from geo3d_server.feed import Feed
from geo3d_server.layertiles import LayerTiles
from geo3d_server.password import Throttle
from geo3d_server.runner import Runner
from geo3d_server.session import Keys
from geo3d_server.settings import Settings
from geo3d_server.tilelabels import LabelTiles


@dataclass(frozen=True)
class State:
    """The parts of a server."""

    settings: Settings
    workspace: Workspace
    keys: Keys
    feed: Feed
    runner: Runner
    tiles: LabelTiles
    layers: LayerTiles
    pool: ThreadPoolExecutor
    """Draws raster tiles."""
    throttle: Throttle = field(default_factory=Throttle)

    def member(self, id: str) -> Member | None:
        """Return the person with this id, or None."""
        return next((member for member in self.workspace.store.project().members if member.id == id), None)

    def close(self) -> None:
        """Stop the jobs, then close the workspace (which checkpoints)."""
        self.feed.close()
        self.runner.close()
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.workspace.close()
