"""At a real Chromium twelve key screens look as they did when somebody last looked at them.

The clock stands and the site is made up, so that only the code can change a screen. After an
intended change: `METERLINE_KEEP_SCREENS=1 scripts/test` on this file keeps the new screens as the
expected ones; look at each before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.theme import Theme
from tests.dashboards.e2e.compare import difference
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.test_accessible import web_of_everybody
from tests.dashboards.e2e.watch import PATIENCE_MS, go
from tests.dashboards.fakes import FakeWeb, fake_web
from tests.dashboards.page_paths import PATHS

pytestmark = pytest.mark.browser
EXPECTED = Path(__file__).parent / "screens"
MOST = 0.005
"""Pixels that may differ, of all: less than a word. [1]"""
MOST_PICTURES = 60
KEEP = "METERLINE_KEEP_SCREENS"
WIDE, PHONE, WALL = (1440, 900), (390, 844), (1920, 1080)


@dataclass(frozen=True, slots=True)
class Screen:
    """A page as one person sees it."""

    page: str
    language: str = "en"
    theme: Theme = Theme.LIGHT
    size: tuple[int, int] = WIDE

    @property
    def name(self) -> str:
        """Return its file's name."""
        return f"{self.page}-{self.size[0]}-{self.language}-{self.theme}"


SCREENS = (
    Screen("overview"),
    Screen("overview", "zh", Theme.DARK, PHONE),
    Screen("load", "zh"),
    Screen("flows", theme=Theme.DARK),
    Screen("alerts", "zh", Theme.DARK),
    Screen("meter"),
    Screen("wall", theme=Theme.DARK, size=WALL),
    Screen("run"),
    Screen("exceptions", "zh"),
    Screen("bill"),
    Screen("tariff", theme=Theme.DARK),
    Screen("portal", "zh", size=PHONE),
)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_key_screen_looks_as_it_did(
    visit: Callable[..., Visit], browser: Browser, tmp_path: Path, screen: Screen
) -> None:
    begun = visit(web=_web(screen))
    page = begun.page
    page.set_viewport_size({"width": screen.size[0], "height": screen.size[1]})
    page.goto(f"{begun.url}/preferences?theme={screen.theme}&language={screen.language}")
    go(page, PATHS[screen.page])
    if screen.page == "wall":
        expect(page.locator("#wall-link")).to_have_text("Link up", timeout=PATIENCE_MS)
    seen = _standing_still(page)
    assert begun.watch.faults == []
    file = EXPECTED / f"{screen.name}.png"
    if os.environ.get(KEEP):
        file.write_bytes(seen)
        return
    found = difference(browser.new_page(), file.read_bytes(), seen)
    (tmp_path / "seen.png").write_bytes(seen)
    (tmp_path / "differs.png").write_bytes(found.picture)
    assert found.share < MOST, f"{found.share:.2%} of its pixels differ: look at {tmp_path}"


def test_a_changed_word_is_seen(visit: Callable[..., Visit], browser: Browser) -> None:
    begun = visit(web=web_of_everybody(), at="/")
    before = begun.page.screenshot(animations="disabled")
    begun.page.evaluate("document.querySelector('h1').textContent = 'Another title for a page'")
    after = begun.page.screenshot(animations="disabled")
    blank = browser.new_page()
    assert difference(blank, before, before).share == 0
    assert difference(blank, before, after).share > 0


def _standing_still(page: Page) -> bytes:
    """Return a picture of a page once three in a row are the same: all is laid out.

    Raises:
        AssertionError: It does not come to rest.
    """
    taken: list[bytes] = []
    for _ in range(MOST_PICTURES):
        taken.append(page.screenshot(animations="disabled", caret="hide"))
        if len(taken) >= 3 and taken[-1] == taken[-2] == taken[-3]:
            return taken[-1]
        page.evaluate("new Promise((done) => setTimeout(done, 100))")
    raise AssertionError("the page does not come to rest")


def _web(screen: Screen) -> FakeWeb:
    return fake_web(roles=("kiosk",)) if screen.page == "wall" else web_of_everybody()
