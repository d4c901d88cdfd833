"""In: a page of a browser. Out: every fault that it showed; when it is drawn. I/O: a browser."""

from __future__ import annotations

from playwright.sync_api import Page

PATIENCE_MS = 20_000


class Watch:
    """Notes every console error, page error, failed response and off-site request of a page."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.faults: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((base_url, "data:", "blob:"))
                else self.faults.append(f"off-site request: {request.url}")
            ),
        )
        page.on(
            "response",
            lambda response: (
                self.faults.append(f"{response.status}: {response.url}")
                if response.status >= 400
                else None
            ),
        )

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") == "error":
            self.faults.append(f"console: {getattr(message, 'text', '')}")


DRAWN = """() => {
    const all = (of, done) => [...document.querySelectorAll(of)].every(
        (one) => one.offsetParent === null || one.querySelector(done));
    return document.querySelector("[data-ready], .plain-card")
        && all(".dash-graph", ".main-svg")
        && all(".ag-theme-quartz, .dash-ag-grid, .grid, .twin-grid", ".ag-row, .ag-overlay")
        && all(".ag-root-wrapper", ".ag-header-cell") && all(".quality-grid", ".quality-cell")
        && all(".twin[open]", ".ag-row, .empty, table");
}"""


def await_drawn(page: Page) -> None:
    """Wait until the page stands with all its visible charts and grids."""
    page.wait_for_function(DRAWN, timeout=PATIENCE_MS)


def go(page: Page, path: str, name: str = "") -> None:
    """Follow a link within the site, without loading the scripts anew, and wait for its page.

    By way of no page at all where the next one may be of the same kind, so that this one is not
    taken for it. A link stands on a page: it is waited for where the browser has only begun with
    its frame.

    Args:
        page: The browser's.
        path: Where the link leads.
        name: What the page there says it is, where that is known.
    """
    page.wait_for_selector("[data-ready]", timeout=PATIENCE_MS)
    if not name or page.locator(f"[data-ready={name}]").count():
        page.evaluate(FOLLOW, "/nothing")
        page.wait_for_selector("[data-ready=absent]", timeout=PATIENCE_MS)
    page.evaluate(FOLLOW, path)
    drawn = f"[data-ready={name}]" if name else "[data-ready]:not([data-ready=absent])"
    page.wait_for_selector(drawn, timeout=PATIENCE_MS)
    await_drawn(page)


FOLLOW = """(path) => {
    window.history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}"""
