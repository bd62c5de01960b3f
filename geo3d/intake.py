"""Files become assets of a scene: frames from what the raster says of itself, nothing invented."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import Path

from geo3d.geometry import Frame, MapFrame, PixelFrame
from geo3d.labels import Asset, Sample, Scene, new_id
from geo3d.labels.frame_id import map_frame_id
from geo3d.raster.info import RasterInfo

_MEDIA = {
    "GTiff": "image/tiff; application=geotiff",
    "COG": "image/tiff; application=geotiff",
    "JP2OpenJPEG": "image/jp2",
}


def frames_of(asset_id: str, info: RasterInfo) -> tuple[PixelFrame, MapFrame | None]:
    """Return the pixel frame of a raster and, where it says where it lies, the map frame it leads to."""
    pixel_id, size = f"{asset_id}.pixel", (info.width, info.height)
    if info.crs is None or info.link is None:
        return PixelFrame(id=pixel_id, size=size), None
    world = MapFrame(id=map_frame_id(info.crs), crs=info.crs)
    return PixelFrame(id=pixel_id, size=size, parent=world.id, link=info.link), world


def asset_of(
    info: RasterInfo,
    href: str,
    *,
    members: Sequence[str] = (),
    arrangement: str = "single",
    title: str = "",
    trust: str = "owner",
    sample: int | None = None,
    captured: str | None = None,
) -> tuple[Asset, tuple[Frame, ...]]:
    """Return a new asset for a raster, and the frames it brings.

    Args:
        info: What the raster says of itself.
        href: Where its bytes are: absolute path, path relative to the workspace, or URL.
        members: Hrefs of the files of a stack or mosaic.
        arrangement: ``single``, ``stack`` or ``mosaic``.
        title: What people read; the file's name when empty.
        trust: ``owner`` or ``uploaded``.
        sample: Index of the sample it belongs to, in a time series.
        captured: When it was taken (ISO 8601), where the file itself does not say.
    """
    asset_id = new_id()
    pixel, world = frames_of(asset_id, info)
    taken = info.captured or captured
    media = _MEDIA.get(info.driver) or mimetypes.guess_type(href)[0] or "application/octet-stream"
    asset = Asset.model_validate(
        {
            "id": asset_id,
            "href": href,
            "members": tuple(members),
            "arrangement": arrangement,
            "title": title or Path(href).name,
            "media_type": media,
            "frame": pixel.id,
            "sample": sample,
            "size_bytes": info.size_bytes or 0,
            "trust": trust,
            "properties": {"captured": taken} if taken else {},
        }
    )
    return asset, (pixel,) if world is None else (pixel, world)


def with_assets(scene: Scene, added: Sequence[tuple[Asset, Sequence[Frame]]], *, is_series: bool = False) -> Scene:
    """Return the scene with more assets; a map frame that is there already is shared, a series gets a sample each."""
    frames = {frame.id: frame for frame in scene.frames}
    samples, assets = list(scene.samples), list(scene.assets)
    for asset, brought in added:
        frames |= {frame.id: frame for frame in brought if frame.id not in frames}
        if is_series:
            samples.append(Sample(index=len(samples), title=str(asset.properties.get("captured", asset.title))))
            asset = asset.model_copy(update={"sample": samples[-1].index})
        assets.append(asset)
    update = {"frames": tuple(frames.values()), "samples": tuple(samples), "assets": tuple(assets)}
    return Scene.model_validate({**dict(scene), **update})
