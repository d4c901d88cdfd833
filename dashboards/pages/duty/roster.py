"""Step 5a. From: the roster of a week. To: posts and shifts by days, with what is wrong. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import empty, extra, icon, link, panel
from dashboards.formats import day_text, weekday_text
from dashboards.pages.duty.pieces import cause_badge, name_of, slot_path, slot_words, wrong_badge
from dashboards.queries.duty_rows import WEEK, Cell, RosterWeek
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.service.duty.names import DutyNames
from energy.service.duty.plan import SlotKey


def roster_panel(
    viewer: Viewer,
    week: RosterWeek,
    names: DutyNames,
    *,
    chosen: Selection,
    path: str,
    below: Component,
) -> Component:
    """Return the roster of a week."""
    body: list[Component | None]
    if not week.cells:
        body = [empty(viewer.say("duty_page.no_roster"))]
    else:
        body = [
            _gaps(viewer, week, names),
            _table(viewer, week, names, chosen),
            _away(viewer, week),
            below,
        ]
    return panel(
        viewer.say("duty_page.roster"),
        body,
        aside=_steps(viewer, week, chosen, path),
        name="duty-roster",
    )


def _steps(viewer: Viewer, week: RosterWeek, chosen: Selection, path: str) -> list[Component]:
    def to(key: str, days: int, name: str) -> Component:
        there = replace(chosen, at=week.first + timedelta(days=days)).search()
        words = viewer.say(f"duty_page.{key}")
        return link(
            [icon(name), html.Span(words, className="duty-step")], f"{path}{there}", name="step"
        )

    last = week.first + WEEK - timedelta(days=1)
    span = f"{day_text(viewer.language, week.first)} – {day_text(viewer.language, last)}"
    return [
        to("week_before", -7, "step-back"),
        html.Span(span, className="duty-week"),
        to("week_after", 7, "step-on"),
    ]


def _gaps(viewer: Viewer, week: RosterWeek, names: DutyNames) -> Component | None:
    gaps = week.gaps
    if not gaps:
        return None
    links = [
        html.Li(link(slot_words(viewer, each.slot, names), slot_path(each.slot), name="duty-do"))
        for each in gaps
    ]
    return html.Div(
        [
            html.Strong(viewer.say("duty_page.gaps", count=len(gaps))),
            html.Ul(links, className="duty-gaps-list"),
        ],
        className="duty-gaps",
        role="note",
    )


def _table(viewer: Viewer, week: RosterWeek, names: DutyNames, chosen: Selection) -> Component:
    days = [week.first + timedelta(days=n) for n in range(WEEK.days)]
    heads = [html.Th(viewer.say("duty_page.post"), scope="col")]
    for day in days:
        today = extra(aria_current="date") if day == chosen.today else {}
        heads.append(html.Th(weekday_text(viewer.language, day), scope="col", **today))
    rows = []
    for shift in week.shifts:
        called = names.shift(shift, viewer.language)
        words = f"{viewer.say('duty_page.table_shift')} {called}"
        rows.append(
            html.Tr(
                html.Th(html.Span(words), colSpan=len(days) + 1, scope="rowgroup"),
                className="duty-row-shift",
            )
        )
        for post in week.posts:
            slots = [SlotKey(day=day, shift=shift, post=post) for day in days]
            if any(slot in week.cells for slot in slots):
                cells = [_cell(viewer, week.cells.get(slot)) for slot in slots]
                name = html.Bdi(names.post(post, viewer.language))
                rows.append(html.Tr([html.Th(name, scope="row"), *cells]))
    drawn = html.Table(
        [html.Thead(html.Tr(heads)), html.Tbody(rows)], className="table duty-roster"
    )
    return html.Div(
        drawn,
        className="table-scroll",
        tabIndex="0",
        role="group",
        **extra(aria_label=viewer.say("duty_page.roster")),
    )


def _cell(viewer: Viewer, cell: Cell | None) -> Component:
    if cell is None:
        return html.Td("–", className="duty-none")
    inner: list[Component | None] = []
    to = slot_path(cell.slot)
    if cell.who is not None:
        inner.append(link(name_of(viewer, cell.who), to))
        inner.append(cause_badge(viewer, cell.cause, cell.instead))
    for kind in cell.wrong:
        mark = wrong_badge(viewer, kind)
        inner.append(link(mark, to) if cell.who is None else mark)
    names = ["duty-cell", "duty-cell-gap" if cell.gap else "", "duty-over" if cell.over else ""]
    return html.Td(
        html.Div([each for each in inner if each], className="duty-in"),
        className=" ".join(each for each in names if each),
    )


def _away(viewer: Viewer, week: RosterWeek) -> Component | None:
    if not week.away:
        return None
    names = [
        f"{each.name} ({day_text(viewer.language, each.first)} – "
        f"{day_text(viewer.language, each.last)})"
        for each in week.away
    ]
    words = viewer.say("duty_page.on_leave", names=", ".join(names))
    return html.P(words, className="subtitle duty-away")
