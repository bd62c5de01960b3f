"""Plug-ins: the only way to extend geo3d.

A plug-in is a frozen pydantic model whose fields are its options and which has one verb. Its flags on the command line,
its HTTP schema, its form in the viewer and its page in the docs all come from that one class. A family of plug-ins is a
folder of this package (dropped file = member) plus an entry-point group for other people's distributions.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from geo3d.errors import OptionError


class Plugin(BaseModel):
    """Base of every plug-in: options are fields, behaviour is the family's verb."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    """Short lower-case name, unique in its family: ``geojson``."""
    title: ClassVar[str]
    """What a person reads in a list: ``GeoJSON``."""

    @classmethod
    def schema_of_options(cls) -> dict[str, Any]:
        """Return the JSON schema of the options, as the viewer's form reads it."""
        return cls.model_json_schema()


P = TypeVar("P", bound=Plugin)


class Registry(Generic[P]):
    """A frozen family of plug-ins, by name."""

    def __init__(self, base: type[P], members: Mapping[str, type[P]]) -> None:
        """Hold the members; use `scan` to find them."""
        self.base = base
        self._members = MappingProxyType(dict(sorted(members.items())))

    @classmethod
    def scan(cls, base: type[P], package: str, group: str) -> Registry[P]:
        """Find every member in a package's modules and in an entry-point group.

        Args:
            base: The family's base class.
            package: Import name of the folder that is scanned, one module deep.
            group: Entry-point group for plug-ins of other distributions, e.g. ``geo3d.formats``.

        Raises:
            OptionError: Two members claim one name.
        """
        members: dict[str, type[P]] = {}
        found: list[type[P]] = []
        root = importlib.import_module(package)
        for info in pkgutil.iter_modules(root.__path__):
            module = importlib.import_module(f"{package}.{info.name}")
            found += [
                v
                for v in vars(module).values()
                if isinstance(v, type) and issubclass(v, base) and v.__module__ == module.__name__ and "name" in vars(v)
            ]
        found += [point.load() for point in entry_points(group=group)]
        for member in found:
            other = members.get(member.name)
            if other is not None and other is not member:
                where = f"{other.__module__} and {member.__module__}"
                raise OptionError(f"two plug-ins are called {member.name!r}: {where}")
            members[member.name] = member
        return cls(base, members)

    def __iter__(self) -> Iterator[type[P]]:
        """Iterate over the member classes, by name."""
        return iter(self._members.values())

    def __len__(self) -> int:
        """Count the members."""
        return len(self._members)

    def names(self) -> tuple[str, ...]:
        """Return all names, sorted."""
        return tuple(self._members)

    def get(self, name: str) -> type[P]:
        """Return the member class of this name.

        Raises:
            OptionError: There is none; the message lists what there is.
        """
        try:
            return self._members[name]
        except KeyError:
            there = ", ".join(self._members)
            raise OptionError(f"no {self.base.__name__.lower()} is called {name!r}; there are: {there}") from None

    def make(self, name: str, options: Mapping[str, Any] | None = None) -> P:
        """Return a member with these options.

        Raises:
            OptionError: Unknown name, unknown option or a value that does not fit; the message says which.
        """
        member = self.get(name)
        try:
            return member.model_validate(dict(options or {}))
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(str(p) for p in e['loc']) or name}: {e['msg']}" for e in error.errors())
            raise OptionError(f"options of {name!r}: {problems}") from None
