"""Labels in and out: formats, exports that wait for download, imports with a preview."""

from __future__ import annotations

from fastapi import APIRouter

from geo3d_server.deps import StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/api", tags=["exchange"])
