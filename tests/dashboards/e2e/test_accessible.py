"""At a real Chromium every page, in both themes, has no fault that axe knows of (WCAG 2.2 AA).

Names, order and landmarks are the same in both themes, and so are the tokens of colours on pages of
one kind: the dark one is asked for its colours alone, at one page of each. Further pages of a kind
are asked for what is in them: the frame is the same.
The same walk asks what a keyboard meets on each page, and a finger on a phone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

from dashboards.theme import Theme
from tests.dashboards.e2e.axe import violations
from tests.dashboards.e2e.conftest import WIDE, Visit
from tests.dashboards.e2e.keyboard import focus_faults, small_targets
from tests.dashboards.e2e.watch import await_drawn, go
from tests.dashboards.fake_portal import OWN
from tests.dashboards.fakes import EVERYTHING, FakeSite, FakeWeb, fake_web
from tests.dashboards.page_paths import ONE_OF_EACH, PATHS, READY, far_apart

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules of axe that a theme can break."""
PHONE: ViewportSize = {"width": 390, "height": 844}
PARTS = 4
"""The pages are walked in so many tests, that all cores have work to the end."""
FRAME = ".mantine-AppShell-header, .mantine-AppShell-navbar"
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
    for name, path in far_apart(paths)[part::PARTS]:
        go(page, path, READY.get(name, name))
        if theme is Theme.DARK:
            found = _colours_and_targets(page)
        else:
            found = _everything(page, first=name in ONE_OF_EACH)
        faults += [f"{path}: {fault}" for fault in found]
    for path in PLAIN if part == 0 else ():
        page.goto(begun.url + path)
        faults += [f"{path}: {fault}" for fault in found_by_axe(page, theme)]
    assert not faults, "\n".join(faults)
    assert begun.watch.faults == []


def _everything(page: Page, *, first: bool) -> list[str]:
    """Return the faults of a page; of one that is not the first of its kind, those of its content.

    The frame around it, and the tables beside its figures, are those of the first.
    """
    if first:
        for summary in page.locator(".twin summary").all():
            summary.click()
        await_drawn(page)
    without, within = ("", "body") if first else (FRAME, "main")
    return [*found_by_axe(page, Theme.LIGHT, without), *focus_faults(page, within)]


def _colours_and_targets(page: Page) -> list[str]:
    """Return what the dark theme alone may break, and what is too small for a finger."""
    found = found_by_axe(page, Theme.DARK)
    page.set_viewport_size(PHONE)
    found += [f"on a phone: {fault}" for fault in small_targets(page)]
    page.set_viewport_size(WIDE)
    return found


def web_of_everybody(answers: Callable[[FakeSite], Any] = lambda site: site) -> FakeWeb:
    """Return a made-up site whose person may open every page."""
    web = fake_web(roles=(*EVERYTHING, "admin", "tenant"), answers=answers)
    web.people.tenancies = frozenset({OWN})
    return web


def found_by_axe(page: Page, theme: Theme, without: str = "") -> list[str]:
    """Return each violation that a theme may have, with the elements that have it.

    Args:
        page: A page that stands.
        theme: Its own.
        without: What is passed over, as CSS selects it.
    """
    asked = ("rule", COLOURS) if theme is Theme.DARK else ("tag", TAGS)
    found = violations(page, *asked, without=without)
    if found:  # a grid between two drawings has no rows: what is a fault stays one
        await_drawn(page)
        found = violations(page, *asked, without=without)
    return [
        f"{fault['id']} ({fault['help']}): {node['target']} {node['html'][:160]}"
        for fault in found
        for node in fault["nodes"]
    ]
