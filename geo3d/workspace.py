"""A workspace: a folder with labels, settings and caches; what scripts, the command line and the server work on."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from geo3d.errors import AssetMissing, Conflict, Geo3dError, NotFound, OptionError, StoreError
from geo3d.intake import asset_of, with_assets
from geo3d.labels import Annotation, Asset, ChangeSet, LabelClass, Ontology, Project, Put, Scene, new_id
from geo3d.raster.collection import Arrangement, Group, group_files
from geo3d.raster.handle import HandlePool
from geo3d.raster.pyramid import key_of
from geo3d.raster.source import Raster, open_collection
from geo3d.raster.stac import read_stac, stac_groups
from geo3d.raster.trust import Trust
from geo3d.store import PROJECT, Query, Store, open_store

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo3d.exchange import ImportResult
    from geo3d.formats.report import Report
    from geo3d.raster.copyplan import Optimisation

Progress = Callable[[float], None]
_Files = tuple[str, str, tuple[str, ...], str, str]
"""What of an asset decides which pixels it has: id, href, members, arrangement, trust."""
_HOSTS = "remote-hosts"
"""Setting that holds the hosts which remote rasters may come from, JSON."""
_S3_CREDENTIALS = "s3-credentials"
"""Setting that is there where s3 is asked with credentials."""
_ATTEMPTS = 20
_OPEN_RASTERS = 128
"""Rasters kept in memory; their file handles are bounded by the pool besides."""


def _allowed(store: Store) -> tuple[str, ...]:
    """Return the hosts that the owner allowed once for good."""
    kept = store.setting(_HOSTS)
    return tuple(json.loads(kept)) if kept else ()


def _silent(_fraction: float) -> None:
    """Ignore progress."""


class Workspace:
    """A folder with ``workspace.db``, ``files/``, ``cache/`` and ``exports/``. Thread-safe.

    Example:
        >>> with Workspace.open("survey") as workspace:  # doctest: +SKIP
        ...     scene = workspace.scene("Harbour")
        ...     frame = workspace.dataframe(scene.id)
        ...     workspace.export(scene.id, "geopackage", "harbour.gpkg")
    """

    def __init__(self, root: Path, store: Store, hosts: Sequence[str] = ()) -> None:
        """Wrap an opened store; use `open` or `create`."""
        self.root = root
        self.store = store
        self.hosts = tuple({*_allowed(store), *hosts})
        self._pool = HandlePool(limit=64)
        self._rasters: OrderedDict[_Files, Raster] = OrderedDict()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: str | Path, *, hosts: Sequence[str] = ()) -> Self:
        """Open a workspace.

        Args:
            folder: The workspace's folder.
            hosts: Hosts that remote rasters may come from.

        Raises:
            StoreError: There is none; ``geo3d init`` makes one.
        """
        root = Path(folder).resolve()
        if not (root / "workspace.db").exists():
            raise StoreError(f"{folder} is no workspace; make one with: geo3d init {folder}")
        return cls(root, open_store(root / "workspace.db"), hosts)

    @classmethod
    def create(cls, folder: str | Path, title: str = "") -> Self:
        """Make a workspace in a folder, which is made too; a folder that is one already is opened."""
        root = Path(folder).resolve()
        is_new = not (root / "workspace.db").exists()
        for name in ("files", "cache", "exports"):
            (root / name).mkdir(parents=True, exist_ok=True)
        workspace = cls(root, open_store(root / "workspace.db", create=True))
        if is_new and title:
            workspace.edit_project(f"Call it {title}", title=title)
        return workspace

    def close(self) -> None:
        """Close rasters and store."""
        with self._lock:
            for raster in self._rasters.values():
                raster.close()
            self._rasters.clear()
        self._pool.close()
        self.store.close()

    def __enter__(self) -> Self:
        """Return the workspace; it closes at the end of the block."""
        return self

    def __exit__(self, _type: type[BaseException] | None, _e: BaseException | None, _tb: TracebackType | None) -> None:
        """Close."""
        self.close()

    # -- reading

    @property
    def project(self) -> Project:
        """The project with its ontology."""
        return self.store.project()

    @property
    def ontology(self) -> Ontology:
        """The classes."""
        return self.store.project().ontology

    def scenes(self) -> tuple[Scene, ...]:
        """Return all scenes."""
        return self.store.scenes()

    def scene(self, name: str) -> Scene:
        """Return a scene by id, or by its title where only one has it.

        Raises:
            NotFound: There is none, or several have this title; the message lists what there is.
        """
        scenes = self.store.scenes()
        found = [s for s in scenes if s.id == name] or [s for s in scenes if s.title == name]
        if len(found) == 1:
            return found[0]
        there = ", ".join(sorted(repr(s.title) for s in scenes)) or "none yet"
        raise NotFound(f"{'several scenes are' if found else 'no scene is'} called {name!r}; there are: {there}")

    def annotations(self, scene: str, query: Query | None = None) -> Iterator[Annotation]:
        """Iterate over the annotations of a scene as values."""
        return (Annotation.model_validate_json(json) for json in self.store.read(scene, query or Query()))

    def dataframe(self, scene: str, crs: str | None = None) -> GeoDataFrame:
        """Return the annotations of a scene as a GeoDataFrame.

        Args:
            scene: Id of the scene.
            crs: CRS wanted; None = that of the scene's first map frame, or pixel space (no CRS).
        """
        from geo3d.exchange import dataframe_of

        return dataframe_of(self.store, scene, crs)

    def asset(self, scene: str, asset: str) -> Asset:
        """Return an asset of a scene. Raises NotFound."""
        for found in self.store.scene(scene).assets:
            if found.id == asset:
                return found
        raise NotFound(f"scene {scene} has no asset {asset}")

    def find_asset(self, asset: str) -> tuple[Scene, Asset]:
        """Return an asset and its scene, by the asset's id alone. Raises NotFound."""
        for scene in self.store.scenes():
            for found in scene.assets:
                if found.id == asset:
                    return scene, found
        raise NotFound(f"no scene has an asset {asset}")

    def raster_of(self, asset: Asset) -> Raster:
        """Return the raster behind an asset, opened lazily and kept."""
        key: _Files = (asset.id, asset.href, asset.members, asset.arrangement, asset.trust)
        with self._lock:
            raster = self._rasters.pop(key, None)
            if raster is None:
                raster = self._open(asset)
            self._rasters[key] = raster
            while len(self._rasters) > _OPEN_RASTERS:
                self._rasters.popitem(last=False)[1].close()
        return raster

    def raster(self, asset: str) -> Raster:
        """Return the raster behind an asset id. Raises NotFound."""
        return self.raster_of(self.find_asset(asset)[1])

    def copy_of(self, asset: str) -> Raster | None:
        """Return the web-ready copy that `optimise` made of an asset's present files, if any. Raises NotFound."""
        found = self.find_asset(asset)[1]
        path = self._copy_path(found)
        if path is None or not path.exists():
            return None
        return self.raster_of(Asset(id=f"{found.id}.copy", href=path.relative_to(self.root).as_posix()))

    def optimise(
        self,
        asset: Asset,
        options: Optimisation | None = None,
        progress: Progress = _silent,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Path:
        """Make a web-ready copy of an asset in the cache, which tiles are drawn from; the source stays as it is.

        Args:
            asset: What to copy.
            options: Grid and compression; None = lossless on the raster's own grid.
            progress: Told the fraction done.
            cancelled: Asked now and then.

        Raises:
            OptionError: The options do not fit the raster, or it is remote.
            JobCancelled: `cancelled` said so.
        """
        from geo3d.raster.optimise import optimise

        path = self._copy_path(asset)
        if path is None:
            raise OptionError(f"{asset.title} is remote; download it to make a web-ready copy")
        path.parent.mkdir(parents=True, exist_ok=True)
        optimise(self.raster_of(asset), path, options, progress, cancelled)
        return path

    def forget(self, asset: Asset) -> None:
        """Close what is open of an asset whose files were replaced."""
        with self._lock:
            for key in [k for k in self._rasters if k[0] == asset.id]:
                self._rasters.pop(key).close()

    def trust_of(self, asset: Asset) -> Trust:
        """Return what the files of an asset may touch."""
        return self._trust(asset.href, asset.trust)

    def path_of(self, href: str) -> Path:
        """Return where an href of this workspace lies."""
        return self.root / href

    # -- writing

    def allow_hosts(self, hosts: Sequence[str]) -> None:
        """Let remote rasters of these hosts in, from now on and whoever opens the workspace."""
        self.hosts = tuple(sorted({*self.hosts, *hosts}))
        self.store.setting(_HOSTS, json.dumps(self.hosts).encode())

    def use_s3_credentials(self) -> None:
        """Ask s3 with the credentials that GDAL finds (AWS's variables and files), from now on; no key is stored."""
        self.store.setting(_S3_CREDENTIALS, b"1")

    def add(
        self,
        files: Sequence[str | Path],
        *,
        scene: str | None = None,
        arrangement: Arrangement = "layers",
        trust: Literal["owner", "uploaded"] = "owner",
        actor: str = "owner",
    ) -> tuple[Scene, tuple[Asset, ...]]:
        """Register rasters in a scene; the files stay where they are.

        Args:
            files: Paths, allowed URLs, or STAC items (``.json``, whose rasters are added).
            scene: Id or title of the scene; a new one is made where none has it. None = a new one called like the file.
            arrangement: How several files belong together: layers, stack, mosaic or series.
            trust: ``uploaded`` files may not point anywhere else.
            actor: Who adds them.

        Raises:
            RasterError: A file cannot be read; nothing was added then.
        """
        made = []
        for group in self._groups([self._absolute(f) for f in files], arrangement):
            hrefs = [self._href(path) for path in group.members]
            members = tuple(hrefs) if group.kind != "single" else ()
            with self._open_files(hrefs, group.kind, trust) as raster:
                made.append(
                    asset_of(
                        raster.info,
                        hrefs[0],
                        members=members,
                        arrangement=group.kind,
                        title=group.title,
                        trust=trust,
                        captured=group.captured,
                    )
                )
        if arrangement == "series":
            made.sort(key=lambda pair: str(pair[0].properties.get("captured", pair[0].title)))
        target = self._scene_for(scene, Path(made[0][0].title).stem if made else "Scene", actor)
        grown = self.edit_scene(
            target.id,
            lambda before: with_assets(before, made, is_series=arrangement == "series"),
            actor,
            f"Add {', '.join(asset.title for asset, _ in made)}"[:500],
        )
        added = {asset.id for asset, _ in made}
        return grown, tuple(asset for asset in grown.assets if asset.id in added)

    def edit_scene(self, scene: str, edit: Callable[[Scene], Scene], actor: str, message: str) -> Scene:
        """Write what `edit` makes of a scene document, again on the newer one where somebody wrote it meanwhile.

        Returns:
            The scene as it is stored then; nothing is written where `edit` changes nothing.
        """
        for _ in range(_ATTEMPTS):
            before = self.store.scene(scene)
            after = edit(before)
            if after == before:
                return before
            try:
                self.write_scene(after, actor, message)
            except Conflict:  # another upload, a job that notes a hash
                continue
            return self.store.scene(scene)
        raise StoreError(f"somebody else keeps writing the scene {scene!r}; try again in a moment")

    def write_scene(self, scene: Scene, actor: str, message: str) -> None:
        """Write a scene document over the version it was read as. Raises Conflict."""
        change = ChangeSet(
            client_id=new_id(), actor=actor, message=message, changes=(Put(document=scene, base=scene.revision),)
        )
        self.store.apply(scene.id, change)

    def edit_project(self, message: str, actor: str = "owner", **fields: Any) -> Project:
        """Write fields of the project document."""
        before = self.store.project()
        after = Project.model_validate({**dict(before), **fields})
        change = ChangeSet(
            client_id=new_id(), actor=actor, message=message, changes=(Put(document=after, base=before.revision),)
        )
        self.store.apply(PROJECT, change)
        return self.store.project()

    def add_class(self, title: str, *, actor: str = "owner", **fields: object) -> LabelClass:
        """Add a class to the ontology; `fields` are those of `LabelClass`."""
        ontology, made = self.ontology.with_class(title, **fields)
        self.edit_project(f"Add class {title}", actor, ontology=ontology)
        return made

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong: damage, a state unlike the log, files that are gone; empty = sound."""
        found = list(self.store.check())
        for scene in self.store.scenes():
            for asset in scene.assets:
                try:
                    info = self.raster_of(asset).info
                except Geo3dError as error:
                    found.append(f"{scene.title}: {asset.title}: {error.message}")
                else:
                    said = (
                        f"{scene.title}: {asset.title}: {p.message}" for p in info.problems if p.severity == "error"
                    )
                    found.extend(said)
        return tuple(found)

    def export(
        self,
        scene: str,
        format: str,
        target: str | Path,
        options: Mapping[str, Any] | None = None,
        progress: Progress = _silent,
    ) -> Report:
        """Write the labels of a scene in a format; see `geo3d.formats`.

        Raises:
            OptionError: No such format, or an option that does not fit.
            FormatError: The labels cannot be written in this format.
        """
        from geo3d.exchange import export_scene
        from geo3d.formats.registry import writers

        writer = writers().make(format, options)
        return export_scene(self.store, self.scene(scene).id, writer, Path(target), self.raster, progress)

    def import_labels(
        self,
        scene: str,
        format: str,
        source: str | Path,
        options: Mapping[str, Any] | None = None,
        *,
        actor: str = "owner",
        crs: str | None = None,
        class_map: Mapping[str, str] | None = None,
        client_id: str | None = None,
        progress: Progress = _silent,
    ) -> ImportResult:
        """Read labels of a file into a scene as one revision, once per client id; missing classes are made."""
        from geo3d.exchange import import_into
        from geo3d.formats.registry import readers

        reader = readers().make(format, options)
        return import_into(
            self.store,
            self.scene(scene).id,
            reader,
            Path(source),
            actor=actor,
            class_map=class_map,
            crs=crs,
            client_id=client_id,
            progress=progress,
        )

    # -- inside

    def _open(self, asset: Asset) -> Raster:
        return self._open_files(asset.members or (asset.href,), asset.arrangement, asset.trust)

    def _open_files(
        self, hrefs: Sequence[str], kind: Literal["single", "stack", "mosaic"], trust: Literal["owner", "uploaded"]
    ) -> Raster:
        paths = [href if "://" in href else str(self.path_of(href)) for href in hrefs]
        may = self._trust(hrefs[0], trust)
        return open_collection(paths, kind, trust=may, cache_dir=self.root / "cache", pool=self._pool)

    def _copy_path(self, asset: Asset) -> Path | None:
        """Return where the web-ready copy of an asset's files as they are now lies, or would; None for remote ones."""
        files = self.raster_of(asset).files
        return self.root / "cache" / "optimised" / f"{key_of(files)}.tif" if files else None

    def _trust(self, href: str, level: Literal["owner", "uploaded"]) -> Trust:
        if level == "owner":
            is_signed = self.store.setting(_S3_CREDENTIALS) is not None
            return Trust(level="owner", hosts=self.hosts, is_s3_anonymous=not is_signed)
        return Trust(level="uploaded", roots=(str(self.path_of(href).parent),))

    def _groups(self, names: Sequence[str], arrangement: Arrangement) -> list[Group]:
        """Return which files make one raster; a STAC item says that itself."""
        items = [name for name in names if name.lower().endswith(".json")]
        groups = [g for item in items for g in stac_groups(read_stac(item, self._trust(item, "owner")))]
        rasters = [name for name in names if name not in items]
        return [*groups, *group_files(rasters, arrangement).groups] if rasters or not items else groups

    def _absolute(self, file: str | Path) -> str:
        if "://" in str(file):
            return str(file)
        path = Path(file).expanduser()
        if not path.exists():
            raise AssetMissing(f"there is no file {str(file)!r}; check its path", path=str(file))
        return str(path.resolve())

    def _href(self, path: str) -> str:
        if "://" in path:
            return path
        inside = Path(path).is_relative_to(self.root)
        return Path(path).relative_to(self.root).as_posix() if inside else path

    def _scene_for(self, name: str | None, title: str, actor: str) -> Scene:
        if name is not None:
            try:
                return self.scene(name)
            except NotFound:
                if any(s.title == name for s in self.store.scenes()):
                    raise
                title = name
        scene = Scene(id=new_id(), title=title)
        self.write_scene(scene, actor, f"Make scene {title}")
        return self.store.scene(scene.id)
