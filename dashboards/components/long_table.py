"""In: the rows of a list that grows with the years. Out: a table, or a grid when it is long. Pure.

The browser takes seconds to minutes over a page of thousands of cells that are components of their
own. A long list therefore goes to a grid, which draws the rows in sight only; a cell keeps its
words, where it leads and its tone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashboards.components.grid import grid_theme, grid_words
from dashboards.components.pieces import Children, table
from dashboards.viewer import Viewer

MOST_CELLS = 600
"""Cells of a plain table."""
DOUBTED = "doubted"
"""Class of a value in doubt."""
_BADGE = "badge-"
_BLOCKS = ("Div", "P", "Li", "Br")


def is_long(head: Sequence[str], rows: Sequence[Sequence[Children]]) -> bool:
    """Return whether a list is shown as a grid; one with buttons or forms in its cells never is."""
    if len(head) * len(rows) <= MOST_CELLS:
        return False
    return not any(
        getattr(part, "id", None) for row in rows for cell in row for part in _components(cell)
    )


def long_table(
    viewer: Viewer, head: Sequence[str], rows: Sequence[Sequence[Children]], *, name: str
) -> Component:
    """Return a table, as a grid when it has more cells than a browser takes at ease.

    Args:
        viewer: Who looks.
        head: Column titles; one that starts with ">" is right-aligned.
        rows: Cells.
        name: Name for CSS and tests.
    """
    if not is_long(head, rows):
        return table(head, rows, name=name)
    columns = [
        {
            "field": str(n),
            "headerName": title.removeprefix(">"),
            "type": "rightAligned" if title.startswith(">") else None,
            "cellRenderer": "TableCell",
            "filter": "agTextColumnFilter",
            "flex": _width(n, rows),
            "minWidth": 90,
        }
        for n, title in enumerate(head)
    ]
    grid: Component = dag.AgGrid(
        columnDefs=columns,
        rowData=[grid_row(row) for row in rows],
        defaultColDef={
            "sortable": False,
            "resizable": True,
            "suppressMovable": True,
            "suppressHeaderFilterButton": True,
        },
        dashGridOptions={
            "theme": grid_theme(viewer.theme),
            "localeText": grid_words(viewer),
            "rowHeight": 36,
            "enableCellTextSelection": True,
        },
        className=f"grid long-grid {name}",
    )
    return grid


def with_cards(shown: Component, cards: Callable[[], Component]) -> list[Component]:
    """Return a list with its cards for narrow screens; a grid goes to both.

    Args:
        shown: What `long_table` returned.
        cards: Makes the cards.
    """
    if isinstance(shown, dag.AgGrid):
        return [shown]
    return [html.Div(shown, className="wide-only"), html.Div(cards(), className="narrow-only")]


def grid_row(row: Sequence[Children]) -> dict[str, str]:
    """Return a row's cells as a grid takes them: words, and where they lead, their tone, doubt."""
    cells: dict[str, str] = {}
    for n, cell in enumerate(row):
        cells[str(n)] = words_of(cell)
        for part in _components(cell):
            classes = str(getattr(part, "className", None) or "").split()
            tone = next((each for each in classes if each.startswith(_BADGE)), "")
            if tone:
                cells[f"{n}_tone"] = tone.removeprefix(_BADGE)
            if DOUBTED in classes:
                cells[f"{n}_doubted"] = DOUBTED
            if href := getattr(part, "href", None):
                cells[f"{n}_href"] = href
            if why := getattr(part, "data-why", None):
                cells[f"{n}_why"] = why
    return cells


def words_of(children: Children) -> str:
    """Return the words of a cell, those of its blocks parted by a middle dot."""
    said = ""
    for text, block in _words(children):
        said += f" · {text}" if block and said else text
    return said


def _words(children: Children, *, block: bool = False) -> Iterator[tuple[str, bool]]:
    if isinstance(children, Component):
        own = type(children).__name__ in _BLOCKS
        yield from _words(getattr(children, "children", None), block=own or block)
    elif isinstance(children, list | tuple):
        for n, each in enumerate(children):
            yield from _words(each, block=block and n == 0)
    elif children is not None:
        yield str(children), block


def _components(children: Children) -> Iterator[Component]:
    if isinstance(children, Component):
        yield children
        yield from _components(getattr(children, "children", None))
    elif isinstance(children, list | tuple):
        for each in children:
            yield from _components(each)


def _width(column: int, rows: Sequence[Sequence[Children]]) -> int:
    """Return how wide a column is beside the others: as its longest words of the first rows."""
    cells = [grid_row([row[column]]) for row in rows[:50]]
    # A tone has a shape beside its word.
    return max(4, *(min(len(each["0"]) + 5 * ("0_tone" in each), 40) for each in cells))
