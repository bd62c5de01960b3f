"""The Chromium that the browser tests drive: where it is, and how it gets there (`make browser`).

Debian's own is taken when it is there, else Playwright's. `GEO3D_CHROMIUM` names another one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The real binary: Debian's /usr/bin/chromium is a wrapper that adds flags of its own.
DEBIAN = Path("/usr/lib/chromium/chromium")

# WebGL by software, explicitly (Chrome dropped the silent fallback); without accelerated 2D canvas, maps draw 4 to 30
# times faster there. The rest keeps Chromium from talking and pictures from varying.
ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-accelerated-2d-canvas",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]

ABSENT = "no Chromium: run `make browser`, or name one with GEO3D_CHROMIUM"


def find() -> Path | None:
    """Return the executable to drive, None where there is none."""
    named = os.environ.get("GEO3D_CHROMIUM")
    if named:
        return Path(named)
    if DEBIAN.exists():
        return DEBIAN
    return _playwrights_own()


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _is_debian() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text().splitlines()


def _run(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"browser: {' '.join(command)}", file=sys.stderr, flush=True)
    result = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL)
    return result.returncode == 0


def install() -> None:
    """Get a Chromium: Debian's when root there, else Playwright's own; else say that its tests will be skipped."""
    if find() is not None:
        return
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and _is_debian() and shutil.which("apt-get"):
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core")
    if find() is None:
        system_libraries = ["--with-deps"] if is_root and shutil.which("apt-get") else []
        _run(sys.executable, "-m", "playwright", "install", *system_libraries, "chromium")
    if find() is None:
        print(
            "browser: no Chromium could be installed, so the browser tests will be skipped"
            " (Debian: apt-get install -y chromium fonts-dejavu-core)",
            file=sys.stderr,
        )


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python tests/chromium.py install")
    install()
