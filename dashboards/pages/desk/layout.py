"""In: shifts of cash desks. Out: their list, and the page of one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from billing.cash_desk.shift import Shift
from billing.cash_desk.shift_events import Means, ShiftState, Taking
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    extra,
    link,
    page,
    panel,
    table,
)
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, clock_text, instant_text, money
from dashboards.pages.desk.acts import (
    about_shift,
)
from dashboards.pages.desk.counting import (
    count_panel,
    count_result,
    difference_panel,
    heads,
    open_panel,
    void_panel,
)
from dashboards.pages.desk.paths import (
    HOME,
    customer_path,
    desk_path,
    receipt_path,
    sheet_path,
    shift_path,
)
from dashboards.pages.parts import Parts
from dashboards.queries.rows import Answer
from dashboards.queries.till_rows import DeskList, DeskShift, ShiftPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

FIND, FOUND = "till-find", "till-found"
MOST_TAKINGS = 30
"""Receipts of the page; its table has all."""
STATE_TONE = {"open": "good", "counted": "fair", "closed": "calm"}


def desks_page(parts: Parts, viewer: Viewer, answer: Answer[DeskList]) -> Component:
    """Return the list of desks and shifts."""
    rows = answer.rows.shifts
    newest = {row.desk: row for row in reversed(rows)}
    open_ = [row for row in newest.values() if row.state != ShiftState.CLOSED]
    return page(
        viewer.say("till.title"),
        [
            _under_way(viewer, parts, open_),
            open_panel(viewer, "", answer.rows.currency) if viewer.scope.may(Right.SELL) else None,
            panel(
                viewer.say("till.shifts"),
                _shifts(viewer, parts, rows) if rows else empty(viewer.say("till.no_shifts")),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="till-shifts",
            ),
        ],
        name="desks",
    )


def _under_way(viewer: Viewer, parts: Parts, rows: Sequence[DeskShift]) -> Component | None:
    """Return the shifts that are not over, one's own first, each with the way to it."""
    if not rows:
        return None
    own_first = sorted(rows, key=lambda row: row.person != viewer.scope.person)
    cards = [
        html.Li(
            [
                dcc.Link(
                    viewer.say("till.serve" if _serves(viewer, row) else "till.look"),
                    href=desk_path(row.desk),
                    className=f"button{'' if _serves(viewer, row) else ' quiet'}",
                ),
                html.Strong(f"{row.desk} / {row.number}"),
                html.Bdi(row.name),
                _state(viewer, row.state),
                html.Span(instant_text(viewer.language, row.opened_at, parts.settings.zone)),
            ]
        )
        for row in own_first
    ]
    return panel(
        viewer.say("till.under_way"), html.Ul(cards, className="till-desks"), name="till-now"
    )


def _serves(viewer: Viewer, row: DeskShift) -> bool:
    return row.person == viewer.scope.person and row.state == ShiftState.OPEN


def _state(viewer: Viewer, state: str) -> Component:
    return badge(viewer.say(f"cli.desk.state.{state}"), STATE_TONE[state])


def _shifts(viewer: Viewer, parts: Parts, rows: Sequence[DeskShift]) -> Component:
    zone = parts.settings.zone
    cells: list[Sequence[Children]] = [
        [
            link(f"{row.desk}/{row.number}", shift_path(row.desk, row.number)),
            html.Bdi(row.name),
            _state(viewer, row.state),
            instant_text(viewer.language, row.opened_at, zone),
            instant_text(viewer.language, row.closed_at, zone),
        ]
        for row in rows
    ]
    return table(
        heads(viewer, ("shift", "person", "state", "opened", "closed")), cells, name="shifts"
    )


def shift_page(parts: Parts, viewer: Viewer, answer: Answer[ShiftPage]) -> Component:
    """Return a shift: who is served next, what was taken, the count."""
    rows = answer.rows
    shift = rows.shift
    mine = rows.newest and shift.person == viewer.scope.person and viewer.scope.may(Right.SELL)
    serving = mine and shift.state is ShiftState.OPEN
    return page(
        viewer.say("till.shift_title", desk=shift.desk, number=shift.number),
        [
            _head(viewer, parts, rows),
            find_panel(viewer, shift.desk) if serving else None,
            html.Div(_tiles(viewer, rows), className="tiles till-tiles"),
            count_result(viewer, rows) if shift.state is not ShiftState.OPEN else None,
            difference_panel(viewer, rows, mine=mine)
            if shift.state is ShiftState.COUNTED
            else None,
            _takings(viewer, parts, rows, data_age(viewer, answer.age_s, answer.as_of)),
            void_panel(viewer, rows) if serving and rows.takings else None,
            count_panel(viewer, rows) if serving else None,
            open_panel(viewer, about_shift(shift), rows.currency)
            if rows.newest and shift.state is ShiftState.CLOSED and viewer.scope.may(Right.SELL)
            else None,
        ],
        name="shift",
        crumbs=[link(viewer.say("till.title"), HOME), html.Span(f"{shift.desk}/{shift.number}")],
    )


def _head(viewer: Viewer, parts: Parts, rows: ShiftPage) -> Component:
    shift, zone = rows.shift, parts.settings.zone
    told = [
        _state(viewer, shift.state),
        html.Span([viewer.say("till.by"), " ", html.Bdi(rows.name)]),
        html.Span(instant_text(viewer.language, shift.opened_at, zone)),
    ]
    if shift.closed_at is not None:
        told.append(html.Span(["– ", instant_text(viewer.language, shift.closed_at, zone)]))
    if shift.state is not ShiftState.OPEN:
        href = sheet_path(shift.desk, shift.number)
        told.append(html.A(viewer.say("till.sheet"), href=href, className="link", download=""))
    if shift.state is ShiftState.OPEN and shift.person != viewer.scope.person:
        told.append(html.Span(viewer.say("till.not_yours"), className="subtitle"))
    return html.Div(told, className="till-head")


def find_panel(viewer: Viewer, desk: str) -> Component:
    """Return the field that finds whom to serve: a name, an account, a label as scanned."""
    field = dmc.TextInput(
        id=FIND,
        label=viewer.say("till.find_hint"),
        value="",
        autoComplete="off",
        debounce=True,  # a scanner's Enter comes with all of what it read
        className="field-search till-search",
    )
    return panel(
        viewer.say("till.find"),
        [
            html.Div([field, html.Span(viewer.say("till.find_keys"), className="subtitle")]),
            html.Div(id=FOUND, className="till-found", role="status", **extra(data_desk=desk)),
        ],
        name="till-find",
    )


def _tiles(viewer: Viewer, rows: ShiftPage) -> list[Component]:
    drawer = money(viewer.language, rows.shift.change, rows.currency)
    return [
        html.Article(
            [
                html.Header(
                    html.H2(viewer.say(f"cli.desk.means.{each.means}")), className="tile-head"
                ),
                html.P(
                    html.Span(
                        money(viewer.language, each.taken, rows.currency), className="tile-number"
                    ),
                    className="tile-value",
                ),
                html.P(
                    viewer.say("till.receipts", count=each.count)
                    + (
                        f" · {viewer.say('till.drawer', change=drawer)}"
                        if each.means is Means.CASH
                        else ""
                    ),
                    className="tile-before",
                ),
            ],
            className=f"tile tile-{each.means}",
        )
        for each in rows.sums
    ]


def _takings(viewer: Viewer, parts: Parts, rows: ShiftPage, age: Component) -> Component:
    shift = rows.shift
    title = viewer.say("till.takings", count=len(rows.takings))
    if not rows.takings:
        return panel(title, empty(viewer.say("till.no_takings")), aside=age, name="takings")
    more = len(rows.takings) - MOST_TAKINGS
    return panel(
        title,
        [
            takings_table(viewer, parts, rows, rows.takings[:MOST_TAKINGS]),
            html.P(viewer.say("till.more_takings", count=more), className="subtitle")
            if more > 0
            else None,
            twin(viewer, shift_table(shift), ""),
        ],
        aside=age,
        name="takings",
    )


def shift_table(shift: Shift) -> str:
    """Return the name of the table of a shift's receipts (dashboards/pages/tables.py)."""
    return f"shift~{shift.desk}-{shift.number}"


def takings_table(
    viewer: Viewer, parts: Parts, rows: ShiftPage, takings: Sequence[Taking]
) -> Component:
    """Return receipts as a table, each with its paper and its account."""
    shift = rows.shift
    cells: list[Sequence[Children]] = [
        [
            html.A(
                each.receipt,
                href=receipt_path(shift.desk, shift.number, each.receipt),
                className="link",
                download="",
            ),
            money(viewer.language, each.amount, rows.currency),
            link(
                [f"{each.account} · ", html.Bdi(rows.names.get(each.account, "?"))],
                customer_path(shift.desk, each.account),
            ),
            _purpose(viewer, each),
            viewer.say(f"cli.desk.means.{each.means}"),
            clock_text(viewer.language, each.taken_at, parts.settings.zone),
            [
                badge(viewer.say("cli.desk.void"), "bad"),
                html.Span(rows.reasons.get(each.receipt, NOTHING), className="review-note"),
            ]
            if each.void
            else "",
        ]
        for each in takings
    ]
    keys = ("receipt", ">amount", "account", "what", "means", "time", "state")
    return table(heads(viewer, keys), cells, name="takings")


def _purpose(viewer: Viewer, each: Taking) -> str:
    about = each.invoice or each.point
    return f"{viewer.say(f'cli.desk.purpose.{each.purpose}')} {about}".strip()
