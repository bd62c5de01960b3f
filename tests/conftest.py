"""What all tests share: the repository's root, the sample data, the browser, hypothesis profiles."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# Set before numba or PROJ load: compiled kernels survive between runs, and no test asks the network for a grid.
os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / "build" / "numba"))
os.environ.setdefault("PROJ_NETWORK", "OFF")

import hypothesis  # noqa: E402
import pytest  # noqa: E402

from tests import chromium  # noqa: E402

# `HYPOTHESIS_PROFILE=thorough pytest ...` searches longer; CI repeats its examples, so that red stays red.
# Seconds depend on who else uses the machine, so none is asserted.
SECONDS: dict[str, Any] = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("dev", max_examples=50, **SECONDS)
hypothesis.settings.register_profile("ci", max_examples=100, derandomize=True, print_blob=True, **SECONDS)
hypothesis.settings.register_profile("thorough", max_examples=2000, **SECONDS)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real sample files; tests that use it are skipped where it is absent."""
    folder = Path(os.environ.get("GEO3D_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("sample data not there: set GEO3D_SHARED_DATA to its folder")
    return folder


# ---------------------------------------------------------------- the browser (pytest-playwright's fixtures)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Launch the Chromium of tests/chromium.py, headless, with software WebGL."""
    executable = chromium.find()
    if executable is None:
        pytest.skip(chromium.ABSENT)
    return {"headless": True, "executable_path": str(executable), "args": chromium.ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """One size and language for every page, so that two pictures can be compared."""
    return {
        **browser_context_args,
        "viewport": {"width": 1280, "height": 800},
        "device_scale_factor": 1,
        "locale": "en-GB",
        "timezone_id": "UTC",
        "reduced_motion": "reduce",
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a page or lies in tests/browser as a browser test, and run the files that hold such tests last.

    Playwright keeps an event loop running until the session ends: in a process that has opened a browser `asyncio.run`
    refuses. (`--no-loadscope-reorder` keeps this order under xdist.)
    """
    for item in items:
        uses_page = {"page", "context", "browser"} & set(getattr(item, "fixturenames", ()))
        if uses_page or (ROOT / "tests" / "browser") in item.path.parents:
            item.add_marker(pytest.mark.browser)
    with_browser = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path in with_browser)
