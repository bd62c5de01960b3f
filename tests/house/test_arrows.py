"""The tree is the architecture: import-linter's contracts, and what a layer cannot say (ast)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"geo3d": ROOT / "geo3d", "geo3d_server": ROOT / "services" / "geo3d_server"}

# A package of the outside world -> the modules of ours that may know it (they and what lies below them).
HOMES = {
    "sqlite3": ("geo3d.store",),
    "psycopg": ("geo3d.store",),
    "sqlalchemy": (),
    "aiosqlite": (),
    "rasterio": ("geo3d.raster",),
    "osgeo": (),
    "rio_tiler": (),
    "titiler": (),
    "laspy": ("geo3d.cloud", "geo3d.assist"),
    "lazrs": ("geo3d.cloud", "geo3d.assist"),
    "open3d": ("geo3d.cloud", "geo3d.assist"),
    "fastapi": ("geo3d_server",),
    "starlette": ("geo3d_server",),
    "uvicorn": ("geo3d_server",),
    "typer": ("geo3d.cli", "geo3d_server"),
    "rich": ("geo3d.cli", "geo3d_server"),
    "torch": (),
}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield (module name, file) of everything that ships."""
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = [package, *path.relative_to(folder).with_suffix("").parts]
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(module: str, path: Path) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Yield (absolute module, imported names, line) of every import, those inside functions included."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((name.name, (), node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            target = ".".join([*base, *([node.module] if node.module else [])])
            yield target, tuple(name.name for name in node.names), node.lineno


def is_inside(module: str, homes: tuple[str, ...]) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in homes)


def test_arrows_point_down() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'services'}", "PATH": "", "COLUMNS": "120"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("outsider", sorted(HOMES))
def test_outsider_stays_in_its_home(outsider: str) -> None:
    strays = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for module, path in modules()
        for target, _, line in imports(module, path)
        if target.split(".")[0] == outsider and not is_inside(module, HOMES[outsider])
    ]
    assert not strays, f"only {HOMES[outsider] or 'nobody'} may know {outsider}: {strays}"


def test_nobody_imports_the_root_from_inside() -> None:
    submodules = {module.split(".")[1] for module, _ in modules() if module.startswith("geo3d.")}
    strays = [
        f"{path.relative_to(ROOT)}:{line}"
        for module, path in modules()
        if module != "geo3d"
        for target, names, line in imports(module, path)
        if target == "geo3d" and not (names and set(names) <= submodules | {"__version__"})
    ]
    assert not strays, f"import from the module that defines it, not from the root package: {strays}"


def test_only_app_imports_routers() -> None:
    routers = {
        module
        for module, path in modules()
        if module.startswith("geo3d_server.") and "APIRouter(" in path.read_text(encoding="utf-8")
    }
    strays = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for module, path in modules()
        if module != "geo3d_server.app"
        for target, names, line in imports(module, path)
        if target in routers or any(f"{target}.{name}" in routers for name in names)
    ]
    assert not strays, f"only app.py imports routers: {strays}"


def test_imports_have_no_effect() -> None:
    """The library asks no environment variable and sets up no logging."""
    calls = {"getenv", "environ", "basicConfig"}
    strays = []
    for module, path in modules():
        if not module.startswith("geo3d.") and module != "geo3d":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in calls and module != "geo3d.cli":
                strays.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}")
    assert not strays, f"the library reads no environment variables and sets up no logging: {strays}"
