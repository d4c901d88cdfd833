"""In: an address of a run, its exceptions, a bill or a proof. Out: its page. I/O by ports."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from dash.development.base_component import Component

from billing.corrections.anew import Known
from dashboards.pages.bills.bill import bill_page
from dashboards.pages.bills.exception import exception_page
from dashboards.pages.bills.exceptions import exceptions_page
from dashboards.pages.bills.known import KnownModel
from dashboards.pages.bills.layout import invoices_panel, runs_page
from dashboards.pages.bills.line_day import line_day_page
from dashboards.pages.bills.proof import proof_page
from dashboards.pages.bills.run import RunModel, run_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import KEY_FORM, UUID_FORM, Asked, view
from dashboards.queries.bill_rows import RunRow
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


def run_row(parts: Parts, viewer: Viewer, run: UUID) -> RunRow | None:
    """Return a run of the list, None when there is no such run."""
    return next((r for r in parts.queries.bill_runs(viewer.scope).rows if r.run == run), None)


def run_model(parts: Parts, viewer: Viewer, run: UUID) -> RunModel | None:
    """Return the run page's answers, None when there is no such run."""
    row = run_row(parts, viewer, run)
    review = None if row is None else parts.queries.run_review(viewer.scope, run)
    if row is None or review is None:
        return None
    return RunModel(run=row, review=review, invoices=parts.queries.invoices(viewer.scope, run))


def _run(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    model = run_model(parts, viewer, UUID(asked.match[1]))
    return None if model is None else run_page(viewer, model, zone=parts.settings.zone)


def _exceptions(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    run = UUID(asked.match[1])
    row = run_row(parts, viewer, run)
    answer = None if row is None else parts.queries.run_review(viewer.scope, run)
    if row is None or answer is None:
        return None
    cause = asked.match[2] or ""
    return exceptions_page(viewer, row, answer, cause, zone=parts.settings.zone)


def _exception(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    run = UUID(asked.match[1])
    row = run_row(parts, viewer, run)
    answer = None if row is None else parts.queries.run_exception(viewer.scope, run, asked.match[2])
    if row is None or answer is None:
        return None
    return exception_page(viewer, row, answer, zone=parts.settings.zone)


def _bill(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    invoice = UUID(asked.match[1])
    answer = parts.queries.bill(viewer.scope, invoice)
    if answer is None:
        return None
    steps = parts.queries.known_steps(viewer.scope, invoice)
    known = None if steps is None else KnownModel(steps=steps)
    return bill_page(
        viewer,
        answer,
        zone=parts.settings.zone,
        known=known,
        credits_=parts.queries.bill_credits(viewer.scope, invoice),
    )


def _known(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    """Return the bill's page with the slider at two positions; the figures come by callback."""
    invoice, chosen = (
        UUID(asked.match[1]),
        Known(metering=int(asked.match[2]), books=int(asked.match[3])),
    )
    answer = parts.queries.bill(viewer.scope, invoice)
    steps = None if answer is None else parts.queries.known_steps(viewer.scope, invoice)
    if answer is None or steps is None:
        return None
    known = KnownModel(steps=steps, chosen=chosen)
    return bill_page(viewer, answer, zone=parts.settings.zone, known=known)


def _proof(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    number = int(asked.match[2])
    answer = parts.queries.proof(viewer.scope, UUID(asked.match[1]), number)
    return None if answer is None else proof_page(viewer, answer, zone=parts.settings.zone)


def _line_day(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    try:
        day = date.fromisoformat(asked.match[3])
    except ValueError:
        return None
    invoice, number = UUID(asked.match[1]), int(asked.match[2])
    answer = parts.queries.line_day(viewer.scope, invoice, number, day)
    return None if answer is None else line_day_page(viewer, answer, zone=parts.settings.zone)


BILL_VIEWS = (
    view(r"/bills", _runs),
    view(rf"/bills/runs/({UUID_FORM})", _run),
    view(rf"/bills/runs/({UUID_FORM})/exceptions(?:/({KEY_FORM}))?", _exceptions),
    view(rf"/bills/runs/({UUID_FORM})/exception/({KEY_FORM})", _exception),
    view(rf"/bills/({UUID_FORM})", _bill),
    view(rf"/bills/({UUID_FORM})/known/(\d{{1,18}})-(\d{{1,18}})", _known),
    view(rf"/bills/({UUID_FORM})/lines/(\d{{1,4}})", _proof),
    view(rf"/bills/({UUID_FORM})/lines/(\d{{1,4}})/days/(\d{{4}}-\d\d-\d\d)", _line_day),
)
