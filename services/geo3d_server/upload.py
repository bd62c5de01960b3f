"""Receiving files: multipart, streamed to disk as it comes, under names that cannot lead anywhere."""

from __future__ import annotations

import re
import shutil
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from geo3d.errors import FormatError, LimitExceeded
from geo3d.labels import new_id

INCOMING = ".incoming-"
"""Beginning of the names of folders that are being received."""
MAX_FILES = 2000
MAX_FIELD_BYTES = 1 << 20
_BATCH = 1 << 20

_ARCHIVES = {
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
}
# Windows opens devices under these names, whatever the ending
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Received:
    """What a multipart body held."""

    folder: Path
    """Holds the files, nothing else; whoever takes it either keeps it or removes it."""
    files: tuple[Path, ...]
    """In the order sent."""
    fields: dict[str, str]


def safe_name(given: str) -> str:
    r"""Return the name under which an uploaded file is kept: no folders, no control characters, no devices.

    >>> safe_name("../../etc/passwd"), safe_name(r"C:\data\Ünter süd.tif"), safe_name(".ssh")
    ('passwd', 'Ünter süd.tif', 'ssh')

    Raises:
        FormatError: Nothing of the name is left.
    """
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    plain = re.sub(r'[<>:"|?*]', "_", plain).strip().lstrip(".").rstrip(". ")
    if not plain:
        raise FormatError(f"a file cannot be called {given[:80]!r}")
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    stem, dot, ending = plain.rpartition(".")
    encoded = (stem if dot else plain).encode()[: 200 - len(ending.encode())].decode(errors="ignore")
    return f"{encoded}.{ending}" if dot else encoded


def remove_old(parent: Path, pattern: str, older_than_days: float) -> None:
    """Remove folders that match and are older than so many days."""
    for folder in parent.glob(pattern):
        if time.time() - folder.stat().st_mtime > older_than_days * 86400:
            shutil.rmtree(folder, ignore_errors=True)


async def receive(request: Request, files: Path, max_bytes: int) -> Received:
    """Stream a multipart body into a new folder; all of it is there, or nothing.

    Args:
        request: The request; its body must not have been read.
        files: Folder in which the new one is made.
        max_bytes: Limit of everything together.

    Raises:
        FormatError: The body is no multipart form, holds no file, or an archive.
        LimitExceeded: Too large, too many files, or the disk is full.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise FormatError("files come as multipart/form-data")
    name = new_id()
    incoming = files / (INCOMING + name)
    form = await to_thread.run_sync(_Form, options[b"boundary"], incoming, max_bytes)
    try:
        batch = bytearray()
        async for piece in request.stream():
            batch += piece
            if len(batch) >= _BATCH:
                await to_thread.run_sync(form.write, bytes(batch))
                batch.clear()
        await to_thread.run_sync(form.write, bytes(batch))
        return await to_thread.run_sync(form.finish, files / name)
    except BaseException:
        form.abandon()
        raise


@dataclass
class _Part:
    """The part that is being read."""

    headers: dict[str, bytes] = field(default_factory=dict)
    name: bytes = b""
    value: bytes = b""
    text: bytearray = field(default_factory=bytearray)
    label: str = ""
    """Name of the form's field."""
    file: BinaryIO | None = None


class _Form:
    """Takes a body in pieces and writes its files."""

    def __init__(self, boundary: bytes, folder: Path, max_bytes: int) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._part = _Part()
        self._files: list[Path] = []
        self._fields: dict[str, str] = {}
        self._is_complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header,
                "on_headers_finished": self._open,
                "on_part_data": self._data,
                "on_part_end": self._close,
                "on_end": self._end,
            },
        )

    def write(self, piece: bytes) -> None:
        """Take the next piece of the body."""
        self._left -= len(piece)
        if self._left < 0:
            raise LimitExceeded(f"the upload is larger than {self._max_bytes} bytes", limit=self._max_bytes)
        self._guarded(lambda: self._parser.write(piece))

    def finish(self, folder: Path) -> Received:
        """Check that the body was whole, and give the files their place."""
        self._guarded(self._parser.finalize)
        if not self._is_complete:
            raise FormatError("the upload ended too early; send it again")
        if not self._files:
            raise FormatError("the upload holds no file")
        self._folder.rename(folder)
        return Received(folder, tuple(folder / path.name for path in self._files), self._fields)

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._part.file is not None:
            self._part.file.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _guarded(self, step: Callable[[], object]) -> None:
        try:
            step()
        except FormParserError as error:
            raise FormatError(f"the upload is no proper multipart form: {error}") from None
        except OSError as error:
            raise LimitExceeded(f"the server cannot keep the upload: {error.strerror}; make room on its disk") from None

    def _begin(self) -> None:
        self._part = _Part()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._part.name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _header(self) -> None:
        part = self._part
        part.headers[part.name.decode("latin-1").lower()] = part.value
        part.name = part.value = b""

    def _open(self) -> None:
        _, options = parse_options_header(self._part.headers.get("content-disposition", b""))
        self._part.label = options.get(b"name", b"").decode(errors="replace")
        if b"filename" not in options:
            return
        name = safe_name(options[b"filename"].decode(errors="replace"))
        if len(self._files) >= MAX_FILES:
            raise LimitExceeded(f"an upload holds at most {MAX_FILES} files", limit=MAX_FILES)
        path = self._folder / name
        if any(path.name.casefold() == other.name.casefold() for other in self._files):
            raise FormatError(f"two files of the upload are called {name!r}; give them different names")
        self._part.file = path.open("xb")
        self._files.append(path)

    def _data(self, data: bytes, start: int, end: int) -> None:
        part, piece = self._part, data[start:end]
        if part.file is None:
            part.text += piece
            if len(part.text) > MAX_FIELD_BYTES:
                raise LimitExceeded(f"the form field {part.label!r} is too long", limit=MAX_FIELD_BYTES)
            return
        part.file.write(piece)

    def _close(self) -> None:
        part = self._part
        if part.file is None:
            self._fields[part.label] = part.text.decode(errors="replace")
            return
        part.file.close()
        refuse_archive(self._files[-1])

    def _end(self) -> None:
        self._is_complete = True


def refuse_archive(path: Path) -> None:
    """Refuse archives, by content: they are not unpacked (bombs, paths that lead elsewhere).

    Raises:
        FormatError: It is one.
    """
    with path.open("rb") as opened:
        head = opened.read(262)
    kind = next((kind for magic, kind in _ARCHIVES.items() if head.startswith(magic)), None)
    if kind is None and head[257:262] == b"ustar":
        kind = "tar"
    if kind is not None:
        raise FormatError(f"{path.name} is a {kind} archive; unpack it and upload the files in it", archive=kind)
