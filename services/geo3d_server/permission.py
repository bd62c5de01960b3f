"""What a change set may not do over HTTP, whoever sends it."""

from __future__ import annotations

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


def _files_of(asset: Asset) -> tuple[object, ...]:
    return asset.href, asset.members, asset.arrangement, asset.trust
