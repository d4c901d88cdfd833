"""In: how far a site has come from the system before. Out: its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from billing.takeover.site_take_over import Load, LoadState
from dashboards.components.act_form import Field, act_form
from dashboards.components.pieces import Children, badge, data_age, empty, facts, page, panel, table
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, money
from dashboards.pages.takeover.acts import DROP, RELEASE, SHORT, SIGN
from dashboards.pages.takeover.handing import (
    bills_panel,
    head,
    heads,
    task_panel,
    totals_table,
    workbook_panel,
)
from dashboards.queries.rows import Answer
from dashboards.queries.takeover_rows import BillPair, TakeOverPage
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

MOST_PAIRS = 30
"""Bills that differ on the page; the table has all."""
TONES = {"loaded": "fair", "signed": "fair", "written": "good", "dropped": "calm"}


def takeover_page(viewer: Viewer, answer: Answer[TakeOverPage]) -> Component:
    """Return the page."""
    rows = answer.rows
    age = data_age(viewer, answer.age_s, answer.as_of)
    hand_in = workbook_panel(viewer) if _may_hand_in(viewer, rows) else None
    return page(
        viewer.say("takeover_page.title"),
        [
            html.P(viewer.say(f"takeover_page.{_stage(rows)}"), className="run-told"),
            task_panel(viewer, rows),
            bills_panel(viewer, rows) if rows.parallel else None,
            _comparison(viewer, rows, age) if rows.compared is not None else None,
            hand_in if not rows.loads else None,
            *(_load(viewer, rows, each) for each in rows.loads),
            hand_in if rows.loads else None,
            _series(viewer, rows) if rows.series else None,
        ],
        name="takeover",
    )


def _stage(rows: TakeOverPage) -> str:
    """Return what the site waits for."""
    states = {each.state for each in rows.loads}
    if states & {LoadState.LOADED, LoadState.SIGNED}:
        return "waits"
    if rows.parallel:
        return "compare" if rows.compared is None else "decide"
    return "done" if LoadState.WRITTEN in states else "nothing"


def _load(viewer: Viewer, rows: TakeOverPage, load: Load) -> Component:
    """Return a workbook with its control totals, ours beside theirs."""
    may_drop = load.state is LoadState.LOADED and viewer.scope.may(Right.ISSUE)
    signed = NOTHING if load.signed_by is None else rows.people.get(load.signed_by, "?")
    return panel(
        load.file,
        [
            facts(
                [
                    ("SHA-256", html.Code(load.sha256[:SHORT])),
                    (head(viewer, "loaded_by"), html.Bdi(rows.people.get(load.by, "?"))),
                    (head(viewer, "signed_by"), html.Bdi(signed)),
                ],
                name="takeover-load",
            ),
            totals_table(viewer, load.totals),
            _signing(viewer, rows, load) if load.state is LoadState.LOADED else None,
            act_form(viewer, DROP, load.sha256, [_why()], button="takeover_page.drop", quiet=True)
            if may_drop
            else None,
        ],
        aside=badge(viewer.say(f"takeover.state.{load.state}"), TONES[load.state]),
        name="takeover-load",
    )


def _may_hand_in(viewer: Viewer, rows: TakeOverPage) -> bool:
    """Return whether a clerk may hand in a workbook: none waits for its second signature."""
    waits = {LoadState.LOADED, LoadState.SIGNED} & {each.state for each in rows.loads}
    return viewer.scope.may(Right.ISSUE) and not waits


def _signing(viewer: Viewer, rows: TakeOverPage, load: Load) -> Component | None:
    """Return the form of the second signature, or who may give it."""
    if rows.task is not None and rows.task.open:
        return None
    if viewer.scope.person == load.by or not viewer.scope.may(Right.APPROVE):
        return html.P(viewer.say("takeover_page.sign_who"), className="subtitle")
    return html.Div(
        [
            html.P(viewer.say("takeover_page.sign_what"), className="subtitle"),
            act_form(viewer, SIGN, load.sha256, [], button="takeover_page.sign"),
        ]
    )


def _why() -> Field:
    return Field(name="why", label="till.head_reason")


def _comparison(viewer: Viewer, rows: TakeOverPage, age: Component) -> Component:
    """Return the last comparison by cause and bill, and the form that ends the parallel run."""
    last = rows.compared
    assert last is not None, "it is asked for where there is one"
    may = rows.parallel and viewer.scope.may(Right.APPROVE) and last.by != viewer.scope.person
    sums = [
        (viewer.say(f"takeover.cause.{cause}"), _money(viewer, rows, Decimal(amount)))
        for cause, amount in last.causes.items()
    ]
    differing = [pair for pair in rows.pairs if pair.difference]
    return panel(
        viewer.say("takeover_page.comparison", run=last.run, file=last.file),
        [
            facts(
                [
                    ("SHA-256", html.Code(last.sha256[:SHORT])),
                    (viewer.say("takeover_page.by"), html.Bdi(rows.people.get(last.by, "?"))),
                    *sums,
                    (head(viewer, "difference"), _money(viewer, rows, Decimal(last.difference))),
                ],
                name="takeover-causes",
            ),
            _pairs(viewer, rows, differing[:MOST_PAIRS])
            if differing
            else empty(viewer.say("takeover_page.no_difference")),
            twin(viewer, "takeover", "") if rows.pairs else None,
            html.P(viewer.say("takeover_page.release_what"), className="subtitle")
            if rows.parallel
            else None,
            act_form(viewer, RELEASE, last.sha256, [_why()], button="takeover_page.release")
            if may
            else None,
        ],
        aside=age,
        name="takeover-comparison",
    )


def _pairs(viewer: Viewer, rows: TakeOverPage, pairs: Sequence[BillPair]) -> Component:
    keys = ("account", "utility", ">ours", ">theirs", ">difference", "cause")
    cells: list[Sequence[Children]] = [
        [
            each.account,
            viewer.say(f"utility.{each.utility}"),
            _money(viewer, rows, each.ours),
            _money(viewer, rows, each.theirs),
            _money(viewer, rows, each.difference),
            "; ".join(
                f"{viewer.say(f'takeover.cause.{cause}')} {_money(viewer, rows, amount)}"
                for cause, amount in each.causes.items()
            ),
        ]
        for each in pairs
    ]
    return table(heads(viewer, keys), cells, name="takeover-pairs")


def _money(viewer: Viewer, rows: TakeOverPage, value: Decimal | None) -> str:
    return NOTHING if value is None else money(viewer.language, value, rows.currency)


def _series(viewer: Viewer, rows: TakeOverPage) -> Component:
    told = [
        html.P(
            viewer.say(
                "cli.takeover.series",
                prefix=each.prefix,
                year=each.year,
                first=each.first,
                last=each.last_number,
            )
        )
        for each in rows.series
    ]
    return panel(viewer.say("takeover_page.series"), told, name="takeover-series")
