"""In: a page of a browser, axe's options. Out: the violations that axe finds there. I/O: a browser.

Pages follow each other in one document (`watch.go`): half a megabyte of axe is read once for all.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page


def violations(
    page: Page, kind: str, values: list[str], *, without: str = ""
) -> list[dict[str, Any]]:
    """Return what violates some rules.

    Args:
        page: A page that stands.
        kind: What the values name: "tag" or "rule".
        values: Of axe's own.
        without: What is passed over, as CSS selects it.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": {"type": kind, "values": values}, "resultTypes": ["violations"]}
    asked = {"exclude": [[without]] if without else [], "options": options}
    found = page.evaluate(
        "(it) => axe.run({ exclude: it.exclude }, it.options).then((all) => all.violations)", asked
    )
    return list(found)
