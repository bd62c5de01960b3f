"""Which formats there are."""

from __future__ import annotations

from typing import Any

from geo3d.formats.base import Reader, Writer
from geo3d.plugin import Registry


def writers() -> Registry[Writer]:
    """Find all writers; callers keep the answer."""
    return Registry.scan(Writer, "geo3d.formats", "geo3d.writers")


def readers() -> Registry[Reader]:
    """Find all readers; callers keep the answer."""
    return Registry.scan(Reader, "geo3d.formats", "geo3d.readers")


def describe(out: Registry[Writer] | None = None, into: Registry[Reader] | None = None) -> list[dict[str, Any]]:
    """Return every format as JSON, for ``geo3d formats --json`` and ``/api/formats``.

    Args:
        out: The writers; None = scan.
        into: The readers; None = scan.
    """
    out, into = out or writers(), into or readers()
    by_name = {name: (_find(out, name), _find(into, name)) for name in sorted({*out.names(), *into.names()})}
    return [_describe(name, writer, reader) for name, (writer, reader) in by_name.items()]


def _find(registry: Registry[Any], name: str) -> Any:
    return registry.get(name) if name in registry.names() else None


def _describe(name: str, writer: type[Writer] | None, reader: type[Reader] | None) -> dict[str, Any]:
    either = writer or reader
    assert either is not None
    return {
        "name": name,
        "title": either.title,
        "extensions": list(either.extensions),
        "media_type": writer.media_type if writer else None,
        "is_folder": either.is_folder,
        "reads": reader is not None,
        "writes": writer is not None,
        "carries": list(writer.carries) if writer else [],
        "becomes": dict(writer.becomes) if writer else {},
        "loses": writer.loses if writer else "",
        "write_schema": writer.schema_of_options() if writer else None,
        "read_schema": reader.schema_of_options() if reader else None,
    }
