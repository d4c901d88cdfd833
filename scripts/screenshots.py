"""In: the address of a running dashboard and a sign-in. Out: PNG files of its pages. I/O: Chromium.

    python -m scripts.screenshots --url http://127.0.0.1:8050 --sign-in NAME --out shots

With `--guide` the pictures of the guides (docs/pictures) instead: of a site in use, with outages,
notices and rules. The password comes from METERLINE_PASSWORD, never from the command row.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from playwright.sync_api import Browser, Page, sync_playwright

WIDE = (1440, 900)
PHONE = (390, 844)
PAGES = {
    "overview": "/",
    "outages": "/outages",
    "notices": "/notices?span=month",
    "notice-text": "/notices/texts/alert",
    "rules": "/rules",
    "load": "/load",
    "plant": "/plant",
    "plants": "/plants",
    "meters": "/meters",
    "quality": "/meters/quality?span=month",
    "review": "/review",
    "plan": "/plan",
    "reports": "/reports?span=month",
    "savings": "/savings?span=month",
    "bills": "/bills",
    "phone": "/m",
}
GUIDE: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "outages": ("/outages", ((".outage-card .link", ".page-outage"),)),
    "notices": ("/notices?span=month", ()),
    "notice-text": ("/notices/texts/outage", ()),
    "alert-rules": (
        "/rules",
        (
            (".rule-table td .link", ".page-rule"),
            (".panel-rule-trial .seg >> nth=1", "[data-ready=rule] .seg-on >> nth=0"),
            (".panel-rule-trial .toolbar :has(> .icon-step-back)", "[data-ready=rule] .seg-on"),
            (".panel-rule-trial .toolbar + .button", "#rule-cases .scatterlayer .trace"),
        ),
    ),
    "assurance": ("/assurance", ((".page-assurance .table .link", ".page-assured-event"),)),
    "contingency": ("/contingency", ((".panel-contingency-open .link", ".page-activation"),)),
    "meter": ("/meters", ((".ag-cell a", "[data-ready=meter]"),)),
}
"""Pictures of guides: where each begins, and what is pressed next with what is then waited for."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOST_PX = 2110
"""Height at which a guide's picture ends."""
READY_MS = 20_000
SETTLE_MS = 700
"""Time in which charts finish drawing. [ms]"""


def chromium_path() -> str:
    """Return the path of Chromium on this machine, empty when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), "")


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """Sign in and wait for the first page: the overview, or a tenant's own."""
    page.goto(f"{url}/login")
    page.fill("#sign-in", name)
    page.fill("#password", password)
    page.click("#submit")
    page.wait_for_selector("[data-ready]", timeout=READY_MS)


def shoot(page: Page, url: str, path: str, file: Path) -> None:
    """Store one page as a PNG, whole length."""
    page.goto(f"{url}{path}")
    page.wait_for_selector("[data-ready]", timeout=READY_MS)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=str(file), full_page=True)


def shoot_guide(page: Page, url: str, out: Path) -> int:
    """Store the pictures of the guides as PNG; return how many."""
    for name, (path, steps) in GUIDE.items():
        page.goto(f"{url}{path}")
        page.wait_for_selector("[data-ready]", timeout=READY_MS)
        for pressed, then in steps:
            page.locator(pressed).first.click(timeout=READY_MS)
            page.locator(then).first.wait_for(timeout=READY_MS)
        page.wait_for_timeout(SETTLE_MS)
        height = min(page.evaluate("document.documentElement.scrollHeight"), MOST_PX)
        page.screenshot(
            path=str(out / f"{name}.png"),
            full_page=True,
            clip={"x": 0, "y": 0, "width": WIDE[0], "height": height},
        )
    return len(GUIDE)


def _guide(browser: Browser, url: str, name: str, password: str, out: Path) -> int:
    page = browser.new_page(viewport={"width": WIDE[0], "height": WIDE[1]})
    sign_in(page, url, name, password)
    return shoot_guide(page, url, out)


def _take(browser: Browser, url: str, name: str, password: str, out: Path) -> int:
    taken = 0
    host = urlsplit(url).hostname
    for size_name, (width, height) in (("wide", WIDE), ("phone", PHONE)):
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        sign_in(page, url, name, password)
        for language in ("en", "zh"):
            for theme in ("light", "dark"):
                cookies = {"meterline_language": language, "meterline_theme": theme}
                context.add_cookies(
                    [
                        {"name": key, "value": value, "domain": host or "", "path": "/"}
                        for key, value in cookies.items()
                    ]
                )
                for page_name, path in PAGES.items():
                    file = out / f"{page_name}-{size_name}-{language}-{theme}.png"
                    shoot(page, url, path, file)
                    taken += 1
        context.close()
    return taken


def main(
    url: Annotated[str, typer.Option(help="Address of the dashboard.")],
    name: Annotated[str, typer.Option("--sign-in", help="Sign-in name.")],
    out: Annotated[Path, typer.Option(help="Folder of the PNG files.")] = Path("screenshots"),
    *,
    guide: Annotated[bool, typer.Option("--guide", help="The pictures of the guides.")] = False,
) -> None:
    """Store PNGs of every page, in both languages, themes and sizes."""
    password = os.environ.get("METERLINE_PASSWORD", "")
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        take = _guide if guide else _take
        taken = take(browser, url.rstrip("/"), name, password, out)
        browser.close()
    print(f"{taken} screenshots in {out}")


if __name__ == "__main__":
    typer.run(main)
