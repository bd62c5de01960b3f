"""Band arithmetic: ``(b4-b3)/(b4+b3)``, parsed by hand and evaluated on arrays. Text is never executed.

Grammar, loosest first::

    either     = both { "|" both }
    both       = comparison { "&" comparison }
    comparison = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
    sum        = product { ("+" | "-") product }
    product    = signed { ("*" | "/") signed }
    signed     = ("-" | "+" | "!") signed | power
    power      = atom [ "**" signed ]
    atom       = number | band | function "(" either { "," either } ")" | "(" either ")"

A band is ``b1``, ``b2``, ... or the name of a band of the raster. Truth is 1 and 0. Division by zero, logarithms of
negative numbers and the like have no value (NaN): such pixels are drawn transparent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo3d.errors import ExpressionError

Array = npt.NDArray[Any]

_LONGEST = 1000
_MOST_TOKENS = 200
_DEEPEST = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|[<>=!]=|[-+*/()<>,&|!]))"
)
_BAND = re.compile(r"[bB]([1-9]\d*)")

_BINARY: Final[Mapping[str, Callable[[Array, Array], Array]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "**": np.power,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "&": np.logical_and,
    "|": np.logical_or,
}


def _chosen(condition: Any, yes: Any, no: Any) -> Array:
    return np.asarray(np.where(condition != 0, yes, no))


_FUNCTIONS: Final[Mapping[str, tuple[int, Callable[..., Array]]]] = {
    "abs": (1, np.abs),
    "sqrt": (1, np.sqrt),
    "exp": (1, np.exp),
    "log": (1, np.log),
    "log10": (1, np.log10),
    "floor": (1, np.floor),
    "round": (1, np.rint),
    "min": (2, np.minimum),
    "max": (2, np.maximum),
    "clip": (3, np.clip),
    "where": (3, _chosen),
}
_LEVELS: Final = (("|",), ("&",), ("<", "<=", ">", ">=", "==", "!="), ("+", "-"), ("*", "/"))


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class BandOf:
    """The values of a band."""

    index: int
    """1-based."""


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or function of the values of its arguments."""

    name: str
    arguments: tuple[Node, ...]


Node = Number | BandOf | Apply


@dataclass(frozen=True, slots=True)
class Expression:
    """One parsed expression."""

    text: str
    root: Node
    bands: tuple[int, ...]
    """The bands it uses, 1-based, ascending."""

    def evaluate(self, planes: Mapping[int, Array]) -> Array:
        """Compute the expression.

        Args:
            planes: An array for each of `bands`, all of one shape, floating.

        Returns:
            Floating array of that shape; NaN or infinite where there is no value.
        """
        shape = next(iter(planes.values())).shape if planes else ()
        with np.errstate(all="ignore"):
            found = _value(self.root, planes)
        kind = np.result_type(*planes.values()) if planes else np.dtype(np.float64)
        return np.broadcast_to(np.asarray(found, dtype=kind), shape)


def parse(text: str, n_bands: int, names: Mapping[str, int] | None = None) -> Expression:
    """Parse one expression.

    Args:
        text: See the grammar above.
        n_bands: Number of bands of the raster.
        names: Band names and their 1-based index; compared without case.

    Raises:
        ExpressionError: It does not parse, or names a band or function that is not there; the message says which and
            where.

    >>> parse("(b4 - b3) / (b4 + b3)", 4).bands
    (3, 4)
    """
    if len(text) > _LONGEST:
        raise ExpressionError(f"an expression may have {_LONGEST} characters; this one has {len(text)}")
    parser = _Parser(text, n_bands, {name.lower(): index for name, index in (names or {}).items()})
    root = parser.whole()
    return Expression(text, root, tuple(sorted(parser.used)))


def _value(node: Node, planes: Mapping[int, Array]) -> Any:
    match node:
        case Number(value):
            return value
        case BandOf(index):
            return planes[index]
        case Apply("neg", (inner,)):
            return np.negative(_value(inner, planes))
        case Apply("!", (inner,)):
            return np.asarray(_value(inner, planes)) == 0
        case Apply(name, arguments):
            values = [_number(_value(argument, planes)) for argument in arguments]
            return _BINARY[name](*values) if name in _BINARY else _FUNCTIONS[name][1](*values)


def _number(value: Any) -> Any:
    """Return truth as 1 and 0: numpy refuses to subtract booleans."""
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.bool_ else value


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str, n_bands: int, names: Mapping[str, int]) -> None:
        self.text, self.n_bands, self.names = text, n_bands, names
        self.tokens = self._tokens()
        self.at = 0
        self.depth = 0
        self.used: set[int] = set()

    def whole(self) -> Node:
        if not self.tokens:
            raise ExpressionError("the expression is empty; write for instance (b4-b3)/(b4+b3)")
        if len(self.tokens) > _MOST_TOKENS:
            raise ExpressionError(f"an expression may have {_MOST_TOKENS} words and signs; this has {len(self.tokens)}")
        root = self._level(0)
        if self.at < len(self.tokens):
            raise self._error("an operator is missing before")
        return root

    def _tokens(self) -> list[tuple[str, str, int]]:
        tokens: list[tuple[str, str, int]] = []
        position, end = 0, len(self.text.rstrip())
        while position < end:
            match = _TOKEN.match(self.text, position)
            if match is None:
                place = position + len(self.text[position:]) - len(self.text[position:].lstrip())
                raise ExpressionError(
                    f"character {self.text[place]!r} (place {place + 1}) has no meaning in an expression"
                )
            kind = str(match.lastgroup)
            tokens.append((kind, match[kind], match.start(kind)))
            position = match.end()
        return tokens

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _take(self) -> tuple[str, str, int]:
        if self.at >= len(self.tokens):
            raise ExpressionError(f"the expression {self.text!r} ends too early: a band, number or ')' is missing")
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            raise (
                self._error(f"{sign!r} is missing before")
                if self.at < len(self.tokens)
                else ExpressionError(f"the expression {self.text!r} ends too early: {sign!r} is missing")
            )
        self.at += 1

    def _error(self, what: str) -> ExpressionError:
        _, token, place = self.tokens[self.at]
        return ExpressionError(f"{what} {token!r} (place {place + 1}) in {self.text!r}", place=place)

    def _level(self, n: int) -> Node:
        if n == len(_LEVELS):
            return self._signed()
        node = self._level(n + 1)
        while self._peek() in _LEVELS[n]:
            name = self._take()[1]
            node = Apply(name, (node, self._level(n + 1)))
        return node

    def _signed(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError(f"the expression is nested more than {_DEEPEST} deep; write it simpler")
        sign = self._peek()
        if sign in ("-", "+", "!"):
            self.at += 1
            inner = self._signed()
            node = inner if sign == "+" else Apply("neg" if sign == "-" else "!", (inner,))
        else:
            node = self._power()
        self.depth -= 1
        return node

    def _power(self) -> Node:
        base = self._atom()
        if self._peek() == "**":
            self.at += 1
            return Apply("**", (base, self._signed()))
        return base

    def _atom(self) -> Node:
        kind, token, _ = self._take()
        if kind == "number":
            return Number(float(token))
        if kind == "name":
            return self._call(token) if self._peek() == "(" else self._band(token)
        if token == "(":
            node = self._level(0)
            self._expect(")")
            return node
        self.at -= 1
        raise self._error("a band or number is missing before")

    def _call(self, name: str) -> Node:
        if name not in _FUNCTIONS:
            raise ExpressionError(f"no function is called {name!r}; there are: {', '.join(sorted(_FUNCTIONS))}")
        self._expect("(")
        arguments = [self._level(0)]
        while self._peek() == ",":
            self.at += 1
            arguments.append(self._level(0))
        self._expect(")")
        wanted = _FUNCTIONS[name][0]
        if len(arguments) != wanted:
            raise ExpressionError(f"{name} takes {wanted} values, {len(arguments)} are given in {self.text!r}")
        return Apply(name, tuple(arguments))

    def _band(self, name: str) -> Node:
        match = _BAND.fullmatch(name)
        index = self.names.get(name.lower()) or (int(match[1]) if match else 0)
        if not 1 <= index <= self.n_bands:
            there = f"b1 to b{self.n_bands}" + (f", {', '.join(sorted(self.names))}" if self.names else "")
            raise ExpressionError(f"there is no band {name!r}; this raster has {there}", band=name)
        self.used.add(index)
        return BandOf(index)
