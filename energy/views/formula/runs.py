"""In: a formula, what its names mean over a period. Out: where it checks, where not. I/O: reads.

What a class of meters holds changes with the days: where one joins that never adds up with the
others, the formula is not known as long as both are there. Before and behind that it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from energy.metering.formula.check import Checked
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.inputs import Catalogue
from energy.metering.formula.tree import Node
from energy.views.formula.catalogue import SiteCatalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The time over which a formula checks, or over which it does not for one reason."""

    start: datetime
    end: datetime
    found: Checked | FormulaError


def runs_of(
    tree: Node,
    catalogue: SiteCatalogue,
    check: Callable[[Catalogue], Checked],
    start: datetime,
    end: datetime,
) -> list[Run]:
    """Return where a formula checks and where not over a span, in order.

    Args:
        tree: Of the formula.
        catalogue: What its names mean; its period holds the span.
        check: Checks the formula with names as they are in a part of the span.
        start: Aware UTC.
        end: Aware UTC.
    """

    def tried(since: datetime, until: datetime) -> Run:
        try:
            return Run(start=since, end=until, found=check(catalogue.within(since, until)))
        except FormulaError as error:
            return Run(start=since, end=until, found=error)

    whole = tried(start, end)
    if isinstance(whole.found, Checked):
        return [whole]
    runs: list[Run] = []
    for since, until in pairwise([start, *catalogue.changes(tree, start, end), end]):
        each = tried(since, until)
        joined = _joined(runs[-1], each, tried) if runs else None
        if joined is None:
            runs.append(each)
        else:
            runs[-1] = joined
    return runs


def _joined(before: Run, behind: Run, tried: Callable[[datetime, datetime], Run]) -> Run | None:
    """Return two neighbours as one; None where one checks and the other does not, or not both."""
    if isinstance(before.found, FormulaError) and isinstance(behind.found, FormulaError):
        return replace(before, end=behind.end)
    if isinstance(before.found, FormulaError) or isinstance(behind.found, FormulaError):
        return None
    both = tried(before.start, behind.end)
    return both if isinstance(both.found, Checked) else None
