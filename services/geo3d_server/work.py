"""The kinds of jobs, and what each does. Every function here runs in a worker process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geo3d.errors import AssetMissing, Conflict
from geo3d.labels import Asset
from geo3d.workspace import Workspace
from geo3d_server.runner import Work
from geo3d_server.worker import Tell

_BLOCK = 4 << 20
_RETRIES = 10


def hash_asset(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Compute the content hash of an asset's files and write it into its scene.

    Args:
        directory: The workspace.
        arguments: ``scene`` and ``asset``.
        tell: Progress.

    Returns:
        ``sha256`` and ``size_bytes``.
    """
    scene_id, asset_id = arguments["scene"], arguments["asset"]
    with Workspace.open(directory) as workspace:
        asset = workspace.asset(scene_id, asset_id)
        paths = [workspace.path_of(href) for href in asset.members or (asset.href,)]
        sha256, size = digest(paths, tell)
        _update_asset(workspace, scene_id, asset_id, {"sha256": sha256, "size_bytes": size})
    return {"sha256": sha256, "size_bytes": size}


def digest(paths: Iterable[Path], tell: Tell) -> tuple[str, int]:
    """Return the SHA-256 (hex) of files one after the other, and their size in bytes.

    Raises:
        AssetMissing: A file is not there.
    """
    files = list(paths)
    try:
        total = sum(path.stat().st_size for path in files)
        done, found = 0, hashlib.sha256()
        for path in files:
            with path.open("rb") as opened:
                while block := opened.read(_BLOCK):
                    found.update(block)
                    done += len(block)
                    tell(done / max(total, 1), "reading")
    except OSError as error:
        raise AssetMissing(f"{error.filename or 'a file'} cannot be read: {error.strerror}; relink the asset") from None
    return found.hexdigest(), total


def _update_asset(workspace: Workspace, scene_id: str, asset_id: str, update: Mapping[str, Any]) -> None:
    """Write fields of an asset, again when somebody else wrote the scene meanwhile."""
    for attempt in range(_RETRIES):
        scene = workspace.store.scene(scene_id)
        assets: tuple[Asset, ...] = tuple(
            asset.model_copy(update=dict(update)) if asset.id == asset_id else asset for asset in scene.assets
        )
        if assets == scene.assets:
            return
        try:
            workspace.write_scene(scene.model_copy(update={"assets": assets}), "geo3d", "Note a file's content hash")
            return
        except Conflict:
            if attempt == _RETRIES - 1:
                raise


WORKS: Mapping[str, Work] = MappingProxyType({"hash": Work("Content hash", hash_asset)})
"""Every kind of job by name."""
