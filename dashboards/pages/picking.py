"""In: a field of the toolbar that was changed. Out: the address that says so. Pure but the clock.

Every field answers alone: a page need not have them all, and what a field does not say stays as
the address has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from dash import Dash, Input, Output, State, no_update

from dashboards.components.toolbar import (
    BASE_FROM,
    BASE_UNTIL,
    BESIDE,
    COMPARE,
    FROM,
    PLACE,
    UNTIL,
    UTILITY,
    WHOLE_SITE,
)
from dashboards.pages.parts import Parts
from dashboards.selection import Selection, Span, selection_of
from dashboards.shell import LOCATION
from dashboards.viewer import current_viewer
from energy.base.period import local_day


def _days(selection: Selection, first: date, last: date) -> Selection:
    """Return a free range, or the selection itself where it spans these very days."""
    if (first, last) == (selection.first, selection.last):
        return selection
    return replace(selection, span=Span.FREE, at=min(first, last), until=max(first, last))


def _baseline(selection: Selection, field: str, value: str | None) -> Selection:
    """Return the selection with another first or last day of its baseline; unchanged by its own."""
    days = selection.baseline()
    first = _day(value, days[0]) if field == BASE_FROM else days[0]
    last = _day(value, days[1]) if field == BASE_UNTIL else days[1]
    if (first, last) == days:
        return selection
    return replace(selection, base=min(first, last), base_until=max(first, last))


def _day(text: str | None, otherwise: date) -> date:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return otherwise


Change = Callable[[Selection, str | None], dict[str, Any]]
CHANGES: dict[str, Change] = {
    PLACE: lambda _now, text: {"place": "" if text == WHOLE_SITE else text or ""},
    UTILITY: lambda _now, text: {"utility": text},
    COMPARE: lambda _now, text: {"compare": text},
    BESIDE: lambda _now, text: {"beside": text or ""},
}
"""What a field changes in the selection."""


def picked(search: str | None, today: date, field: str, value: str | None) -> str:
    """Return the query part of the address after a field was changed.

    Args:
        search: The query part as it stands.
        today: The site's local day.
        field: Which field.
        value: What it holds now.
    """
    now = selection_of(search, today)
    if field == FROM:
        changed = _days(now, _day(value, now.first), now.last)
    elif field == UNTIL:
        changed = _days(now, now.first, _day(value, now.last))
    elif field in {BASE_FROM, BASE_UNTIL}:
        changed = _baseline(now, field, value)
    else:
        changed = replace(now, **CHANGES[field](now, value))
    return selection_of(changed.search(), today).search()  # keys and words checked as in an address


def register(app: Dash, parts: Parts) -> None:
    """Add one callback for each field."""
    for field in (FROM, UNTIL, PLACE, UTILITY, COMPARE, BESIDE, BASE_FROM, BASE_UNTIL):
        _register(app, parts, field)


def _register(app: Dash, parts: Parts, field: str) -> None:
    @app.callback(
        Output(LOCATION, "search", allow_duplicate=True),
        Input(field, "value"),
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def pick(value: str | None, search: str | None) -> Any:
        today = local_day(parts.clock.now(), parts.settings.zone)
        now = selection_of(search, today)
        if field == UTILITY and now.utility is None:
            # A field that has only just been drawn answers too: with what it shows anyway.
            first = next(iter(parts.queries.utilities(current_viewer().scope)), None)
            now = replace(now, utility=first)
        there = picked(search, today, field, value)
        return no_update if there in {now.search(), selection_of(search, today).search()} else there
