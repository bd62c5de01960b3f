"""What one running server holds: made once by `create_app`, handed to every endpoint."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from geo3d.labels import Member, Project
from geo3d.store import PROJECT
from geo3d.workspace import Workspace
from geo3d_server.feed import Feed
from geo3d_server.password import Throttle
from geo3d_server.runner import Runner
from geo3d_server.session import Keys
from geo3d_server.settings import Settings


class ProjectCache:
    """The project document, parsed once per revision: nearly every request asks for its members or classes."""

    def __init__(self, workspace: Workspace) -> None:
        """Begin empty."""
        self._store = workspace.store
        self._lock = threading.Lock()
        self._held: tuple[int, Project] | None = None

    def get(self) -> Project:
        """Return the project as it is now."""
        revision = self._store.revision(PROJECT)
        with self._lock:
            if self._held is None or self._held[0] != revision:
                self._held = (revision, self._store.project())
            return self._held[1]


@dataclass(frozen=True)
class State:
    """The parts of a server."""

    settings: Settings
    workspace: Workspace
    keys: Keys
    feed: Feed
    runner: Runner
    projects: ProjectCache
    throttle: Throttle = field(default_factory=Throttle)

    def member(self, id: str) -> Member | None:
        """Return the person with this id, or None."""
        return next((member for member in self.projects.get().members if member.id == id), None)

    def close(self) -> None:
        """Stop the jobs, then close the workspace (which checkpoints)."""
        self.feed.close()
        self.runner.close()
        self.workspace.close()
