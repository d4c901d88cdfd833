from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import dash_ag_grid as dag
from dash import html

from billing.ledger.sheets import Sheet
from dashboards.components.long_table import MOST_CELLS, grid_row, long_table, with_cards, words_of
from dashboards.components.pieces import Children, badge, link
from dashboards.components.twin import FEW_ROWS, twin_body
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from tests.dashboards.fakes import SITE

VIEWER = Viewer(
    scope=Scope(
        person=UUID(int=1), name="Ada", roles=frozenset({Role.VIEWER}), sites=frozenset({SITE})
    ),
    language="en",
    theme=Theme.LIGHT,
)
HEAD = ["What", ">Amount", "State"]
ROW: list[Children] = [link("A-0002", "/tenants/A-0002"), "£12.00", badge("issued", "good")]
FEW, MANY = MOST_CELLS // len(HEAD), MOST_CELLS // len(HEAD) + 1


def test_a_list_is_a_table_until_the_browser_would_feel_it() -> None:
    short = long_table(VIEWER, HEAD, [ROW] * FEW, name="list")
    assert not isinstance(short, dag.AgGrid)
    assert len(with_cards(short, html.Ul)) == 2
    grid = long_table(VIEWER, HEAD, [ROW] * MANY, name="list")
    assert isinstance(grid, dag.AgGrid)
    assert len(grid.rowData) == MANY
    assert [each["headerName"] for each in grid.columnDefs] == ["What", "Amount", "State"]
    assert [each["type"] for each in grid.columnDefs] == [None, "rightAligned", None]
    assert with_cards(grid, html.Ul) == [grid]


def test_a_cell_keeps_its_words_where_it_leads_its_tone_and_its_doubt() -> None:
    doubt = html.Strong("17.3 kWh", className="doubted")
    assert grid_row([*ROW, doubt, None]) == {
        "0": "A-0002",
        "0_href": "/tenants/A-0002",
        "1": "£12.00",
        "2": "issued",
        "2_tone": "good",
        "3": "17.3 kWh",
        "3_doubted": "doubted",
        "4": "",
    }
    assert words_of([html.Div(["a", html.B("b")]), html.Div("c")]) == "ab · c"


def test_a_list_with_something_to_press_stays_a_table() -> None:
    rows = [[html.Button("End", id=f"end-{n}"), "", ""] for n in range(MANY)]
    assert not isinstance(long_table(VIEWER, HEAD, rows, name="list"), dag.AgGrid)


def test_the_table_of_a_figure_has_words_to_the_left_and_is_no_higher_than_its_rows() -> None:
    heads = ("stop", "value", "unit", "06:00", "07:00", "kWh")
    rows = (("TR1", "Oil", "°C", "71.5 ~", "-3", Decimal(4)), ("TR1", "Noise", "", "no", "", None))

    def grid_of(times: int) -> dag.AgGrid:
        body = twin_body(VIEWER, Sheet(name="log", heads=heads, rows=rows * times))
        return body.children[0]

    few, many = grid_of(1), grid_of(FEW_ROWS)
    right = "rightAligned"
    assert [each["type"] for each in few.columnDefs] == [None, None, None, None, right, right]
    assert few.dashGridOptions["domLayout"] == "autoHeight"
    assert many.dashGridOptions["domLayout"] == "normal"
