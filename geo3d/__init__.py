"""geo3d: a geospatial and 3D annotation workbench.

The public face is small: ``Workspace.open(dir)`` gives scenes, annotations as values or as a GeoDataFrame, and exports.
"""

__version__ = "0.1.0"

__all__ = ["Workspace", "__version__"]


def __getattr__(name: str) -> object:
    """Load `Workspace` only when it is asked for: importing a geometry must not open a database driver."""
    if name == "Workspace":
        from geo3d.workspace import Workspace

        return Workspace
    raise AttributeError(f"module 'geo3d' has no attribute {name!r}")
