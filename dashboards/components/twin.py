"""In: the table behind a figure. Out: 'show as table' with its downloads. Pure.

Every figure has one: for who cannot see it, who wants the digits, and who wants the file.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from billing.ledger.sheets import Cell, Sheet, SheetFormat
from dashboards.components.pieces import Children, table
from dashboards.formats import NOTHING, day_text, number
from dashboards.viewer import Viewer

MOST_ROWS = 400
"""Rows that a page carries; the files have all."""


def twin(viewer: Viewer, sheet: Sheet, *, name: str, search: str) -> Component:
    """Return the table of a figure, closed until asked for.

    Args:
        viewer: Who looks.
        sheet: The figure's numbers.
        name: The table's name in dashboards/pages/tables.py, which serves the files.
        search: The query part of the page's address.
    """
    head = [f">{title}" if n else title for n, title in enumerate(sheet.heads)]
    rows: list[list[Children]] = [
        [cell_text(viewer, cell) for cell in row] for row in sheet.rows[:MOST_ROWS]
    ]
    more = len(sheet.rows) - MOST_ROWS
    return html.Details(
        [
            html.Summary(viewer.say("twin.show")),
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
            table(head, rows, name=f"twin-{name}"),
            html.P(viewer.say("twin.more", count=more), className="subtitle") if more > 0 else None,
        ],
        className="twin",
    )


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
