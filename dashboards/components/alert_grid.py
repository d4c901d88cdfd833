"""In: alerts of a tab. Out: a grid with one-press acknowledgement. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import dash_ag_grid as dag
from dash.development.base_component import Component

from dashboards.components.alert_list import alert_what, owner_of, state_and_incident
from dashboards.components.figure_number import Why, why_text
from dashboards.components.grid import by_number, grid_theme, grid_words
from dashboards.components.pieces import SEVERITY_TONE, age_text, severity_word
from dashboards.formats import NOTHING, gauge_text, short_instant
from dashboards.queries.alert_rows import AlertTab
from dashboards.queries.rows import AlertRow
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

COLUMNS: dict[str, int] = {
    "severity": 88,
    "what": 180,
    "raised": 106,
    "age": 72,
    "place": 84,
    "meter": 116,
    "value": 84,
    "limit": 78,
    "now": 112,
    "state": 100,
    "owner": 78,
    "press": 104,
}
"""Least widths. [px]"""
FEW = 14
"""Up to these the grid is as high as its rows."""
LEFT_OUT: dict[AlertTab, set[str]] = {
    AlertTab.OPEN: set(),
    AlertTab.SHELVED: set(),
    AlertTab.SUPPRESSED: set(),
    AlertTab.CLOSED: {"press", "now"},
}
"""What a tab need not tell."""


def alert_grid(
    viewer: Viewer,
    tab: AlertTab,
    rows: tuple[AlertRow, ...],
    *,
    zone: ZoneInfo,
    now: datetime,
    as_of: int,
) -> Component:
    """Return the grid, under an id of its tab; a row's name leads to the alert's page."""
    hidden = LEFT_OUT[tab]
    if not viewer.scope.may(Right.ACKNOWLEDGE):
        hidden = hidden | {"press"}
    columns: list[dict[str, object]] = [
        {
            "field": name,
            "headerName": viewer.say(f"alert_grid.{name}"),
            "minWidth": width,
            "flex": 1,
        }
        for name, width in COLUMNS.items()
        if name not in hidden
    ]
    for column in columns:
        match column["field"]:
            case "severity":
                column |= {
                    "cellRenderer": "AlertSeverity",
                    **by_number("weight"),
                }
            case "what":
                column |= {"cellRenderer": "PageLink", "flex": 2}
            case "raised" | "age":
                column.update(by_number(f"{column['field']}_s"))
            case "value" | "limit":
                column |= {"type": "rightAligned", "cellRenderer": "TableCell"}
            case "press":
                column |= {"cellRenderer": "AlertButton", "sortable": False, "filter": False}
    grid: Component = dag.AgGrid(
        id=grid_id(tab),
        columnDefs=columns,
        rowData=alert_cells(viewer, rows, zone=zone, now=now, as_of=as_of),
        getRowId="params.data.alert",
        defaultColDef={
            "sortable": True,
            "filter": "agTextColumnFilter",
            "resizable": True,
            "suppressHeaderFilterButton": True,
        },
        dashGridOptions={
            "theme": grid_theme(viewer.theme),
            "localeText": grid_words(viewer) | {"noRowsToShow": viewer.say("alert_page.none")},
            "rowHeight": 40,
            "domLayout": "autoHeight" if len(rows) <= FEW else "normal",
        },
        style={"height": None} if len(rows) <= FEW else {"height": "60vh"},
        className="grid alert-grid",
    )
    return grid


def grid_id(tab: AlertTab) -> dict[str, str]:
    """Return the id of a tab's grid."""
    return {"type": "alert-grid", "tab": str(tab)}


def alert_cells(
    viewer: Viewer, rows: tuple[AlertRow, ...], *, zone: ZoneInfo, now: datetime, as_of: int
) -> list[dict[str, object]]:
    """Return the grid's rows."""
    return [{**_cells(viewer, row, zone, now), **_whys(viewer, row, now, as_of)} for row in rows]


def _cells(viewer: Viewer, row: AlertRow, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    unit = viewer.unit(row.unit)
    known = list(SEVERITY_TONE)
    weight = known.index(row.severity) if row.severity in known else len(known)
    free = row.acknowledged_at is None and row.closed_at is None
    age_s = int((now - row.raised_at).total_seconds())
    told = f" ({row.children})" if row.children else ""
    return {
        "alert": str(row.alert),
        "href": f"/alerts/{row.alert}",
        "severity": severity_word(viewer, row.severity),
        "tone": SEVERITY_TONE.get(row.severity, "calm"),
        "weight": weight,
        "what": alert_what(viewer, row) + told,
        "raised": short_instant(viewer.language, row.raised_at, zone),
        "raised_s": int(row.raised_at.timestamp()),
        "age": age_text(viewer, age_s),
        "age_s": age_s,
        "place": row.place or NOTHING,
        "meter": row.meter or NOTHING,
        "value": NOTHING if row.code else gauge_text(viewer.language, row.value, unit),
        "limit": NOTHING if row.code else gauge_text(viewer.language, row.limit, unit),
        "now": now_text(viewer, row, now),
        "state": state_and_incident(viewer, row, zone),
        "owner": owner_of(row) or NOTHING,
        "press": viewer.say("alerts.acknowledge") if free else "",
    }


def now_text(viewer: Viewer, row: AlertRow, now: datetime) -> str:
    """Return the newest value of an alert's register with its age."""
    if row.now_value is None or row.now_at is None or row.code:
        return NOTHING
    value = gauge_text(viewer.language, row.now_value, viewer.unit(row.unit))
    return f"{value} · {age_text(viewer, int((now - row.now_at).total_seconds()))}"


def _whys(viewer: Viewer, row: AlertRow, now: datetime, as_of: int) -> dict[str, str]:
    """Return what value and limit rest on; a finding has neither."""
    if row.code:
        return {}
    told = {
        name: Why(
            source=viewer.say("why.alert_of", meter=row.meter, rule=alert_what(viewer, row)),
            formula=viewer.say(f"why.alert_{name}"),
            age_s=int((now - row.raised_at).total_seconds()),
            as_of=as_of,
        )
        for name in ("value", "limit")
    }
    return {f"{name}_why": why_text(viewer, why) for name, why in told.items()}
