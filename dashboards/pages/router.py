"""In: a path. Out: the page for it, or why there is none. I/O by ports."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from dash import Dash, Input, NoUpdate, Output, State, html, no_update
from dash.development.base_component import Component

from dashboards.components.pieces import empty, link, page
from dashboards.pages.bills.bill import bill_page
from dashboards.pages.bills.layout import invoices_panel, run_page, runs_page
from dashboards.pages.bills.proof import proof_page
from dashboards.pages.meters.layout import meter_page, registry
from dashboards.pages.overview.layout import overview
from dashboards.pages.overview.view_model import load_overview
from dashboards.pages.parts import Parts
from dashboards.pages.plan.layout import plan_page, plans_page
from dashboards.pages.review.case import case_page
from dashboards.pages.review.layout import queue_page
from dashboards.shell import LIVE, LOCATION, PAGE, TICK
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import NotPermittedError
from energy.base.period import local_day
from energy.metering.plans.plan import NodeKind, PlanNode

Match = re.Match[str]
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def page_for(parts: Parts, viewer: Viewer, path: str) -> Component:
    """Return the page of a path for a viewer: 'no such page' and 'not yours' are pages too."""
    try:
        for pattern, show in _ROUTES:
            match = pattern.fullmatch(path.rstrip("/") or "/")
            if match and (found := show(parts, viewer, match)) is not None:
                return found
    except NotPermittedError:
        return _absent(viewer, "page.forbidden")
    return _absent(viewer, "page.unknown")


def _absent(viewer: Viewer, key: str) -> Component:
    return page(
        viewer.say(key),
        [empty(viewer.say(f"{key}_next")), html.P(link(viewer.say("nav.overview"), "/"))],
        name="absent",
    )


def _overview(parts: Parts, viewer: Viewer, _match: Match) -> Component:
    model = load_overview(parts, viewer)
    return overview(viewer, model, zone=parts.settings.zone, now=parts.clock.now())


def _meters(parts: Parts, viewer: Viewer, _match: Match) -> Component:
    return registry(viewer, parts.queries.meters(viewer.scope), zone=parts.settings.zone)


def _meter(parts: Parts, viewer: Viewer, match: Match) -> Component | None:
    answer = parts.queries.meter(viewer.scope, match[1])
    return None if answer is None else meter_page(viewer, answer, zone=parts.settings.zone)


def _runs(parts: Parts, viewer: Viewer, _match: Match) -> Component:
    runs = parts.queries.bill_runs(viewer.scope)
    newest = runs.rows[0].run if runs.rows else None
    invoices = (
        None
        if newest is None
        else invoices_panel(viewer, parts.queries.invoices(viewer.scope, newest))
    )
    return runs_page(viewer, runs, invoices)


def _run(parts: Parts, viewer: Viewer, match: Match) -> Component | None:
    run = UUID(match[1])
    row = next((r for r in parts.queries.bill_runs(viewer.scope).rows if r.run == run), None)
    if row is None:
        return None
    invoices = parts.queries.invoices(viewer.scope, run)
    return run_page(viewer, row, invoices, zone=parts.settings.zone)


def _bill(parts: Parts, viewer: Viewer, match: Match) -> Component | None:
    answer = parts.queries.bill(viewer.scope, UUID(match[1]))
    return None if answer is None else bill_page(viewer, answer, zone=parts.settings.zone)


def _proof(parts: Parts, viewer: Viewer, match: Match) -> Component | None:
    answer = parts.queries.proof(viewer.scope, UUID(match[1]), int(match[2]))
    return None if answer is None else proof_page(viewer, answer, zone=parts.settings.zone)


def _plans(parts: Parts, viewer: Viewer, match: Match) -> Component | None:
    zone = parts.settings.zone
    year = int(match[1]) if match[1] else local_day(parts.clock.now(), zone).year
    return plans_page(viewer, parts.queries.plans(viewer.scope, year), year, zone=zone)


def _plan(parts: Parts, viewer: Viewer, match: Match) -> Component | None:
    node = PlanNode(kind=NodeKind(match[2]), key=match[3])
    answer = parts.queries.plan(viewer.scope, node, int(match[1]))
    return None if answer is None else plan_page(viewer, answer, zone=parts.settings.zone)


def _review(parts: Parts, viewer: Viewer, _match: Match) -> Component:
    return queue_page(viewer, parts.queries.review(viewer.scope), zone=parts.settings.zone)


def _case(parts: Parts, viewer: Viewer, match: Match) -> Component | None:
    answer = parts.queries.review_case(viewer.scope, match[1])
    return None if answer is None else case_page(viewer, answer, zone=parts.settings.zone)


Show = Callable[[Parts, Viewer, Match], Component | None]
_ROUTES: tuple[tuple[re.Pattern[str], Show], ...] = (
    (re.compile(r"/"), _overview),
    (re.compile(r"/meters"), _meters),
    (re.compile(r"/meters/([A-Za-z0-9._-]{1,80})"), _meter),
    (re.compile(r"/review"), _review),
    (re.compile(r"/review/([0-9a-fA-F]{8,32})"), _case),
    (re.compile(r"/plan(?:/((?:19|20|21)\d\d))?"), _plans),
    (re.compile(r"/plan/((?:19|20|21)\d\d)/(place|supply)/([A-Za-z0-9._-]{1,80})"), _plan),
    (re.compile(r"/bills"), _runs),
    (re.compile(rf"/bills/runs/({_UUID})"), _run),
    (re.compile(rf"/bills/({_UUID})"), _bill),
    (re.compile(rf"/bills/({_UUID})/lines/(\d{{1,4}})"), _proof),
)


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks that show a path's page and that ask for news."""

    @app.callback(Output(PAGE, "children"), Input(LOCATION, "pathname"))
    def show_page(path: str | None) -> Component:
        return page_for(parts, current_viewer(), path or "/")

    @app.callback(
        Output(LIVE, "data"),
        Input(TICK, "n_intervals"),
        State(LIVE, "data"),
        prevent_initial_call=True,
    )
    def ask_for_news(_n: int | None, known: str | None) -> str | NoUpdate:
        token = parts.queries.token(current_viewer().scope)
        return no_update if token == known else token
