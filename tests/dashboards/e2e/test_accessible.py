"""At a real Chromium every page, in both themes, has no fault that axe knows of (WCAG 2.2 AA).

Names, order and landmarks are the same in both themes, and so are the tokens of colours on pages of
one kind: the dark one is asked for its colours alone, at one page of each.
The same walk asks what a keyboard meets on each page, on a wide screen and on a phone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from dashboards.theme import Theme
from tests.dashboards.e2e.axe import violations
from tests.dashboards.e2e.conftest import Visit
from tests.dashboards.e2e.keyboard import focus_faults, small_targets
from tests.dashboards.e2e.watch import await_drawn, go
from tests.dashboards.fake_portal import OWN
from tests.dashboards.fakes import EVERYTHING, FakeSite, FakeWeb, fake_web
from tests.dashboards.page_paths import ONE_OF_EACH, PATHS, READY

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules of axe that a theme can break."""
WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PARTS = 4
"""The pages are walked in so many tests, that all cores have work to the end."""
PLAIN = ("/login", "/case", "/change-password")
"""Pages without scripts."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("theme", list(Theme))
def test_axe_finds_no_fault_on_any_page(
    visit: Callable[..., Visit], theme: Theme, part: int
) -> None:
    begun = visit(web=web_of_everybody())
    page, faults = begun.page, []
    page.goto(f"{begun.url}/preferences?theme={theme}")
    assert page.locator("html").get_attribute("data-mantine-color-scheme") == str(theme)
    paths = ONE_OF_EACH if theme is Theme.DARK else PATHS
    for name, path in list(paths.items())[part::PARTS]:
        go(page, path, READY.get(name, name))
        for summary in page.locator(".twin summary").all():
            summary.click()
        await_drawn(page)
        found = found_by_axe(page, theme)
        if found:  # a grid between two drawings has no rows: what is a fault stays one
            await_drawn(page)
            found = found_by_axe(page, theme)
        faults += [f"{path}: {fault}" for fault in found]
        if theme is Theme.DARK:
            page.set_viewport_size(PHONE)
            faults += [f"{path} on a phone: {fault}" for fault in small_targets(page)]
        faults += [f"{path}: {fault}" for fault in focus_faults(page)]
        if theme is Theme.DARK:
            page.set_viewport_size(WIDE)
    for path in PLAIN if part == 0 else ():
        page.goto(begun.url + path)
        faults += [f"{path}: {fault}" for fault in found_by_axe(page, theme)]
    assert not faults, "\n".join(faults)
    assert begun.watch.faults == []


def web_of_everybody(answers: Callable[[FakeSite], Any] = lambda site: site) -> FakeWeb:
    """Return a made-up site whose person may open every page."""
    web = fake_web(roles=(*EVERYTHING, "admin", "tenant"), answers=answers)
    web.people.tenancies = frozenset({OWN})
    return web


def found_by_axe(page: Page, theme: Theme) -> list[str]:
    """Return each violation that a theme may have, with the elements that have it."""
    asked = ("rule", COLOURS) if theme is Theme.DARK else ("tag", TAGS)
    return [
        f"{fault['id']} ({fault['help']}): {node['target']} {node['html'][:160]}"
        for fault in violations(page, *asked)
        for node in fault["nodes"]
    ]
