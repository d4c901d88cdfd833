"""A real Chromium and a served made-up site for every walk of a person. I/O: a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from dashboards.security.gate import DEVICE_COOKIE
from scripts.screenshots import ARGUMENTS, chromium_path, sign_in
from tests.dashboards.e2e.watch import Watch
from tests.dashboards.fakes import PASSWORD, FakeWeb, fake_web


@dataclass
class Visit:
    """A signed-in person's page."""

    page: Page
    url: str
    watch: Watch
    """Every fault that the page showed."""


@contextmanager
def served(web: FakeWeb) -> Iterator[str]:
    """Serve a made-up site; yield its address."""
    assert isinstance(web.server, Flask)
    server = make_server("127.0.0.1", 0, web.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
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


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Yield what signs a person with some roles in at a made-up site of its own."""
    with ExitStack() as stack:

        def begin(
            *roles: str, width: int = 1440, web: FakeWeb | None = None, device: str = ""
        ) -> Visit:
            url = stack.enter_context(served(web or fake_web(roles=roles)))
            context = browser.new_context(viewport={"width": width, "height": 900})
            stack.callback(context.close)
            if device:
                context.add_cookies([{"name": DEVICE_COOKIE, "value": device, "url": url}])
            page = context.new_page()
            watch = Watch(page, url)
            sign_in(page, url, "grace", PASSWORD)
            return Visit(page=page, url=url, watch=watch)

        yield begin
