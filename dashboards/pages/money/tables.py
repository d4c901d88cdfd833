"""In: what accounts owe. Out: the table behind the chart of ages. I/O by the port."""

from __future__ import annotations

from billing.ledger.sheets import Cell, Sheet
from billing.receivables.ageing import AgedAccount
from dashboards.figures.ageing_bars import AGES
from dashboards.pages.parts import Parts
from dashboards.queries.money_rows import MoneyPage
from dashboards.selection import Selection
from dashboards.viewer import Viewer


def ageing_sheet(parts: Parts, viewer: Viewer, _selection: Selection) -> Sheet:
    """Return what each account owes by age today."""
    return sheet_of(viewer, parts.queries.money(viewer.scope).rows)


def sheet_of(viewer: Viewer, page: MoneyPage) -> Sheet:
    """Return the ages account by account. [currency]."""
    heads = ("account", "name", *AGES, "disputed", "credit", "balance")
    return Sheet(
        name=f"ageing_{page.day}",
        heads=tuple(viewer.say(f"money.head_{head}") for head in heads),
        rows=[_cells(page, row) for row in page.aged],
    )


def _cells(page: MoneyPage, row: AgedAccount) -> list[Cell]:
    return [
        row.account,
        page.names.get(row.account, ""),
        *(getattr(row, age) for age in AGES),
        row.disputed,
        row.credit,
        row.balance,
    ]
