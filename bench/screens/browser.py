"""In: a running dashboard and a session. Out: when pages are drawn in a real Chromium. I/O.

A page counts as drawn when its mark of readiness stands and so many charts have their picture:
looked at before each frame in the page itself, so that the time is the browser's own. On a desk
the profile lies on the disk as a person's does: cold is a new profile; again, its second opening;
warm, the first opening after the browser was started anew, with the scripts compiled by the
openings before (Chromium keeps compiled scripts from the second opening on, in such profiles only).
"""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from bench.screens.viewers import Ticket
from dashboards.security.gate import CSRF_COOKIE, SESSION_COOKIE
from energy.base.clock import monotonic_s

ARGUMENTS = ("--no-sandbox", "--disable-gpu")
WAIT_S = 60.0
LOOK_MS = 50
SETTLE_MS = 1_000
"""A new window of Chromium loads pages of its own, its address bar's: the visitor's stands."""
LINK = {"latency": 40, "downloadThroughput": 1_250_000, "uploadThroughput": 1_250_000}
"""A phone's link: 10 Mbit/s, 40 ms. [ms; byte/s]"""
SLOWER = 4
"""How much slower its processor is."""
WATCH = """(() => {
    const [charts, cells] = [%d, %d];
    function many(selector, least) {
        const found = least ? [...document.querySelectorAll(selector)] : [];
        return found.filter((each) => each.getClientRects().length).length >= least;
    }
    function look() {
        if (document.querySelector("[data-ready]") && many(".quality-cell", cells)
            && many(".js-plotly-plot .main-svg:first-of-type", charts)) {
            requestAnimationFrame(() => { window.drawnAt = performance.now(); });
        } else {
            requestAnimationFrame(look);
        }
    }
    look();
})()"""
TOLD = """() => {
    const page = performance.getEntriesByType("navigation")[0];
    const files = performance.getEntriesByType("resource");
    return {
        drawn: window.drawnAt,
        byte: page.responseStart,
        paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
        bytes: [page, ...files].reduce((sum, each) => sum + each.transferSize, 0),
    };
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a page came up; medians of some tries."""

    name: str
    tries: int
    drawn_s: float
    """From the navigation's start to all drawn. [s]"""
    from_byte_s: float
    """From the first byte of the page. [s]"""
    paint_s: float
    """First contentful paint. [s]"""
    kib: float
    """Transferred. [KiB]"""
    worst_s: float


@dataclass(frozen=True, slots=True)
class Shows:
    """A page and what must be drawn of it."""

    name: str
    path: str
    charts: int = 0
    cells: int = 0
    """Of a heat map of meters by days."""


PAGES = (
    Shows("overview", "/", charts=3),
    Shows("load of a year", "/load?span=year", charts=4),
    Shows("quality of a year", "/meters/quality?span=year", cells=300),
    Shows("wall", "/wall/main", charts=1),
)
PHONE_PAGES = (Shows("overview", "/", charts=2), Shows("phone's own page", "/m"))
"""The same for the throttled phone."""


DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
OPENINGS = 3
"""Before the browser is started anew: cold, again, and one that finds compiled scripts."""


def _program() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_program(), args=[*ARGUMENTS])
        yield browser
        browser.close()


def visitor(browser: Browser, url: str, ticket: Ticket, *, phone: bool = False) -> BrowserContext:
    """Return a fresh browser profile that is signed in."""
    context = browser.new_context(viewport=PHONE if phone else DESK)
    _sign_in(context, url, ticket)
    return context


def _sign_in(context: BrowserContext, url: str, ticket: Ticket) -> None:
    host = urlsplit(url).hostname or ""
    for name, value in ((SESSION_COOKIE, ticket.token), (CSRF_COOKIE, ticket.csrf)):
        context.add_cookies([{"name": name, "value": value, "domain": host, "path": "/"}])


def _opened(page: Page, url: str, shows: Shows) -> dict[str, float]:
    page.add_init_script(WATCH % (shows.charts, shows.cells))
    page.wait_for_timeout(SETTLE_MS)
    page.goto(url + shows.path, wait_until="commit")
    until = monotonic_s() + WAIT_S
    while page.evaluate("window.drawnAt") is None:  # the page's policy forbids what waits inside it
        if monotonic_s() > until:
            raise TimeoutError(f"{url} was not drawn within {WAIT_S:.0f} s: {shows}")
        page.wait_for_timeout(LOOK_MS)
    told: dict[str, float] = page.evaluate(TOLD)
    return told


def _shown(name: str, tries: Sequence[dict[str, float]]) -> Shown:
    def middle(values: list[float]) -> float:
        return round(statistics.median(values), 3)

    return Shown(
        name=name,
        tries=len(tries),
        drawn_s=middle([each["drawn"] / 1000 for each in tries]),
        from_byte_s=middle([(each["drawn"] - each["byte"]) / 1000 for each in tries]),
        paint_s=middle([each["paint"] / 1000 for each in tries]),
        kib=middle([each["bytes"] / 1024 for each in tries]),
        worst_s=round(max(each["drawn"] for each in tries) / 1000, 3),
    )


def shown(url: str, ticket: Ticket, tries: int) -> list[Shown]:
    """Return how the pages come up: cold, again and warm on a desk, cold on a throttled phone."""
    found = []
    for each in PAGES:
        came = [_on_desk(url, each, ticket) for _ in range(tries)]
        for n, state in enumerate(("cold", "again", "warm")):
            found.append(_shown(f"{each.name}, {state}", [told[n] for told in came]))
    with chromium() as browser:
        for each in PHONE_PAGES:
            slow = [_on_phone(browser, url, each, ticket) for _ in range(tries)]
            found.append(_shown(f"{each.name}, phone, cold", slow))
    return found


def _on_desk(
    url: str, shows: Shows, ticket: Ticket
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Return the first and the second opening of a new profile, and that after a new start."""
    with TemporaryDirectory() as profile, sync_playwright() as playwright:
        told = []
        for openings in (OPENINGS, 1):
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=_program(), args=[*ARGUMENTS], viewport=DESK
            )
            _sign_in(context, url, ticket)
            for _ in range(openings):
                page = context.new_page()
                told.append(_opened(page, url, shows))
                page.close()
            context.close()
    return told[0], told[1], told[-1]


def _on_phone(browser: Browser, url: str, shows: Shows, ticket: Ticket) -> dict[str, float]:
    context = visitor(browser, url, ticket, phone=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **LINK})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    told = _opened(page, url, shows)
    context.close()
    return told
