"""``python -m geo3d_server.openapi``: print the OpenAPI document, from which the viewer's types are generated."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import orjson

from geo3d.workspace import Workspace
from geo3d_server.app import create_app
from geo3d_server.settings import Settings


def document() -> bytes:
    """Return the OpenAPI document as JSON, keys sorted, so that equal interfaces give equal bytes."""
    with tempfile.TemporaryDirectory(prefix="geo3d-openapi-") as folder:
        Workspace.create(Path(folder)).close()
        app = create_app(Settings(directory=Path(folder)))
        try:
            return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        finally:
            app.state.geo3d.close()


if __name__ == "__main__":
    sys.stdout.buffer.write(document() + b"\n")
