"""In: a table's name and a selection. Out: its rows, for the page and for the file. I/O by ports.

One registry, so that every file that leaves by a figure is written one way and noted one way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import MATCH, Dash, Input, Output, State, ctx, no_update

from billing.ledger.sheets import Sheet
from dashboards.components.pieces import empty
from dashboards.components.twin import TWIN, TWIN_BODY, twin_body
from dashboards.pages.alerts.tables import ALERT_TABLES, ALERT_TABLES_OF
from dashboards.pages.bills.tables import BILL_TABLES_OF
from dashboards.pages.cases.tables import CASE_TABLES, CASE_TABLES_OF
from dashboards.pages.desk.tables import shift_sheet
from dashboards.pages.duty.tables import DUTY_TABLES
from dashboards.pages.equipment.tables import EQUIPMENT_TABLES, EQUIPMENT_TABLES_OF
from dashboards.pages.flows.tables import balance_sheet, flow_sheet, site_flow_sheet
from dashboards.pages.incidents.tables import INCIDENT_TABLES
from dashboards.pages.inspections.tables import INSPECTION_TABLES, INSPECTION_TABLES_OF
from dashboards.pages.load.tables import load_sheet
from dashboards.pages.meters.tables import LIFE_TABLES, MakeSheetAt
from dashboards.pages.money.tables import ageing_sheet
from dashboards.pages.notices.tables import NOTICE_TABLES, NOTICE_TABLES_OF
from dashboards.pages.outages.tables import OUTAGE_TABLES, OUTAGE_TABLES_OF
from dashboards.pages.parts import Parts
from dashboards.pages.plant.tables import one_line_sheet
from dashboards.pages.plant.work_tables import hours_sheet, turns_sheet
from dashboards.pages.quality.tables import QUALITY_TABLES
from dashboards.pages.reports.tables import report_places_sheet, report_sheet
from dashboards.pages.requests.tables import REQUEST_TABLES
from dashboards.pages.rounds.tables import ROUND_TABLES_OF
from dashboards.pages.rules.tables import RULE_TABLES, RULE_TABLES_AT
from dashboards.pages.savings.tables import savings_sheet
from dashboards.pages.shift_reports.tables import SHIFT_REPORT_TABLES
from dashboards.pages.switching.tables import SWITCHING_TABLES, SWITCHING_TABLES_OF
from dashboards.pages.takeover.views import findings_sheet, takeover_sheet
from dashboards.pages.work.tables import ORDER_TABLES
from dashboards.selection import Selection, selection_of
from dashboards.shell import LOCATION
from dashboards.viewer import Viewer, current_viewer
from energy.base.period import local_day

MakeSheet = Callable[[Parts, Viewer, Selection], Sheet | None]
MakeSheetOf = Callable[[Parts, Viewer, str], Sheet | None]
TABLES: dict[str, MakeSheet] = {
    **ALERT_TABLES,
    **OUTAGE_TABLES,
    **INCIDENT_TABLES,
    **ORDER_TABLES,
    **SWITCHING_TABLES,
    **SHIFT_REPORT_TABLES,
    **REQUEST_TABLES,
    **CASE_TABLES,
    **INSPECTION_TABLES,
    **NOTICE_TABLES,
    **DUTY_TABLES,
    **EQUIPMENT_TABLES,
    **RULE_TABLES,
    **QUALITY_TABLES,
    "load": load_sheet,
    "flows": flow_sheet,
    "site_flow": site_flow_sheet,
    "balance": balance_sheet,
    "ageing": ageing_sheet,
    "plant": hours_sheet,
    "plant_turns": turns_sheet,
    "takeover": takeover_sheet,
    "takeover_findings": findings_sheet,
    "report": report_sheet,
    "report_places": report_places_sheet,
    "savings": savings_sheet,
}
"""What a table's name stands for; None where the selection has no such table."""
TABLES_OF: dict[str, MakeSheetOf] = {
    **ALERT_TABLES_OF,
    **NOTICE_TABLES_OF,
    **BILL_TABLES_OF,
    **OUTAGE_TABLES_OF,
    **SWITCHING_TABLES_OF,
    **CASE_TABLES_OF,
    **INSPECTION_TABLES_OF,
    **ROUND_TABLES_OF,
    **EQUIPMENT_TABLES_OF,
    "one_line": one_line_sheet,
    "shift": shift_sheet,
}
"""What a name stands for that goes on with its subject: `alert_value~<id>`."""
TABLES_AT: dict[str, MakeSheetAt] = {**LIFE_TABLES, **RULE_TABLES_AT}
"""The same, of what the selected time is asked, too: `rule_trial~<key>`."""


def sheet_for(parts: Parts, viewer: Viewer, name: str, search: str) -> Sheet | None:
    """Return a table of a page as its address selects it; None where there is none.

    Raises:
        NotPermittedError: The person may not read what the table holds.
    """
    selection = selection_of(search, local_day(parts.clock.now(), parts.settings.zone))
    known, _, subject = name.partition("~")
    if subject and known in TABLES_OF:
        return TABLES_OF[known](parts, viewer, subject)
    if subject and known in TABLES_AT:
        return TABLES_AT[known](parts, viewer, selection, subject)
    make = TABLES.get(name)
    return None if make is None else make(parts, viewer, selection)


def register(app: Dash, parts: Parts) -> None:
    """Add the callback that fills a table when it is opened."""

    @app.callback(
        Output({"type": TWIN_BODY, "name": MATCH}, "children"),
        Input({"type": TWIN, "name": MATCH}, "n_clicks"),
        State(LOCATION, "search"),
        prevent_initial_call=True,
    )
    def fill(clicks: int | None, search: str | None) -> Any:
        if not clicks or not isinstance(ctx.triggered_id, dict):
            return no_update
        viewer = current_viewer()
        sheet = sheet_for(parts, viewer, str(ctx.triggered_id["name"]), search or "")
        return empty(viewer.say("twin.none")) if sheet is None else twin_body(viewer, sheet)
