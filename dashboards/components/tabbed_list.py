"""In: a list with tabs, the lines of one drawn. Out: tabs with counts, the list, its file. Pure.

What is drawn is of the page; how many there are, what is said where there are none or more than are
shown, and where the file of the list is, is the same for every such list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import empty, panel
from dashboards.components.toolbar import choice_links
from dashboards.components.twin import twin
from dashboards.viewer import Viewer

Tab = TypeVar("Tab", bound=StrEnum)


class Tabbed(Protocol[Tab]):
    """Lines of a tab, and how many each tab has."""

    @property
    def tab(self) -> Tab:
        """Return the tab that is shown."""
        ...

    @property
    def lines(self) -> Sequence[object]:
        """Return its lines, the first of them where there are many."""
        ...

    @property
    def counts(self) -> Mapping[Tab, int]:
        """Return how many each tab has."""
        ...


def tabbed_list(
    viewer: Viewer,
    what: str,
    told: Tabbed[Tab],
    drawn: Sequence[Component],
    *,
    path_of: Callable[[Tab], str],
    title: str,
    age: Component | None,
) -> list[Component]:
    """Return the tabs of a list and the lines of the one that is shown.

    Args:
        viewer: Who looks.
        what: What is listed: the word before "_tab." and "_page." in the catalogue, before the
            file's name and the panel's.
        told: The lines and counts.
        drawn: The lines as components; nothing where the tab is empty.
        path_of: Returns the address of a tab.
        title: Key of the page's name.
        age: How old the answer is.
    """
    tabs = [
        (f"{viewer.say(f'{what}_tab.{tab}')} {told.counts[tab]}", path_of(tab), tab is told.tab)
        for tab in type(told.tab)
    ]
    body = list(drawn) or [empty(viewer.say(f"{what}_page.none_{told.tab}"))]
    if told.lines:
        more = told.counts[told.tab] - len(told.lines)
        if more > 0:
            words = viewer.say("work_page.more", shown=len(told.lines), count=more)
            body.append(html.P(words, className="subtitle"))
        body.append(twin(viewer, f"{what}s_{told.tab}", ""))
    return [
        choice_links(tabs, "", viewer.say(title)),
        panel(viewer.say(f"{what}_tab.{told.tab}"), body, aside=age, name=f"{what}-list"),
    ]
