"""In: a selection and what can be selected. Out: the picker above a page's cards. Pure.

One picker drives every card. Steps and lengths are plain links, so they can be opened beside,
bookmarked and reached by keyboard; the date, the place and the comparison are fields whose
callback (dashboards/pages/picking.py) writes the same address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, extra, icon
from dashboards.formats import day_text, month_text
from dashboards.queries.rows import PlaceRow
from dashboards.selection import Compare, Selection, Span
from dashboards.viewer import Viewer
from energy.base.units import Utility

FROM, UNTIL = "pick-from", "pick-until"
PLACE, UTILITY, COMPARE, BESIDE = "pick-place", "pick-utility", "pick-compare", "pick-beside"
BASE_FROM, BASE_UNTIL = "pick-base-from", "pick-base-until"
WHOLE_SITE = "-"
"""Value of the place field for the whole site: the field cannot hold an empty text."""
LENGTHS = (Span.DAY, Span.WEEK, Span.MONTH, Span.YEAR)


def toolbar(
    viewer: Viewer,
    selection: Selection,
    path: str,
    *,
    utilities: Sequence[Utility] = (),
    places: Sequence[PlaceRow] = (),
    comparisons: Sequence[Compare] = (),
    baseline: bool = False,
) -> Component:
    """Return the picker of a page.

    Args:
        viewer: Who looks.
        selection: What is selected.
        path: The page's path; links keep it.
        utilities: Those to choose from; none leaves the field out.
        places: Those to choose from, as a tree in order; none leaves the field out.
        comparisons: Those the page can draw besides none; none leaves the field out.
        baseline: Whether the days of a baseline are picked, too.
    """
    return html.Div(
        [
            _lengths(viewer, selection, path),
            _steps(viewer, selection, path),
            _dates(viewer, selection),
            _place(viewer, selection, places),
            _utility(viewer, selection, utilities),
            *_comparison(viewer, selection, comparisons, places),
            _baseline(viewer, selection) if baseline else None,
        ],
        className="toolbar",
        role="group",
        **extra(aria_label=viewer.say("toolbar.title")),
    )


def span_text(viewer: Viewer, selection: Selection) -> str:
    """Return the selected time as people say it: a day, a month, a year, a range."""
    match selection.span:
        case Span.DAY:
            return day_text(viewer.language, selection.first)
        case Span.MONTH:
            return month_text(viewer.language, selection.first)
        case Span.YEAR:
            return viewer.say("toolbar.year_of", year=selection.first.year)
        case _:
            first, last = selection.first, selection.last
            return f"{day_text(viewer.language, first)} – {day_text(viewer.language, last)}"


def utility_links(
    viewer: Viewer,
    selection: Selection,
    path: str,
    utilities: Sequence[Utility],
    *,
    every: bool = False,
) -> Component:
    """Return one link for each utility, and first one for all of them where a page has such."""
    chosen = selection.utility if selection.utility in utilities else None
    links = []
    if every:
        whole = path + replace(selection, utility=None).search()
        links.append(_seg(viewer.say("toolbar.every_utility"), whole, here=chosen is None))
    elif chosen is None:
        chosen = utilities[0]
    links += [
        _seg(
            [icon(f"utility-{utility}"), viewer.say(f"utility.{utility}")],
            path + replace(selection, utility=utility).search(),
            here=utility is chosen,
        )
        for utility in utilities
    ]
    label = extra(aria_label=viewer.say("toolbar.utility"))
    return html.Div(links, className="segs utility-switch", role="group", **label)


def choice_links(choices: Sequence[tuple[str, str, bool]], search: str, label: str) -> Component:
    """Return tabs as links.

    Args:
        choices: Text and path of each, and whether it is the one shown.
        search: The query part of the page's address; links keep it.
        label: What is chosen.
    """
    links = [_seg(text, path + search, here=here) for text, path, here in choices]
    return html.Div(links, className="segs", role="group", **extra(aria_label=label))


def _seg(text: Children, href: str, *, here: bool) -> Component:
    chosen = extra(aria_current="true") if here else {}
    name = "seg seg-on" if here else "seg"
    anchor: Component = dmc.Anchor(text, href=href, underline="never", className=name, **chosen)
    return anchor


def _lengths(viewer: Viewer, selection: Selection, path: str) -> Component:
    links = []
    for span in LENGTHS:
        here = span is selection.span
        at = None if selection.first <= selection.today <= selection.last else selection.first
        there = replace(selection, span=span, at=at, until=None)
        href = path + there.search()
        links.append(_seg(viewer.say(f"toolbar.{span}"), href, here=here))
    return html.Div(links, className="segs")


def _steps(viewer: Viewer, selection: Selection, path: str) -> Component:
    future = selection.last >= selection.today
    now = replace(selection, at=None, until=None)
    if selection.span is Span.FREE:
        now = replace(
            now, at=selection.today - timedelta(days=selection.days - 1), until=selection.today
        )
    return html.Div(
        [
            _step(viewer, "back", path + selection.moved(-1).search()),
            html.Strong(span_text(viewer, selection), className="toolbar-span"),
            None if future else _step(viewer, "on", path + selection.moved(1).search()),
            None if future else _seg(viewer.say("toolbar.now"), path + now.search(), here=False),
        ],
        className="steps",
    )


def _step(viewer: Viewer, name: str, href: str) -> Component:
    label = extra(aria_label=viewer.say(f"toolbar.{name}"))
    anchor: Component = dmc.Anchor(
        icon(f"step-{name}"), href=href, underline="never", className="step", **label
    )
    return anchor


def _dates(viewer: Viewer, selection: Selection) -> Component:
    fields = ((FROM, "from", selection.first), (UNTIL, "until", selection.last))
    return _day_fields(viewer, fields)


def _baseline(viewer: Viewer, selection: Selection) -> Component:
    first, last = selection.baseline()
    fields = ((BASE_FROM, "base_from", first), (BASE_UNTIL, "base_until", last))
    name = html.Span(viewer.say("compare.baseline"), className="toolbar-name")
    return html.Div([name, _day_fields(viewer, fields)], className="toolbar-dates")


def _day_fields(viewer: Viewer, told: Sequence[tuple[str, str, date]]) -> Component:
    fields = [
        dmc.DateInput(
            id=field,
            value=day.isoformat(),
            valueFormat="YYYY-MM-DD",
            size="sm",
            className="toolbar-date",
            minDate="1970-01-01",
            maxDate="2200-12-31",
            **extra(aria_label=viewer.say(f"toolbar.{name}")),
        )
        for field, name, day in told
    ]
    return html.Div([fields[0], html.Span("–"), fields[1]], className="toolbar-dates")


def _place(viewer: Viewer, selection: Selection, places: Sequence[PlaceRow]) -> Component | None:
    if not places:
        return None
    whole = {"value": WHOLE_SITE, "label": viewer.say("toolbar.site")}
    return _select(
        viewer, PLACE, "place", selection.place or WHOLE_SITE, [whole, *place_choices(places)]
    )


def place_choices(places: Sequence[PlaceRow]) -> list[dict[str, str]]:
    """Return places as the choices of a field, indented by their depth in the tree."""
    return [
        {"value": place.key, "label": "\u2003" * max(place.depth - 1, 0) + place.name}
        for place in places
        if place.depth > 0
    ]


def _utility(
    viewer: Viewer, selection: Selection, utilities: Sequence[Utility]
) -> Component | None:
    if len(utilities) < 2:
        return None
    data = [{"value": str(u), "label": viewer.say(f"utility.{u}")} for u in utilities]
    chosen = selection.utility if selection.utility in utilities else utilities[0]
    return _select(viewer, UTILITY, "utility", str(chosen), data)


def _comparison(
    viewer: Viewer,
    selection: Selection,
    comparisons: Sequence[Compare],
    places: Sequence[PlaceRow],
) -> list[Component | None]:
    if not comparisons:
        return []
    data = [
        {"value": str(c), "label": viewer.say(f"compare.{c}")} for c in (Compare.NONE, *comparisons)
    ]
    beside = None
    if selection.compare is Compare.PLACE and places:
        beside = _select(viewer, BESIDE, "beside", selection.beside or None, place_choices(places))
    return [_select(viewer, COMPARE, "compare", str(selection.compare), data), beside]


def _select(
    viewer: Viewer, field: str, name: str, value: str | None, data: list[dict[str, str]]
) -> Component:
    chosen: Component = dmc.Select(
        id=field,
        value=value,
        data=data,
        size="sm",
        allowDeselect=False,
        searchable=len(data) > 12,
        className=f"toolbar-select toolbar-{name}",
        **extra(aria_label=viewer.say(f"toolbar.{name}")),
    )
    return chosen
