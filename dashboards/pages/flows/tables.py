"""In: a selection. Out: the tables behind the energy flow and the balance. I/O by the port."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from billing.ledger.sheets import Sheet
from dashboards.formats import UNITS
from dashboards.pages.flows.common import common_sheet
from dashboards.pages.flows.view_model import flow_model
from dashboards.pages.parts import Parts
from dashboards.queries.flow_rows import FlowPage
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_CENT = Decimal("0.01")


def flow_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return every branch of the selected flow; None where there is none."""
    model = flow_model(parts, viewer, selection)
    if model.flow is None:
        return None
    rows = model.flow.rows
    unit = UNITS[rows.utility][0]
    names = {node.key: node.name for node in rows.flow.nodes}
    return Sheet(
        name=_name("flow", rows),
        heads=tuple(viewer.say(f"flow_table.{name}", unit=unit.name) for name in _FLOW_HEADS),
        rows=[
            [
                names.get(edge.source, edge.source),
                names.get(edge.target, edge.target),
                None if edge.amount is None else Decimal(edge.amount) / unit.per_unit,
            ]
            for edge in rows.flow.edges
        ],
    )


def site_flow_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return every branch of the flow of all utilities in the selected unit; None where none."""
    model = flow_model(parts, viewer, selection)
    if model.site is None:
        return None
    return common_sheet(viewer, model.site.rows, selection.measure, parts.settings.factors)


def balance_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the balance of the selected nodes; None where nothing is balanced."""
    model = flow_model(parts, viewer, selection)
    if model.flow is None or not model.flow.rows.balances:
        return None
    rows = model.flow.rows
    unit = UNITS[rows.utility][0]

    def amount(value: int | None) -> Decimal | None:
        return None if value is None else Decimal(value) / unit.per_unit

    return Sheet(
        name=_name("balance", rows),
        heads=tuple(viewer.say(f"flow_table.{name}", unit=unit.name) for name in _BALANCE_HEADS),
        rows=[
            [
                row.name,
                amount(row.into),
                amount(row.out),
                amount(row.unaccounted),
                amount(row.loss),
                _percent(row.share),
                _percent(row.limit),
                _percent(None if row.known is None else 100 * row.known),
                viewer.say(f"flow_state.{row.state}"),
            ]
            for row in rows.balances or ()
        ],
    )


_FLOW_HEADS = ("from", "to", "amount")
_BALANCE_HEADS = ("node", "in", "out", "unaccounted", "loss", "share", "limit", "known", "state")


def _percent(share: Fraction | None) -> Decimal | None:
    if share is None:
        return None
    return (Decimal(share.numerator) / share.denominator).quantize(_CENT)


def _name(what: str, rows: FlowPage) -> str:
    first = rows.flow.day
    days = f"{first}" if first == rows.last else f"{first}_{rows.last}"
    return f"{what}_{rows.utility}_{days}"
