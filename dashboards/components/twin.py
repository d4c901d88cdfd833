"""In: the table behind a figure. Out: 'show as table' with its downloads. Pure.

Every figure has one: for who cannot see it, who wants the digits, and who wants the file. Its
rows are asked for when it is opened, and stand in a grid: a page of thousands of cells that are
components of their own takes the browser minutes.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from billing.ledger.sheets import Cell, Sheet, SheetFormat
from dashboards.components.grid import grid_theme, grid_words
from dashboards.formats import NOTHING, day_text, number
from dashboards.viewer import Viewer

TWIN, TWIN_BODY = "twin", "twin-body"
MOST_ROWS = 10_000
"""Rows that a page carries; the files have all."""
FEW_ROWS = 12
"""Rows up to which a grid is as high as they are; above it scrolls."""
_SIGNS = "+-−(<>≤≥ "
"""What may stand before the digits of a number."""


def twin(viewer: Viewer, name: str, search: str) -> Component:
    """Return the table of a figure, closed until asked for.

    Args:
        viewer: Who looks.
        name: The table's name in dashboards/pages/tables.py, which serves rows and files.
        search: The query part of the page's address.
    """
    return html.Details(
        [
            html.Summary(viewer.say("twin.show"), id={"type": TWIN, "name": name}),
            html.P(
                [
                    html.A(
                        form.upper(),
                        href=f"/download/tables/{name}.{form}{search}",
                        download="",
                        className="twin-file",
                    )
                    for form in SheetFormat
                ],
                className="twin-files",
            ),
            html.Div(id={"type": TWIN_BODY, "name": name}),
        ],
        className="twin",
    )


def twin_body(viewer: Viewer, sheet: Sheet) -> Component:
    """Return the rows of a figure's table, texts to the left and numbers to the right."""
    columns = [
        {
            "field": str(n),
            "headerName": head,
            "type": None if n == 0 or _worded(sheet, n) else "rightAligned",
            "flex": 1,
            "minWidth": 110,
        }
        for n, head in enumerate(sheet.heads)
    ]
    more, few = len(sheet.rows) - MOST_ROWS, len(sheet.rows) <= FEW_ROWS
    grid = dag.AgGrid(
        columnDefs=columns,
        rowData=[
            {str(n): cell_text(viewer, cell) for n, cell in enumerate(row)}
            for row in sheet.rows[:MOST_ROWS]
        ],
        defaultColDef={"sortable": False, "resizable": True, "suppressMovable": True},
        dashGridOptions={
            "theme": grid_theme(viewer.theme),
            "localeText": grid_words(viewer),
            "enableCellTextSelection": True,
            "domLayout": "autoHeight" if few else "normal",
        },
        className="twin-grid twin-few" if few else "twin-grid",
    )
    note = html.P(viewer.say("twin.more", count=more), className="subtitle") if more > 0 else None
    return html.Div([grid, note])


def _worded(sheet: Sheet, n: int) -> bool:
    """Return whether a column has a word in one of its cells."""
    texts = [cell for row in sheet.rows if isinstance(cell := row[n], str) and cell]
    return any(not text.lstrip(_SIGNS)[:1].isdigit() for text in texts)


def cell_text(viewer: Viewer, cell: Cell) -> str:
    """Return a cell for the eye; nothing known is a dash, never a zero."""
    match cell:
        case None:
            return NOTHING
        case Decimal():
            return number(viewer.language, cell)
        case date():
            return day_text(viewer.language, cell)
    return str(cell)
