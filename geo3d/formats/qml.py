"""QGIS styles: one category per class, in the colour of the class.

Source: the QML that QGIS 3.22 saves for a categorised renderer; both its `Option` and its older `prop` spelling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as Xml

from geo3d.labels import LabelClass

_HEADER = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def qml_of(classes: Iterable[LabelClass], symbol: str) -> str:
    """Return a style document.

    Args:
        classes: Its categories, by title; what has another class is drawn grey.
        symbol: ``fill``, ``line`` or ``marker``.
    """
    root = Xml.Element("qgis", version="3.22.0", styleCategories="Symbology")
    renderer = Xml.SubElement(
        root,
        "renderer-v2",
        type="categorizedSymbol",
        attr="class",
        symbollevels="0",
        forceraster="0",
        enableorderby="0",
    )
    categories, symbols = Xml.SubElement(renderer, "categories"), Xml.SubElement(renderer, "symbols")
    entries = [(c.title, c.title, c.color) for c in classes] + [("", "other", "#999999")]
    for i, (value, title, color) in enumerate(entries):
        Xml.SubElement(categories, "category", render="true", symbol=str(i), value=value, label=title, type="string")
        shape = Xml.SubElement(
            symbols, "symbol", type=symbol, name=str(i), alpha="1", clip_to_extent="1", force_rhr="0"
        )
        name, properties = _LAYERS[symbol](_rgb(color))
        layer = Xml.SubElement(shape, "layer", {"class": name, "enabled": "1", "pass": "0", "locked": "0"})
        options = Xml.SubElement(layer, "Option", type="Map")
        for key, text in properties.items():
            Xml.SubElement(options, "Option", type="QString", name=key, value=text)
        for key, text in properties.items():
            Xml.SubElement(layer, "prop", k=key, v=text)
    return _HEADER + Xml.tostring(root, encoding="unicode")


def _rgb(color: str) -> str:
    return ",".join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))


def _fill(rgb: str) -> tuple[str, Mapping[str, str]]:
    return "SimpleFill", {
        "color": f"{rgb},89", "style": "solid", "outline_color": f"{rgb},255", "outline_style": "solid",
        "outline_width": "0.4", "outline_width_unit": "MM", "joinstyle": "round",
    }  # fmt: skip


def _line(rgb: str) -> tuple[str, Mapping[str, str]]:
    return "SimpleLine", {
        "line_color": f"{rgb},255", "line_style": "solid", "line_width": "0.6", "line_width_unit": "MM",
        "capstyle": "round", "joinstyle": "round",
    }  # fmt: skip


def _marker(rgb: str) -> tuple[str, Mapping[str, str]]:
    return "SimpleMarker", {
        "name": "circle", "color": f"{rgb},255", "outline_color": "255,255,255,255", "outline_style": "solid",
        "outline_width": "0.2", "size": "2.4", "size_unit": "MM",
    }  # fmt: skip


_LAYERS = {"fill": _fill, "line": _line, "marker": _marker}
