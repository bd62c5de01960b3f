"""Read one long array of a JSON object element by element, in bounded memory.

The file is cut at its structural characters by numpy, so that a gigabyte of GeoJSON costs a few megabytes and a few
seconds; the elements themselves are left to orjson.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import orjson

from geo3d.errors import FormatError, LimitExceeded

CHUNK = 8 << 20
"""Bytes read at once."""
LARGEST = 256 << 20
"""Bytes of one element, or of everything besides the array, above which a file is refused."""

_OPEN, _CLOSE = np.zeros(256, np.int8), np.zeros(256, np.int8)
_OPEN[[ord("{"), ord("[")]] = 1
_CLOSE[[ord("}"), ord("]")]] = 1
_STEP = _OPEN - _CLOSE


@dataclass
class ArrayStream:
    """The elements of one array that is a member of a file's top-level object."""

    path: Path
    key: str
    """Name of the member: ``features``."""
    rest: dict[str, Any] = field(default_factory=dict)
    """The object's other members, the array emptied; complete once `elements` has ended."""
    has_array: bool = False
    """Whether the member was met."""

    def elements(self) -> Iterator[tuple[int, Any]]:
        """Iterate over (index, parsed element).

        Raises:
            FormatError: The file is no JSON object, or an element is no JSON object; the message names it.
            LimitExceeded: One element, or the rest, is larger than `LARGEST`.
        """
        self.has_array = False
        with self.path.open("rb") as file:
            yield from _Scan(self, file).run()


class _Scan:
    """One pass over a file."""

    def __init__(self, stream: ArrayStream, file: BinaryIO) -> None:
        self.stream, self.file, self.name = stream, file, stream.path.name
        self.rest = bytearray()
        self.element = bytearray()
        self.depth = 0
        self.in_string = False
        self.in_array = False
        self.index = 0

    def run(self) -> Iterator[tuple[int, Any]]:
        while chunk := self._next():
            yield from self._chunk(chunk)
        if self.depth or self.in_string or not self.rest.strip():
            where = f"{self.stream.key}[{self.index}]" if self.in_array else "the end"
            raise FormatError(f"{self.name} is cut off at {where}: it ends in the middle of a value; get it again")
        parsed = self._parse(bytes(self.rest), "the members besides the array")
        if not isinstance(parsed, dict):
            raise FormatError(f"{self.name} is a JSON {type(parsed).__name__}, not an object")
        self.stream.rest = parsed

    def _next(self) -> bytes:
        """Return the next bytes, never ending in a backslash."""
        chunk = self.file.read(CHUNK)
        while chunk.endswith(b"\\") and (more := self.file.read(1)):
            chunk += more
        return chunk.removeprefix(b"\xef\xbb\xbf") if not self.rest else chunk

    def _chunk(self, chunk: bytes) -> Iterator[tuple[int, Any]]:
        array = np.frombuffer(chunk, np.uint8)
        outside = self._outside_strings(array, chunk)
        where = np.flatnonzero((_STEP[array] != 0) & outside)
        steps = _STEP[array[where]]
        depths = self.depth + np.cumsum(steps, dtype=np.int64)
        self.depth = int(depths[-1]) if len(depths) else self.depth
        if len(depths) and depths.min() < 0:
            raise FormatError(f"{self.name} is no JSON: a bracket closes that was never opened")
        # only what opens or closes the array (depth 2) or an element (depth 3) matters
        edges = ((steps > 0) & (depths <= 3)) | ((steps < 0) & (depths <= 2))
        at = 0
        for position, step, depth in zip(
            where[edges].tolist(), steps[edges].tolist(), depths[edges].tolist(), strict=True
        ):
            if not self.in_array:
                self._keep(self.rest, chunk[at : position + 1])
                at = position + 1
                self.in_array = step > 0 and depth == 2 and chunk[position] == ord("[") and self._is_key()
                self.stream.has_array |= self.in_array
            elif step > 0:
                self._check_gap(chunk[at:position])
                at = position
            elif depth == 2:
                self._keep(self.element, chunk[at : position + 1])
                at = position + 1
                place = f"{self.stream.key}[{self.index}]"
                element = self._parse(bytes(self.element), place)
                if not isinstance(element, dict):
                    raise FormatError(f"{self.name}: {place} is a list, not an object")
                yield self.index, element
                self.element.clear()
                self.index += 1
            else:
                self._check_gap(chunk[at:position])
                at, self.in_array = position, False
                self._keep(self.rest, chunk[at : position + 1])
                at = position + 1
        tail = chunk[at:]
        if not self.in_array:
            self._keep(self.rest, tail)
        elif self.depth > 2 or self.element:
            self._keep(self.element, tail)
        else:
            self._check_gap(tail)

    def _outside_strings(self, array: npt.NDArray[np.uint8], chunk: bytes) -> npt.NDArray[np.bool_]:
        """Return which bytes lie outside of strings; remembers whether the chunk ends inside of one."""
        quotes = array == ord('"')
        if b"\\" in chunk:
            slashes = np.flatnonzero(array == ord("\\"))
            first = np.concatenate(([True], np.diff(slashes) != 1))
            starts = slashes[first]
            lengths = np.diff(np.concatenate((np.flatnonzero(first), [len(slashes)])))
            ends = (starts + lengths)[lengths % 2 == 1]
            quotes[ends[ends < len(array)]] = False
        inside = (np.cumsum(quotes, dtype=np.int64) + int(self.in_string)) % 2 == 1
        self.in_string = bool(inside[-1])
        return np.asarray(~inside)

    def _is_key(self) -> bool:
        """Tell whether the bracket that was just kept opens the wanted member."""
        before = bytes(self.rest[-len(self.stream.key) - 64 : -1]).rstrip()
        return before.endswith(b":") and before[:-1].rstrip().endswith(f'"{self.stream.key}"'.encode())

    def _keep(self, into: bytearray, piece: bytes) -> None:
        if len(into) + len(piece) > LARGEST:
            where = "what stands besides the array" if into is self.rest else f"{self.stream.key}[{self.index}]"
            raise LimitExceeded(f"{self.name}: {where} is larger than {LARGEST >> 20} MB; split it")
        into += piece

    def _check_gap(self, gap: bytes) -> None:
        if gap.strip(b" \t\r\n,"):
            raise FormatError(f"{self.name}: {self.stream.key}[{self.index}] is no object: {gap.strip()[:40]!r}")

    def _parse(self, data: bytes, where: str) -> Any:
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise FormatError(f"{self.name}: {where} is no JSON: {error}") from None
