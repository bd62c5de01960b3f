"""Band choice, stretch and ramps happen in the browser: no request leaves it."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk


def middle(desk: Desk) -> npt.NDArray[np.float64]:
    """Return the mean colour of the middle of the map."""
    return desk.picture()[300:500, 450:700].reshape(-1, 3).mean(axis=0)


def opened(page: Page, raster: str) -> None:
    """Open the style of a raster in the layers."""
    page.get_by_role("button", name=raster, exact=True).click()


def test_another_style_makes_no_request(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["naip"])
    opened(ada.page, "m_4709963_se_14_1_20090818.tif")
    seen = [middle(ada)]
    assert seen[0].std() > 0 or seen[0].mean() > 0, "there is a picture"
    n_requests = len(ada.requests)

    show = ada.page.get_by_label("Show", exact=True)
    show.select_option("preset false-color")
    seen.append(middle(ada))
    show.select_option("One band")
    ada.page.get_by_label("Colours").select_option("viridis")
    seen.append(middle(ada))
    ada.page.get_by_label("Band", exact=True).select_option("1")
    seen.append(middle(ada))
    ada.page.get_by_role("button", name="±2 σ").click()
    seen.append(middle(ada))
    ada.page.locator(".kit-slider", has_text="Gamma").locator("input").fill("2")
    ada.page.wait_for_timeout(100)
    seen.append(middle(ada))

    asked = [url for url in ada.requests[n_requests:] if url != "/api/jobs"]  # that is asked now and then in any case
    assert asked == []
    for before, after in itertools.pairwise(seen):
        assert np.abs(before - after).max() > 2, "every change is seen"


def test_expression_in_the_gpu(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["naip"])
    opened(ada.page, "m_4709963_se_14_1_20090818.tif")
    ada.page.get_by_label("Show", exact=True).select_option("preset ndvi")
    ada.idle()
    ada.page.wait_for_timeout(300)
    assert not [url for url in ada.requests if "expression" in url and "/native/0/0/0" not in url], (
        "no tile is rendered"
    )
    green = middle(ada)
    ada.page.get_by_label("Expression").fill("(red-nir)/(nir+red)")
    ada.page.wait_for_timeout(500)
    assert np.abs(green - middle(ada)).max() > 10


def test_float64_is_drawn(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["float64"])
    picture = ada.picture()[60:780, 60:900]
    assert picture.std() > 5


def test_webgl_is_really_there(ada: Desk, scenes: Scenes) -> None:
    """Without a context every other test of this file could pass on the fallback."""
    ada.open(scenes["naip"])
    is_alive = "c => c.getContext('webgl') && !c.getContext('webgl').isContextLost()"
    assert True in ada.page.evaluate(f"() => [...document.querySelectorAll('.map canvas')].map({is_alive})")
