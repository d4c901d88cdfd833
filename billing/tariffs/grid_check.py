"""In: a tariff version and the grid of its usage. Out: what cannot be billed so. Pure."""

from __future__ import annotations

from billing.tariffs.clauses import DemandBasis, DemandClause
from billing.tariffs.tariff import MINUTES_PER_DAY, TariffVersion
from energy.base.wall_time import wall_text


def grid_problems(tariff: TariffVersion, minutes: int) -> list[str]:
    """Return why usage on a grid cannot be billed by a tariff; nothing where it can.

    Args:
        tariff: The version.
        minutes: Width of an interval of usage. [min]
    """
    problems: list[str] = []
    for number, clause in enumerate(tariff.clauses, 1):
        if not isinstance(clause, DemandClause) or clause.basis is DemandBasis.CAPACITY:
            continue
        at = f"charges[{number}]"
        if clause.slip is not None and minutes > clause.slip:
            problems.append(
                f"{at}.slip: a window sliding by {clause.slip} min cannot be found in usage every "
                f"{minutes} min; meter every {clause.slip} min, or write `sliding: false`"
            )
        elif clause.window % minutes:
            problems.append(
                f"{at}.window: {clause.window} min is no multiple of usage every {minutes} min"
            )
    return problems + [
        f"periods: a period begins at {wall_text(bound)}, inside an interval of {minutes} min; "
        "meter finer, or move it"
        for bound in _bounds(tariff)
        if bound % minutes
    ]


def _bounds(tariff: TariffVersion) -> list[int]:
    bounds = {
        bound
        for period in tariff.periods
        for when in period.when
        for span in when.spans
        for bound in span
    }
    return sorted(bounds - {0, MINUTES_PER_DAY})
