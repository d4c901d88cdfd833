"""In: a page of a browser. Out: every fault that it showed. I/O: the page's events."""

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
