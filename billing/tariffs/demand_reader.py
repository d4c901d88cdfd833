"""In: a demand row of a tariff file's `charges`. Out: its clause, checked. Pure.

A window that slides must be seen at each of its steps: the tariff's own interval must be as fine.
"""

from __future__ import annotations

from decimal import Decimal

from billing.checked_table import CheckedTable
from billing.tariffs.clause_readers import (
    ZERO,
    ChargeFile,
    Prorate,
    agreed_of,
    own_tax,
    period_of,
    read_tiers,
)
from billing.tariffs.clauses import (
    DemandBasis,
    DemandClause,
    Floor,
    OverBase,
    OverRule,
    Ratchet,
)
from billing.tariffs.tariff import MINUTES_PER_DAY
from billing.tariffs.tariff_calendar import read_names

AGREED: dict[DemandBasis, str] = {
    DemandBasis.CONTRACT: "contract_demand_kw",
    DemandBasis.CAPACITY: "installed_kva",
}
"""What a basis counts where the charge does not say it."""
MOST_MONTHS = 60


def read_demand(row: CheckedTable, key: str, file: ChargeFile) -> DemandClause:
    """Return a demand charge.

    Args:
        row: The charge; problems are noted in it.
        key: Its id.
        file: What it may name.
    """
    basis = row.choice("basis", DemandBasis, default=DemandBasis.ACTUAL)
    window, slip = _window(row, file, measured=basis is not DemandBasis.CAPACITY)
    over = _over(row) if row.has("over") else None
    if over is not None and basis is not DemandBasis.CONTRACT:
        row.note("over", "belongs to `basis: contract`: it says what demand beyond it costs")
    prorate = row.choice("prorate", Prorate, default=Prorate.DAYS)
    return DemandClause(
        key=key,
        names=read_names(row, key),
        basis=basis,
        tiers=read_tiers(row),
        window=window,
        slip=slip,
        period=period_of(row, file),
        over=over,
        ratchet=_ratchet(row, file) if row.has("ratchet") else None,
        floor=_floor(row) if row.has("floor") else None,
        agreed=agreed_of(row, "agreed", AGREED.get(basis)),
        quantity=row.key("quantity") if row.has("quantity") else None,
        unit=row.text("unit") if row.has("unit") else _unit(basis),
        digits=row.whole("digits", least=0, most=9) if row.has("digits") else None,
        prorate=prorate is Prorate.DAYS,
        tax=own_tax(row, file),
        seasons=_seasons(row, "season", file) if row.has("season") else (),
    )


def _seasons(table: CheckedTable, key: str, file: ChargeFile) -> tuple[str, ...]:
    seasons = table.texts(key)
    for season in seasons:
        if season not in file.seasons:
            known = ", ".join(file.seasons)
            table.note(key, f"{season!r} is not defined; seasons are {known}")
    return seasons


def _unit(basis: DemandBasis) -> str:
    return "kVA" if basis is DemandBasis.CAPACITY else "kW"


def _window(row: CheckedTable, file: ChargeFile, *, measured: bool) -> tuple[int, int | None]:
    grid = file.interval_minutes if measured else None  # capacity is agreed: no window is looked at
    window = row.whole("window", least=1, most=MINUTES_PER_DAY, default=15)
    if grid is not None and window % grid:
        row.note("window", f"{window} min is no multiple of the tariff's interval of {grid} min")
    if not row.flag("sliding", default=row.has("slip")):
        if row.has("slip"):
            row.note("slip", "belongs to `sliding: true`; leave it out")
        return window, None
    slip = row.whole("slip", least=1, most=window, default=grid or 1)
    if slip >= window or window % slip:
        row.note(
            "slip",
            f"{slip} min must divide the window of {window} min and be shorter: a window slides "
            "in steps within itself" + _finer(row, slip),
        )
    elif grid is not None and grid > slip:
        row.note(
            "slip",
            f"{slip} min is finer than the tariff's interval of {grid} min: the maximum between "
            f"its steps is not known. Meter every {slip} min and write `interval: {{minutes: "
            f"{slip}}}`, or `sliding: false`",
        )
    return window, slip


def _finer(row: CheckedTable, slip: int) -> str:
    if row.has("slip"):
        return ""
    return f" (it is the interval's {slip} min, as none is said); meter finer or `sliding: false`"


def _over(row: CheckedTable) -> OverRule:
    table = row.table("over")
    rule = OverRule(
        at=table.decimal("at", least=Decimal(1)),
        factor=table.decimal("factor", least=ZERO),
        base=table.choice("base", OverBase, default=OverBase.CONTRACT),
        excess=table.choice("excess", OverBase, default=OverBase.THRESHOLD),
    )
    if rule.base is OverBase.THRESHOLD and rule.excess is OverBase.CONTRACT:
        table.note("excess", "must be threshold too: from the contract on it would be paid twice")
    table.done()
    return rule


def _ratchet(row: CheckedTable, file: ChargeFile) -> Ratchet:
    table = row.table("ratchet")
    share = table.decimal("share", least=ZERO)
    if share > 1:
        table.note("share", f'{share} is more than the whole; write 80 % as "0.80"')
    seasons = _seasons(table, "seasons", file) if table.has("seasons") else ()
    ratchet = Ratchet(
        share=share,
        months=table.whole("months", least=1, most=MOST_MONTHS),
        seasons=seasons,
    )
    table.done()
    return ratchet


def _floor(row: CheckedTable) -> Floor:
    table = row.table("floor")
    share = table.decimal("share", least=ZERO) if table.has("share") else None
    at_least = table.decimal("at_least", least=ZERO) if table.has("at_least") else None
    if share is None and at_least is None:
        table.note("", 'write `{share: "0.40", of: installed_kva}` or `{at_least: "50"}` in kW')
    of = agreed_of(table, "of", "installed_kva" if share is not None else None)
    table.done()
    return Floor(share=share, of=of, at_least=at_least)
