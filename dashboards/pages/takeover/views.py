"""In: the address of the take-over. Out: its page, the table of its comparison. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from billing.ledger.sheets import Cell, Sheet
from billing.takeover.causes import Cause
from dashboards.pages.parts import Parts
from dashboards.pages.takeover.handing import PLACES, finding_rows, heads
from dashboards.pages.takeover.layout import takeover_page
from dashboards.pages.view import Asked, view
from dashboards.selection import Selection
from dashboards.viewer import Viewer


def _takeover(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return takeover_page(viewer, parts.queries.takeover(viewer.scope))


TAKE_OVER_VIEWS = (view(r"/takeover", _takeover),)


def takeover_sheet(parts: Parts, viewer: Viewer, _selection: Selection) -> Sheet:
    """Return every bill of the last comparison, with what each cause adds. [currency]."""
    rows = parts.queries.takeover(viewer.scope).rows
    keys = ("account", "utility", "ours", "theirs", "difference")
    cells: list[list[Cell]] = [
        [
            each.account,
            viewer.say(f"utility.{each.utility}"),
            each.ours,
            each.theirs,
            each.difference,
            *(each.causes.get(cause) for cause in Cause),
        ]
        for each in rows.pairs
    ]
    heads = [viewer.say(f"takeover.head.{key}") for key in keys]
    heads += [viewer.say(f"takeover.cause.{cause}") for cause in Cause]
    return Sheet(name="comparison", heads=tuple(heads), rows=cells)


def findings_sheet(parts: Parts, viewer: Viewer, _selection: Selection) -> Sheet | None:
    """Return what the page's task found wrong; None where it found nothing."""
    found = parts.queries.takeover(viewer.scope).rows.findings
    if found is None:
        return None
    cells: list[list[Cell]] = [list(row) for row in finding_rows(viewer, found)]
    return Sheet(name="findings", heads=tuple(heads(viewer, PLACES)), rows=cells)
