"""In: the `charges` of a tariff file. Out: its clauses in the file's order, checked. Pure.

Each kind has a reader of its own in clause_readers.py and demand_reader.py. Here stands what
concerns several charges: ids, what rests on what, and that no tariff period is left without price.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from billing.checked_table import CheckedTable
from billing.tariffs.clause_readers import READERS as PLAIN_READERS
from billing.tariffs.clause_readers import ChargeFile, Reader
from billing.tariffs.clauses import (
    Clause,
    EnergyClause,
    MinimumClause,
    PowerFactorClause,
    SurchargeClause,
    TierMode,
)
from billing.tariffs.demand_reader import read_demand

READERS: dict[str, Reader] = {**PLAIN_READERS, "demand": read_demand}
"""By `kind`."""


def matching(patterns: Sequence[str], keys: Sequence[str]) -> tuple[str, ...]:
    """Return the clause keys that ids or patterns (`E.*`) name, in the order of the keys."""
    return tuple(key for key in keys if any(fnmatchcase(key, each) for each in patterns))


def read_charges(top: CheckedTable, file: ChargeFile) -> tuple[Clause, ...]:
    """Return the clauses of a tariff file.

    Args:
        top: The file; problems are noted in it.
        file: What the charges may name: periods, seasons, tables, the tariff's tax.
    """
    clauses: list[Clause] = []
    rows: list[CheckedTable] = []
    keys: list[str] = []
    for row in top.tables("charges"):
        key = row.key("id")
        if key and key in keys:
            row.note("id", f"{key!r} is used twice")
        keys.append(key)
        kind = row.text("kind")
        reader = READERS.get(kind)
        if reader is not None:
            clauses.append(reader(row, key, file))
            rows.append(row)
            row.done()
        elif kind:
            row.note("kind", f"{kind!r} is not known; known are {', '.join(READERS)}")
    if not keys:
        top.note("charges", "a tariff needs at least one charge")
    for row, clause in zip(rows, clauses, strict=True):
        _check_rests(row, clause, keys)
    _check_periods(top, clauses, file)
    return tuple(clauses)


def read_tier_mode(top: CheckedTable, clauses: Sequence[Clause]) -> TierMode | None:
    """Return how tiers and tariff periods meet; must be said where a charge has both."""
    if top.has("tier_mode"):
        return top.choice("tier_mode", TierMode)
    meet = [
        clause.key
        for clause in clauses
        if isinstance(clause, EnergyClause) and clause.period and len(clause.tiers) > 1
    ]
    if meet:
        top.note(
            "tier_mode",
            f"is missing: {', '.join(meet)} {'has' if len(meet) == 1 else 'have'} tiers within "
            f"periods. Write one of {', '.join(TierMode)}",
        )
    return None


def bases_of(clause: Clause) -> tuple[str, tuple[str, ...]]:
    """Return the key of a file and the ids or patterns that a clause rests on; none for most."""
    match clause:
        case PowerFactorClause():
            return "base", clause.base
        case MinimumClause() | SurchargeClause():
            return "of", clause.of
        case _:
            return "", ()


def _check_rests(row: CheckedTable, clause: Clause, keys: Sequence[str]) -> None:
    at, patterns = bases_of(clause)
    here = keys.index(clause.key)
    for pattern in patterns:
        found = matching([pattern], keys)
        late = [key for key in found if keys.index(key) > here]
        if not found:
            row.note(at, f"{pattern!r} is the id of no charge; ids are {', '.join(keys)}")
        elif clause.key in found:
            row.note(at, f"{pattern!r} names {clause.key!r} itself; name the charges above it")
        elif late:
            row.note(
                at,
                f"{pattern!r} names {', '.join(late)}, which stands below; charges are worked out "
                f"in the file's order, so put it above {clause.key!r}",
            )


def _check_periods(top: CheckedTable, clauses: Sequence[Clause], file: ChargeFile) -> None:
    priced = {
        clause.period
        for clause in clauses
        if isinstance(clause, EnergyClause) and clause.quantity is None
    }
    for period in file.periods:
        if period and period not in priced and None not in priced:
            top.note(
                "charges",
                f"period {period!r} has no energy charge; usage in it would be free. "
                'Add a charge, with price "0" if it is meant',
            )
