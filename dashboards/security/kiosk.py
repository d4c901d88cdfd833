"""In: what a wall screen posts. Out: whether it belongs to the one page that it shows. Pure.

A callback is no page: whoever is in may post any. A wall screen stands where anybody may reach it,
so it asks for its own page, for news, and for what news change on that page, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

ALWAYS = frozenset({"page.children", "live.data"})
"""The page of an address, which is asked for the address itself, and news."""
REFRESHED: Mapping[str, tuple[str, ...]] = {
    "": ("..overview-tiles.", "overview-alerts."),
    "alerts": ("..alerts-summary.",),
    "m": ("phone-live.",),
    "plant": ('{"key":["ALL"],"type":"one-line"}.',),
    "wall": ('{"name":["ALL"],"type":"wall-panels"}.', '{"screen":["ALL"],"type":"sound"}.'),
}
"""First part of a page's path -> how the outputs begin that news change on it."""


def may_post(only_view: str, body: object) -> bool:
    """Return whether a wall screen may post a callback.

    Args:
        only_view: Path of the page that it shows.
        body: The request as it came.
    """
    output = str(body.get("output", "")) if isinstance(body, dict) else ""
    first = only_view.strip("/").partition("/")[0]
    return output in ALWAYS or output.startswith(REFRESHED.get(first, ("\0",)))
