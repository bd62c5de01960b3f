"""The server that the tile bench compares us with, as a uvicorn factory."""

from __future__ import annotations

from typing import Any


def titiler() -> Any:
    """Return TiTiler's application."""
    from fastapi import FastAPI
    from titiler.core.factory import TilerFactory

    app = FastAPI()
    app.include_router(TilerFactory().router)
    return app
