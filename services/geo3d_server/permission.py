"""What nobody may do over HTTP: write in another's name, make the server open files that are not its own."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from geo3d.errors import NotFound, NotPermitted
from geo3d.labels import Asset, ChangeSet, Put, Scene
from geo3d.store import Store
from geo3d_server.deps import Actor


def check_author(changes: ChangeSet, actor: Actor) -> None:
    """Refuse a change set in somebody else's name. Programs with the workspace's token may write for anybody.

    Raises:
        NotPermitted: The change set names another actor than the one who sends it.
    """
    if actor.is_fixed and changes.actor != actor.id:
        raise NotPermitted("this change set is in somebody else's name", actor=actor.id, given=changes.actor)


def check_files(changes: ChangeSet, store: Store) -> None:
    """Refuse scene documents that bring or redirect files: those come by upload, or are registered at the machine.

    Without this, a change set could make the server read any file of its machine.

    Raises:
        NotPermitted: An asset is new, or its href, members, arrangement or trust differ from what is stored.
    """
    for change in changes.changes:
        if not isinstance(change, Put) or not isinstance(change.document, Scene):
            continue
        after = change.document
        try:
            before = {asset.id: _files_of(asset) for asset in store.scene(after.id).assets}
        except NotFound:
            before = {}
        for asset in after.assets:
            if before.get(asset.id) != _files_of(asset):
                raise NotPermitted(
                    f"a change cannot bring or move the files of {asset.title or asset.id!r}; upload or relink them",
                    asset=asset.id,
                )


def check_href(href: str, hosts: Collection[str]) -> None:
    """Refuse what the server must not open: other schemes, hosts that are not allowed, GDAL's virtual file systems.

    Args:
        href: A path of this machine, or a URL.
        hosts: Hosts that URLs may lead to.

    Raises:
        NotPermitted: Not allowed.
    """
    if href.startswith(("/vsi", "\\\\")):
        raise NotPermitted("give a path or an http(s) or s3 address, not a GDAL virtual path or a network share")
    if "://" not in href:
        if not Path(href).is_absolute():
            raise NotPermitted(f"{href!r} is no absolute path")
        return
    parts = urlsplit(href)
    if parts.scheme not in ("http", "https", "s3") or parts.hostname not in hosts:
        raise NotPermitted(
            f"files of {parts.hostname or href!r} are not allowed; name the host in GEO3D_REMOTE_HOSTS", href=href
        )


def _files_of(asset: Asset) -> tuple[object, ...]:
    return asset.href, asset.members, asset.arrangement, asset.trust
