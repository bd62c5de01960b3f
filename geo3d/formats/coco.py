"""COCO instances and keypoints: whole rasters, or chips with their pictures.

Layout of a folder: ``annotations.json``, ``images/…`` where pictures are written, ``geo3d.json`` (what made it).
Categories keep the codes of the classes; annotation and image ids start at 1.

Source: https://cocodataset.org/#format-data and pycocotools 2.0.11, whose evaluation the tests run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import orjson
from pydantic import Field

from geo3d.errors import FormatError
from geo3d.formats.base import Imported, ReadContext, Reader, WriteContext, Writer
from geo3d.formats.report import LossLog, Report
from geo3d.formats.target import whole_folder
from geo3d.formats.vector import lose_documents, n_besides
from geo3d.labels import Dataset
from geo3d.labels.ontology import GeometryKind

MAIN = "annotations.json"


class CocoWriter(Writer):
    """Write COCO."""

    name: ClassVar[str] = "coco"
    title: ClassVar[str] = "COCO instances and keypoints"
    extensions: ClassVar[tuple[str, ...]] = (".json",)
    carries: ClassVar[tuple[GeometryKind, ...]] = ("polygon", "multipolygon", "box", "keypoints", "mask")
    becomes: ClassVar[Mapping[GeometryKind, str]] = {"polyline": "polygon"}
    loses: ClassVar[str] = (
        "Points, polylines without a width, tags, cuboids and segments; what lies outside of the images. All is "
        "brought to pixels."
    )
    media_type: ClassVar[str] = "application/zip"
    is_folder: ClassVar[bool] = True

    chip: int = Field(0, ge=0, le=16384, title="Chip size")
    """Pixels along one side of a chip; 0 = each raster is one image."""
    overlap: int = Field(0, ge=0, title="Overlap")
    """Pixels that neighbouring chips share."""
    pictures: Literal["auto", "none", "geotiff", "png", "jpeg"] = Field("auto", title="Pictures")
    """``geotiff``: all bands, exact; ``png`` and ``jpeg``: 8 bits, stretched, with world files. ``auto``: GeoTIFF for
    chips, none for whole rasters (then `file_name` is the raster's own)."""
    min_visible: float = Field(0.0, ge=0.0, le=1.0, title="Least visible share")
    """An image does not get labels of which it shows less than this share; the others are clipped, and say in
    `truncated` which share is missing."""
    empty: bool = Field(True, title="Images without labels")
    """Whether images without labels are written: a network learns from them too."""
    asset: str = Field("", title="Raster")
    """Id or title of the one raster to write; empty = all."""

    def write(self, dataset: Dataset, target: Path, context: WriteContext) -> Report:
        """Write the folder. See `Writer.write`."""
        from geo3d.formats.coco_write import CocoAnnotations, category_of, image_sets, keypoint_names, manifest

        log = LossLog()
        lose_documents(dataset, log)
        sets = image_sets(dataset, self.chip, self.overlap, self.asset)
        names = keypoint_names(dataset)
        kind = self._pictures(context)
        titles = {c.slug: c.title for c in dataset.ontology.classes}
        with whole_folder(target) as folder:
            with (folder / MAIN).open("wb") as file:
                file.write(self._head(dataset))
                categories = [category_of(c, names.get(c.slug, ()), titles) for c in dataset.ontology.classes]
                file.write(b',\n"categories":' + orjson.dumps(categories) + b',\n"annotations":[')
                annotations = CocoAnnotations(dataset, sets, names, self.min_visible, log)
                share = 0.3 if kind != "none" else 1.0
                annotations.write(file, lambda done: context.progress(done * share))
                file.write(b'],\n"images":[')
                n_given = self._images(
                    file, folder, dataset, sets, None if self.empty else annotations.used, kind, context
                )
                file.write(b"]}\n")
            manifest(folder, MAIN, self.name)
            files = tuple(sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()))
        if annotations.n_cut:
            log.warn(f"{annotations.n_cut} labels are cut by edges of chips; their pieces say so in `truncated`")
        if not n_given:
            log.warn("there is no raster: the file has no images")
        return log.report(self.name, annotations.n + n_besides(dataset), files)

    def _pictures(self, context: WriteContext) -> str:
        """Return which pictures are written."""
        if self.pictures != "auto":
            if self.pictures != "none" and context.raster is None:
                raise FormatError("pictures were asked for, but there are no pixels here; choose pictures=none")
            return self.pictures
        return "geotiff" if self.chip and context.raster is not None else "none"

    def _head(self, dataset: Dataset) -> bytes:
        kept = dataset.extra.get(self.name, {})
        info = {"description": ", ".join(s.title for s in dataset.scenes), "contributor": "geo3d", "version": "1.0"}
        head = {"info": kept.get("info", info), "licenses": kept.get("licenses", [])}
        head |= {k: v for k, v in kept.items() if k not in (*head, "images", "annotations", "categories")}
        return orjson.dumps(head)[:-1]

    def _images(
        self,
        file: Any,
        folder: Path,
        dataset: Dataset,
        sets: Any,
        used: set[int] | None,
        kind: str,
        context: WriteContext,
    ) -> int:
        """Write the list of images, and their pictures; return how many."""
        from geo3d.formats.coco_picture import ENDINGS, Pictures
        from geo3d.formats.coco_write import image_entries

        total = len(used) if used is not None else sum(len(images.grid) for images in sets)
        pictures: dict[str, Pictures] = {}
        n = 0
        for images, chip, entry in image_entries(sets, ENDINGS.get(kind, ""), used, dataset):
            file.write((b",\n" if n else b"\n") + orjson.dumps(entry))
            n += 1
            if kind != "none" and context.raster is not None:
                if images.asset.id not in pictures:
                    pictures = {images.asset.id: Pictures(context.raster(images.asset.id), kind)}
                path = folder / entry["file_name"]
                path.parent.mkdir(exist_ok=True)
                pictures[images.asset.id].cut(path, images.grid.offset(chip), images.grid.shape)
                context.progress(0.3 + 0.7 * n / max(1, total))
        return n


class CocoReader(Reader):
    """Read COCO instances, keypoints, captions-free detection files and lists of results."""

    name: ClassVar[str] = "coco"
    title: ClassVar[str] = "COCO instances and keypoints"
    extensions: ClassVar[tuple[str, ...]] = (".json",)
    is_folder: ClassVar[bool] = True

    def read(self, source: Path, context: ReadContext) -> Imported:
        """Survey a file, or a folder that has one. See `Reader.read`."""
        from geo3d.formats.coco_read import read_coco

        return read_coco(_main(source), context)


def _main(source: Path) -> Path:
    """Return the JSON file of a folder, or the file itself.

    Raises:
        FormatError: There is none, or there are several.
    """
    if source.is_file():
        return source
    if (source / MAIN).is_file():
        return source / MAIN
    found = sorted([*source.glob("*.json"), *source.glob("annotations/*.json")])
    found = [path for path in found if path.name != "geo3d.json"]
    if len(found) == 1:
        return found[0]
    there = ", ".join(str(path.relative_to(source)) for path in found) or "none"
    raise FormatError(f"{source} holds {there}: name the one JSON file to read")
