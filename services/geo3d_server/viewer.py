"""The viewer's built pages: index.html asked for each time, everything with a hash in its name kept for ever."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from geo3d_server import page

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",  # decoders are WebAssembly
        "worker-src 'self' blob:",
        "img-src 'self' blob: data:",
        "style-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_MISSING = """
<p>This installation has no viewer: <code>services/geo3d_server/_viewer</code> is empty.</p>
<p>In a checkout, build it with <code>make viewer</code>; a released wheel brings it along.</p>
<p>The interface works without it: <a href="/api/docs">/api/docs</a>.</p>
"""


class Viewer(StaticFiles):
    """Files of the viewer's build."""

    def __init__(self, folder: Path) -> None:
        """Serve a folder, which may be missing."""
        super().__init__(directory=folder, check_dir=False)
        self._index = folder / "index.html"

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file; addresses without a file ending are the viewer's own (``/demo``) and get its page."""
        is_page = path in ("", ".") or ("." not in path and "/" not in path and path != "api")
        if is_page and not self._index.exists():
            return page.page("geo3d: no viewer", _MISSING, status=503)
        return await super().get_response("index.html" if is_page else path, scope)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return a file with how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_hashed = Path(full_path).parent.name == "assets"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
        if Path(full_path).suffix == ".html":
            response.headers["Content-Security-Policy"] = POLICY
        return response
