"""Step 6, shown. From: tenants. To: their list and one's page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from dashboards.components.account_moves import balance_panel, payments_panel
from dashboards.components.grid import by_number, grid_theme, grid_words
from dashboards.components.long_table import long_table
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    icon,
    link,
    page,
    panel,
    share_badge,
    table,
)
from dashboards.formats import NOTHING, amount, amount_text, day_text, money, percent_text
from dashboards.pages.money.layout import record_panel
from dashboards.pages.tenants.agreed import agreed_panels
from dashboards.queries.rows import Answer
from dashboards.queries.tenant_rows import TenantList, TenantPage, TenantRow, UtilityUse
from dashboards.security.scope import Right
from dashboards.viewer import Viewer

PATH = "/tenants"
GRID = "tenants-grid"
COLUMNS = ("account", "name", "opened", "supplies", "balance", "overdue", "prepaid", "final")
NUMBERS = {"supplies", "balance", "overdue", "prepaid"}
MOST_AT_ONCE = 40
"""Rows up to which the grid is as high as they are."""


def tenants_page(viewer: Viewer, answer: Answer[TenantList]) -> Component:
    """Return the list of tenants."""
    rows = answer.rows
    columns: list[dict[str, object]] = [
        {
            "field": name,
            "headerName": viewer.say(f"tenants.head_{name}"),
            "flex": 3 if name == "name" else 1,
            "minWidth": 110,
            **({"cellRenderer": "PageLink", "pinned": "left"} if name == "account" else {}),
            **({"type": "rightAligned"} if name in NUMBERS else {}),
            **(by_number(f"{name}_number") if name in NUMBERS else {}),
        }
        for name in COLUMNS
    ]
    few = len(rows.rows) <= MOST_AT_ONCE
    grid = dag.AgGrid(
        id=GRID,
        columnDefs=columns,
        rowData=[_cells(viewer, rows.currency, row) for row in rows.rows],
        defaultColDef={
            "sortable": True,
            "filter": "agTextColumnFilter",
            "resizable": True,
            "suppressHeaderFilterButton": True,
        },
        dashGridOptions={
            "theme": grid_theme(viewer.theme),
            "localeText": grid_words(viewer),
            "rowHeight": 36,
            "domLayout": "autoHeight" if few else "normal",
        },
        style={"height": None} if few else {"height": "72vh"},
        className="grid",
    )
    return page(
        viewer.say("tenants.title"),
        [
            panel(
                viewer.say("tenants.count", count=len(rows.rows)),
                grid if rows.rows else empty(viewer.say("tenants.none")),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="tenants",
            )
        ],
        name="tenants",
    )


def _cells(viewer: Viewer, currency: str, row: TenantRow) -> dict[str, object]:
    amounts = {"balance": row.balance, "overdue": row.overdue, "prepaid": row.prepaid}
    told = {
        key: NOTHING if value is None else money(viewer.language, value, currency)
        for key, value in amounts.items()
    }
    order = {
        f"{key}_number": None if value is None else float(value)  # for the order of rows alone
        for key, value in amounts.items()
    }
    return {
        "account": row.account,
        "href": f"{PATH}/{row.account}",
        "name": row.name,
        "opened": day_text(viewer.language, row.opened_on),
        "supplies": str(row.supplies),
        "supplies_number": row.supplies,
        "final": viewer.say("tenants.final_due") if row.final_due else "",
        **told,
        **order,
    }


def tenant_page(viewer: Viewer, answer: Answer[TenantPage], *, today: date) -> Component:
    """Return the page of one tenant."""
    found = answer.rows
    standing = found.standing
    return page(
        standing.name,
        [
            html.Div(_standing(viewer, found), className="tiles money-tiles"),
            html.P(
                link(
                    viewer.say("work_form.here"),
                    f"/incidents/new/account/{standing.account}",
                    name="button",
                ),
                className="work-to-open",
            )
            if viewer.scope.may(Right.WORK)
            else None,
            panel(
                viewer.say(
                    "tenants.use", first=_day(viewer, found.first), last=_day(viewer, found.last)
                ),
                html.Div([_use(viewer, each) for each in found.use], className="tiles")
                if found.use
                else empty(viewer.say("tenants.no_use")),
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="tenant-use",
            ),
            panel(viewer.say("tenants.bills"), _bills(viewer, found), name="tenant-bills"),
            record_panel(viewer, standing.account, day=today.isoformat())
            if viewer.scope.may(Right.ISSUE)
            else None,
            balance_panel(viewer, standing),
            payments_panel(viewer, standing),
            panel(viewer.say("tenants.supplies"), _supplies(viewer, found), name="tenant-supplies"),
            panel(viewer.say("tenants.contract"), _contract(viewer, found), name="contract"),
            *agreed_panels(viewer, found),
        ],
        name="tenant",
        crumbs=[link(viewer.say("tenants.title"), PATH), html.Span(standing.account)],
    )


def _day(viewer: Viewer, day: date | None) -> str:
    return NOTHING if day is None else day_text(viewer.language, day)


def _until(viewer: Viewer, after: date | None) -> str:
    """Return the last day before the first on which something holds no longer."""
    return NOTHING if after is None else _day(viewer, after - timedelta(days=1))


def _standing(viewer: Viewer, found: TenantPage) -> list[Component]:
    own = found.standing
    late = sum(bill.open > 0 for bill in found.bills)
    tiles = [
        ("open", money(viewer.language, own.open, own.currency), ""),
        ("overdue", money(viewer.language, own.overdue, own.currency), ""),
        ("open_bills", str(late), ""),
    ]
    if own.prepaid is not None:
        left = own.prepaid.days_left
        said = viewer.say(
            "tenants.days_unknown" if left is None else "tenants.days_left", count=left
        )
        tiles.append(("prepaid", money(viewer.language, own.prepaid.balance, own.currency), said))
    return [
        html.Article(
            [
                html.Header(html.H2(viewer.say(f"tenants.tile_{name}")), className="tile-head"),
                html.P(html.Span(value, className="tile-number"), className="tile-value"),
                html.P(below, className="tile-before"),
            ],
            className=f"tile tile-{name}",
        )
        for name, value, below in tiles
    ]


def _use(viewer: Viewer, use: UtilityUse) -> Component:
    """Return a utility's use so far beside the same days of the month before."""
    value, unit = amount(viewer.language, use.utility, use.now)
    before = amount_text(viewer.language, use.utility, use.before)
    said = viewer.say("tenants.before", amount=before)
    if use.before is not None and use.known_before < 1:
        said = f"{said} ({percent_text(use.known_before)})"
    return html.Article(
        [
            html.Header(
                [
                    icon(f"utility-{use.utility}"),
                    html.H2(viewer.say(f"utility.{use.utility}")),
                    share_badge(viewer, "tile.known", use.known),
                ],
                className="tile-head",
            ),
            html.P(
                [
                    html.Span(value, className="tile-number"),
                    html.Span(unit, className="tile-unit"),
                ],
                className="tile-value",
            ),
            html.P(said, className="tile-before"),
        ],
        className=f"tile tile-{use.utility}",
    )


def _heads(viewer: Viewer, keys: Sequence[str]) -> list[str]:
    return [
        (">" if key.startswith(">") else "") + viewer.say(f"tenants.head_{key.lstrip('>')}")
        for key in keys
    ]


def _bills(viewer: Viewer, found: TenantPage) -> Component:
    if not found.bills:
        return empty(viewer.say("tenants.no_bills"))
    rows: list[Sequence[Children]] = [
        [
            link(bill.number, f"/bills/{bill.invoice}", name="tenant-bill"),
            f"{_day(viewer, bill.first_day)} – {_day(viewer, bill.last_day)}",
            money(viewer.language, bill.total, bill.currency),
            money(viewer.language, bill.open, bill.currency) if bill.open else NOTHING,
            _day(viewer, bill.due_on),
            html.A(
                viewer.say("bill.pdf"), href=f"/download/bills/{bill.invoice}.pdf", className="link"
            ),
        ]
        for bill in found.bills
    ]
    keys = ("bill", "period", ">total", ">open", "due", "document")
    return long_table(viewer, _heads(viewer, keys), rows, name="tenant-bills")


def _supplies(viewer: Viewer, found: TenantPage) -> Component:
    if not found.terms.supplies:
        return empty(viewer.say("tenants.no_supplies"))
    rows: list[Sequence[Children]] = []
    for each in found.terms.supplies:
        name, serial = found.meters.get(each.point, (each.point, ""))
        holds = each.valid_from <= found.last and (
            each.valid_to is None or found.last < each.valid_to
        )
        rows.append(
            [
                link(name, f"/meters/{each.point}", name="tenant-meter"),
                serial or NOTHING,
                viewer.say(f"utility.{each.utility}") if each.utility else NOTHING,
                html.Code(each.tariff),
                _day(viewer, each.valid_from),
                _until(viewer, each.valid_to),
                badge(viewer.say("tenants.holds"), "good") if holds else "",
            ]
        )
    keys = ("meter", "serial", "utility", "tariff", "from", "until", "now")
    return long_table(viewer, _heads(viewer, keys), rows, name="tenant-supplies")


def _contract(viewer: Viewer, found: TenantPage) -> list[Component]:
    terms = found.terms
    contracts: list[Sequence[Children]] = [
        [
            each.number,
            _day(viewer, each.signed_on),
            _day(viewer, each.valid_from),
            _until(viewer, each.valid_to),
            ", ".join(viewer.say(f"utility.{one}") for one in each.utilities)
            or viewer.say("tenants.all_utilities"),
            html.Code(each.document[:12], title=each.document) if each.document else NOTHING,
        ]
        for each in terms.contracts
    ]
    roles: list[Sequence[Children]] = [
        [
            viewer.say(f"cli.account.roles.{each.role}"),
            html.Bdi(found.parties.get(each.party, "?")),
            _day(viewer, each.valid_from),
        ]
        for each in terms.parties
    ]
    shown: list[Component] = []
    if contracts:
        keys = ("contract", "signed", "from", "until", "utilities", "sheet")
        shown.append(table(_heads(viewer, keys), contracts, name="contracts"))
    if roles:
        shown.append(table(_heads(viewer, ("role", "party", "from")), roles, name="roles"))
    return shown or [empty(viewer.say("tenants.no_contract"))]
