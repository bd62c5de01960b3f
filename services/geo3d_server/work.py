"""The kinds of jobs, and what each does. Every function here runs in a worker process."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from geo3d.errors import AssetMissing, NotFound
from geo3d.exchange import preview as look
from geo3d.formats.registry import readers, writers
from geo3d.labels import Layer, Scene
from geo3d.raster import overview
from geo3d.raster.statistics import exact_statistics
from geo3d.store import Query
from geo3d.vectorise import Outlining, vectorise
from geo3d.workspace import Workspace
from geo3d_server.runner import Work
from geo3d_server.upload import safe_name
from geo3d_server.worker import Tell

_BLOCK = 4 << 20


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
        update = {"sha256": sha256, "size_bytes": size}
        _update_asset(workspace, scene_id, asset_id, update, "geo3d", "Note a file's content hash")
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


def _update_asset(
    workspace: Workspace, scene_id: str, asset_id: str, update: Mapping[str, Any], actor: str, message: str
) -> None:
    """Write fields of an asset."""

    def edit(scene: Scene) -> Scene:
        assets = [a.model_copy(update=dict(update)) if a.id == asset_id else a for a in scene.assets]
        return scene.model_copy(update={"assets": tuple(assets)})

    workspace.edit_scene(scene_id, edit, actor, message)


def build_overviews(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Build the overviews that an asset lacks into the workspace's cache; its files are not touched.

    Args:
        directory: The workspace.
        arguments: ``scene`` and ``asset``.
        tell: Progress.
    """
    with Workspace.open(directory) as workspace:
        asset = workspace.asset(arguments["scene"], arguments["asset"])
        names = workspace.raster_of(asset).unbuilt
        for k, name in enumerate(names):

            def progress(fraction: float, done: int = k) -> None:
                tell((done + fraction) / len(names), f"{done + 1} of {len(names)}" if len(names) > 1 else "")

            overview.build_overviews(
                name, trust=workspace.trust_of(asset), cache_dir=workspace.root / "cache", progress=progress
            )
    return {"files": len(names)}


def optimise(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Make the web-ready copy that an asset's tiles are drawn from, lossless on its own grid.

    Args:
        directory: The workspace.
        arguments: ``scene`` and ``asset``.
        tell: Progress.
    """
    with Workspace.open(directory) as workspace:
        path = workspace.optimise(workspace.asset(arguments["scene"], arguments["asset"]), progress=tell)
        return {"size_bytes": path.stat().st_size}


def statistics(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Compute the statistics of an asset from every pixel.

    Args:
        directory: The workspace.
        arguments: ``scene`` and ``asset``.
        tell: Progress.
    """
    with Workspace.open(directory) as workspace:
        raster = workspace.raster_of(workspace.asset(arguments["scene"], arguments["asset"]))
        return exact_statistics(raster, progress=tell).model_dump(mode="json")


def export(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Write the labels of a scene into ``exports/``, as one file or, where there are several, as one ZIP.

    Args:
        directory: The workspace.
        arguments: ``scene``, ``format``, ``options``, and ``folder``: a name that no other export has.
        tell: Progress.

    Returns:
        ``path`` (below ``exports/``), ``name`` (for the download), ``size_bytes`` and ``report``.
    """
    with Workspace.open(directory) as workspace:
        scene = workspace.store.scene(arguments["scene"])
        writer = writers().get(arguments["format"])
        folder = workspace.root / "exports" / arguments["folder"]
        shutil.rmtree(folder, ignore_errors=True)  # what an interrupted attempt left
        folder.mkdir(parents=True)
        stem = safe_name(f"{scene.title}.x").removesuffix(".x")
        target = folder / (stem if writer.is_folder else stem + writer.extensions[0])
        try:
            report = workspace.export(scene.id, arguments["format"], target, arguments["options"], tell)
            path = _as_one_file(folder, stem)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return {
            "path": path.relative_to(workspace.root / "exports").as_posix(),
            "name": path.name,
            "size_bytes": path.stat().st_size,
            "report": report.model_dump(mode="json"),
        }


def _as_one_file(folder: Path, stem: str) -> Path:
    """Return the only file of a folder; where there are several, pack them first."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(files) == 1:
        return files[0]
    packed = folder / f"{stem}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder))
    return packed


def preview(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Look at a file before it is imported.

    Args:
        directory: The workspace.
        arguments: ``scene``, ``href``, ``format``, ``options``, ``crs``.
        tell: Progress.
    """
    tell(0.0)
    with Workspace.open(directory) as workspace:
        reader = readers().make(arguments["format"], arguments["options"])
        scene, ontology = workspace.store.scene(arguments["scene"]), workspace.ontology
        return look(reader, Path(arguments["href"]), scene, ontology, arguments["crs"]).model_dump(mode="json")


def import_labels(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Read the labels of a file into a scene, as one revision.

    Args:
        directory: The workspace.
        arguments: ``scene``, ``href``, ``format``, ``options``, ``crs``, ``class_map``, ``actor``, and ``job``: the key
            under which a second attempt finds what the first one wrote.
        tell: Progress.
    """
    with Workspace.open(directory) as workspace:
        result = workspace.import_labels(
            arguments["scene"],
            arguments["format"],
            Path(arguments["href"]),
            arguments["options"],
            actor=arguments["actor"],
            crs=arguments["crs"],
            class_map=arguments["class_map"],
            client_id=arguments["job"],
            progress=tell,
        )
        return result.model_dump(mode="json")


def outline_layer(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Turn what is painted on a layer into polygons, as one revision.

    Args:
        directory: The workspace.
        arguments: ``scene``, ``layer``, ``how`` (of `Outlining`), ``actor``, and ``job``: as for an import.
        tell: Progress.

    Raises:
        NotFound: There is no such layer, or nothing is painted.
    """
    with Workspace.open(directory) as workspace:
        found = list(workspace.store.read(arguments["scene"], Query(kind="layer", ids=(arguments["layer"],))))
        if not found:
            raise NotFound(f"there is no layer {arguments['layer']!r}", id=arguments["layer"])
        outlined = vectorise(
            workspace.store,
            Layer.model_validate_json(found[0]),
            Outlining(**arguments["how"]),
            client_id=arguments["job"],
            actor=arguments["actor"],
            progress=tell,
        )
        return asdict(outlined)


def relink(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Point an asset to its files' new place, if the content there is the same.

    Args:
        directory: The workspace.
        arguments: ``scene``, ``asset``, ``href``: a file, or the folder of the files of a stack or mosaic.
        tell: Progress.

    Raises:
        AssetMissing: There is no such file, or it is another one.
    """
    scene_id, asset_id, href = arguments["scene"], arguments["asset"], arguments["href"]
    with Workspace.open(directory) as workspace:
        asset = workspace.asset(scene_id, asset_id)
        members = tuple(str(Path(href) / Path(member).name) for member in asset.members)
        sha256, size = digest([Path(path) for path in members or (href,)], tell)
        if asset.sha256 is None and asset.size_bytes and asset.size_bytes != size:
            raise AssetMissing(f"{href} has {size} bytes, the asset had {asset.size_bytes}: it is another file")
        if asset.sha256 is not None and asset.sha256 != sha256:
            raise AssetMissing(f"the content of {href} is not that of {asset.title}; add it as a new asset instead")
        update = {"href": members[0] if members else href, "members": members, "sha256": sha256, "size_bytes": size}
        _update_asset(workspace, scene_id, asset_id, update, arguments["actor"], f"Relink {asset.title}")
    return {"href": update["href"], "sha256": sha256}


WORKS: Mapping[str, Work] = MappingProxyType(
    {
        "hash": Work("Content hash", hash_asset),
        "overviews": Work("Overviews", build_overviews),
        "optimise": Work("Web-ready copy", optimise),
        "statistics": Work("Statistics", statistics),
        "relink": Work("Relink", relink),
        "export": Work("Export", export),
        "preview": Work("Look at a file", preview),
        "vectorise": Work("Painted pixels to polygons", outline_layer),
        "import": Work("Import", import_labels),
    }
)
"""Every kind of job by name."""
