"""In: nothing. Out: what one page of the screens is: its address and what shows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from dash.development.base_component import Component

from dashboards.pages.parts import Parts
from dashboards.selection import Selection
from dashboards.viewer import Viewer

UUID_FORM = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
KEY_FORM = r"[A-Za-z0-9._-]{1,80}"
"""Form of a place's, point's or account's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks of a page."""

    match: re.Match[str]
    """The path; its groups are the page's subject."""
    selection: Selection


Show = Callable[[Parts, Viewer, Asked], Component | None]
"""Makes a page; None where its subject does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A page: the form of its path and what shows it."""

    path: re.Pattern[str]
    show: Show


def view(path: str, show: Show) -> View:
    """Return a view.

    Args:
        path: Regular expression of the whole path, without a slash at its end.
        show: Makes the page.
    """
    return View(path=re.compile(path), show=show)
