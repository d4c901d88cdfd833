"""In: an address of a bill run, a bill or its proof. Out: its page. I/O by ports."""

from __future__ import annotations

from uuid import UUID

from dash.development.base_component import Component

from dashboards.pages.bills.bill import bill_page
from dashboards.pages.bills.layout import invoices_panel, run_page, runs_page
from dashboards.pages.bills.proof import proof_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import UUID_FORM, Asked, view
from dashboards.viewer import Viewer


def _runs(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    runs = parts.queries.bill_runs(viewer.scope)
    newest = runs.rows[0].run if runs.rows else None
    invoices = (
        None
        if newest is None
        else invoices_panel(viewer, parts.queries.invoices(viewer.scope, newest))
    )
    return runs_page(viewer, runs, invoices)


def _run(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    run = UUID(asked.match[1])
    row = next((r for r in parts.queries.bill_runs(viewer.scope).rows if r.run == run), None)
    if row is None:
        return None
    invoices = parts.queries.invoices(viewer.scope, run)
    return run_page(viewer, row, invoices, zone=parts.settings.zone)


def _bill(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.bill(viewer.scope, UUID(asked.match[1]))
    return None if answer is None else bill_page(viewer, answer, zone=parts.settings.zone)


def _proof(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    number = int(asked.match[2])
    answer = parts.queries.proof(viewer.scope, UUID(asked.match[1]), number)
    return None if answer is None else proof_page(viewer, answer, zone=parts.settings.zone)


BILL_VIEWS = (
    view(r"/bills", _runs),
    view(rf"/bills/runs/({UUID_FORM})", _run),
    view(rf"/bills/({UUID_FORM})", _bill),
    view(rf"/bills/({UUID_FORM})/lines/(\d{{1,4}})", _proof),
)
