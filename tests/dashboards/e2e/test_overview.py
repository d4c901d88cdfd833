"""At a real Chromium the tiles of the overview keep within their edges at every width."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from energy.base.text import LANGUAGES
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.watch import await_drawn
from tests.dashboards.fakes import EVERYTHING

pytestmark = pytest.mark.browser
OUTSIDE = """() => [...document.querySelectorAll(".tile")].flatMap((tile) => {
    const edge = tile.getBoundingClientRect().right - 8;
    return [...tile.querySelectorAll("*")]
        .filter((part) => part.getBoundingClientRect().right > edge)
        .map((part) => tile.querySelector("h2").textContent + ": " + part.className);
})"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_a_tile_reaches_over_its_edge(
    visit: Callable[..., Visit], language: str
) -> None:
    begun = visit(*EVERYTHING)
    page, outside = begun.page, {}
    page.goto(f"{begun.url}/preferences?language={language}")
    for width in (1280, 1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        await_drawn(page)
        outside[width] = page.evaluate(OUTSIDE)
    assert outside == {1280: [], 1440: [], 390: []}
    assert begun.watch.faults == []
