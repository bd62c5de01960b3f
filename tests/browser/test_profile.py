"""The numbers of all bands as curves: under the pointer, and inside the chosen area."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.features import geometry_mask

from tests.browser.conftest import SCENES, Scenes
from tests.browser.desk import Desk


def table(desk: Desk) -> dict[str, list[str]]:
    """Return the rows of numbers under the chart: pointer, mean, lowest, highest of each band."""
    rows = desk.page.locator(".profile-table tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}


@pytest.mark.parametrize("title", ["landsat", "rotated"])
def test_spectrum_of_the_pointer_and_of_a_polygon(ada: Desk, scenes: Scenes, raster_data: Path, title: str) -> None:
    scene = scenes[title]
    ada.open(scene)
    page = ada.page
    box = page.locator(".map").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    corners = [(x - 90, y - 60), (x + 70, y - 80), (x + 110, y + 90), (x - 40, y + 60)]
    positions = ada.draw("polygon", corners)
    ada.idle()
    page.locator(".map").first.focus()
    page.keyboard.press("Shift+P")
    page.get_by_text("The chosen area: mean").wait_for()
    page.locator(".profile details summary").click()
    page.mouse.move(x + 3, y + 2)
    ada.until(lambda: all(row[0] != "–" for row in table(ada).values()), "the pointer's numbers")

    with rasterio.open(raster_data / SCENES[title][0]) as source:
        # drawn in map coordinates where the file is north-up, else in pixels
        to_pixel = ~source.transform if title == "landsat" else None
        ring = [to_pixel @ place if to_pixel is not None else place for place in positions]
        area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        inside = ~geometry_mask([area], source.shape, rasterio.Affine.identity())
        at = ada.frame_at(x + 3, y + 2)
        col, row = to_pixel @ at if to_pixel is not None else at
        for (name, numbers), plane in zip(table(ada).items(), source.read(), strict=True):
            values = plane[inside].astype(float)
            pointer, mean, low, high = (float(number) for number in numbers)
            assert pointer == pytest.approx(plane[int(row), int(col)]), name
            assert mean == pytest.approx(values.mean(), rel=1e-5), name
            assert (low, high) == (values.min(), values.max()), name
    assert np.ptp([float(row[1]) for row in table(ada).values()]) > 0 or title == "rotated"

    page.keyboard.press("Escape")
    page.get_by_text("Choose a polygon or a box").wait_for()
