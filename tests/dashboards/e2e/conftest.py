"""A real Chromium and a served made-up site for every walk of a person. I/O: a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from dashboards.security.gate import DEVICE_COOKIE
from scripts.screenshots import ARGUMENTS, chromium_path
from tests.dashboards.e2e.watch import PATIENCE_MS, Watch
from tests.dashboards.fakes import PASSWORD, FakeWeb, fake_web

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WIDE: ViewportSize = {"width": 1440, "height": 900}


@dataclass
class Visit:
    """A signed-in person's page."""

    page: Page
    url: str
    watch: Watch
    """Every fault that the page showed."""


class UnderWay:
    """How many requests of a server are being answered."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count a request until it is answered."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def wait(self) -> None:
        """Wait until all are answered: what they read is about to be closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0, timeout=PATIENCE_MS / 1000)

    def _add(self, more: int) -> None:
        with self._changed:
            self._count += more
            self._changed.notify_all()


def whole(application: WSGIApplication, under_way: UnderWay) -> WSGIApplication:
    """Read every answer to its end before it is sent, and close what it came from.

    The server leaves the file of an answer open where the browser hangs up while it is sent.
    """

    def answered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with under_way.one(), ExitStack() as stack:
            pieces = application(environ, start)
            if hasattr(pieces, "close"):
                stack.callback(pieces.close)
            return [b"".join(pieces)]

    return answered


@contextmanager
def served(web: FakeWeb) -> Iterator[str]:
    """Serve a made-up site; yield its address. What it reads may be closed afterwards."""
    assert isinstance(web.server, Flask)
    under_way = UnderWay()
    server = make_server("127.0.0.1", 0, whole(web.server, under_way), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        under_way.wait()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a browser without a window."""
    path = chromium_path()
    if not path:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def seat(browser: Browser, url: str, *, width: int = WIDE["width"]) -> Iterator[tuple[Page, Watch]]:
    """Yield the page of somebody whom a site does not know yet, and every fault that it shows.

    Args:
        browser: The browser.
        url: The site's.
        width: Of the window. [px]
    """
    context = browser.new_context(viewport={"width": width, "height": WIDE["height"]})
    try:
        page = context.new_page()
        yield page, Watch(page, url)
    finally:
        context.close()


def enter(context: BrowserContext, url: str, name: str = "grace") -> None:
    """Sign a person in without drawing the first page: test_browser.py fills in the form."""
    form = {"sign_in": name, "password": PASSWORD}
    answer = context.request.post(f"{url}/login", form=form, max_redirects=0)
    assert answer.status == 303, answer.text()


@contextmanager
def visits(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Yield what signs a person with some roles in at a made-up site of its own.

    The person stands at an address, or where the test goes first.
    """
    with ExitStack() as stack:

        def begin(
            *roles: str,
            width: int = 1440,
            web: FakeWeb | None = None,
            device: str = "",
            at: str = "",
        ) -> Visit:
            url = stack.enter_context(served(web or fake_web(roles=roles)))
            page, watch = stack.enter_context(seat(browser, url, width=width))
            if device:
                page.context.add_cookies([{"name": DEVICE_COOKIE, "value": device, "url": url}])
            enter(page.context, url)
            if at:
                page.goto(url + at)
                page.wait_for_selector("[data-ready]", timeout=PATIENCE_MS)
            return Visit(page=page, url=url, watch=watch)

        yield begin


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Yield what begins a visit that ends with the test."""
    with visits(browser) as begin:
        yield begin


@pytest.fixture
def sit(browser: Browser) -> Iterator[Callable[..., tuple[Page, Watch]]]:
    """Yield what signs a person in at a site, at a page of their own until the test ends.

    Asked for after the site: who sits there leaves before it ends.
    """
    with ExitStack() as stack:

        def begin(url: str, name: str, *, width: int = WIDE["width"]) -> tuple[Page, Watch]:
            page, watch = stack.enter_context(seat(browser, url, width=width))
            page.set_default_timeout(PATIENCE_MS)
            enter(page.context, url, name)
            return page, watch

        yield begin
