"""Step 5b of 6. From: usage and tariff versions. To: charge lines. Pure.

A period is split where the tariff version changes; each part is rated by its own version. The
quantity is rounded to the tariff's digits before it is multiplied; the unrounded amount is kept
beside the rounded one. What is done, in which order, is the list in steps.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date

from billing.rating.blocks import Stack
from billing.rating.charge import ChargeLine, TariffSpan
from billing.rating.measured import Measured, Positions, VersionStack
from billing.rating.quantities import Quantities, single
from billing.rating.steps import (
    TARIFF_MISSING_CODE,
    Work,
    price_own,
    run_steps,
    tariff_spans,
    version_on,
)
from billing.tariffs.tariff import TariffVersion
from energy.base.finding import Finding
from energy.metering.usage import UsageSpan

__all__ = [
    "TARIFF_MISSING_CODE",
    "RatedSupply",
    "rate_many",
    "rate_supply",
    "tariff_spans",
    "version_on",
    "work_out",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedSupply:
    """Charge lines of one supply; with findings they must not be billed."""

    charges: tuple[ChargeLine, ...]
    findings: tuple[Finding, ...]


def rate_supply(
    *,
    point: str,
    versions: Sequence[TariffVersion],
    first_day: date,
    last_day: date,
    position: int,
    span: UsageSpan | None = None,
    quantities: Quantities | None = None,
    cycle_day: int | None = None,
) -> RatedSupply:
    """Return the charge lines of one supply over some local days.

    Args:
        point: Metering point, part of the lines' ids.
        versions: Every version of its tariff, of one zone; at least one.
        first_day: First local day.
        last_day: Last local day, included.
        position: Metering position that the usage reflects.
        span: Usage of its billing channel, where nothing else is known of it. [base unit]
        quantities: All that is known of it; instead of `span`.
        cycle_day: Day that its billing months begin on; None for calendar months.

    Raises:
        RatingError: Usage and tariff do not fit together; a person must decide.
    """
    assert (span is None) != (quantities is None), "one of both says what was used"
    known = quantities if span is None else single(span, versions[0].utility)
    assert known is not None, "one of both"
    (rated,) = rate_many(
        [(point, known)],
        versions=versions,
        first_day=first_day,
        last_day=last_day,
        position=position,
        cycle_day=cycle_day,
    )
    return rated


def rate_many(
    supplies: Sequence[tuple[str, Quantities]],
    *,
    versions: Sequence[TariffVersion],
    first_day: date,
    last_day: date,
    position: int,
    cycle_day: int | None = None,
) -> list[RatedSupply]:
    """Return the charge lines of supplies that share tariff, days and knowledge, in their order.

    Supplies with the same quantities on the same grid are rated as rows of one stack. Give some
    hundreds to a few thousand at once: memory grows with their intervals.

    Args:
        supplies: Metering points and what is known of each.
        versions: Every version of their tariff, of one zone; at least one.
        first_day: First local day.
        last_day: Last local day, included.
        position: Metering position that the usage reflects.
        cycle_day: Day that their billing months begin on; None for calendar months.

    Raises:
        RatingError: Usage and tariff do not fit together; a person must decide.
    """
    alike: dict[Hashable, list[int]] = {}
    for n, (_, each) in enumerate(supplies):
        alike.setdefault(_shape(each), []).append(n)
    found: dict[int, RatedSupply] = {}
    for members in alike.values():
        work = Work(
            points=[supplies[n][0] for n in members],
            supplies=[supplies[n][1] for n in members],
            versions=versions,
            first_day=first_day,
            last_day=last_day,
            position=position,
            cycle_day=cycle_day,
        )
        run_steps(work)
        for row, n in enumerate(members):
            charges = [
                charge
                for by_clause in work.lines[row]
                for place in sorted(by_clause)
                for charge in by_clause[place]
            ]
            found[n] = RatedSupply(charges=tuple(charges), findings=tuple(work.findings[row]))
    return [found[n] for n in range(len(supplies))]


def work_out(stack: Stack, tariff: TariffVersion, first_day: date, last_day: date) -> VersionStack:
    """Work out for all supplies of a stack what the tariff's own charges need, as columns.

    This is all of the rating of a stack but the telling of each supply's charge lines: sums of
    tariff periods, blocks, greatest windows, rounded quantities and amounts. `rate_many` does the
    same when it rates the first supply of a stack.

    Args:
        stack: Supplies over the billed days.
        tariff: Holds on all of the days.
        first_day: First local day.
        last_day: Last local day, included.

    Returns:
        The columns by clause, in `kept`.

    Raises:
        RatingError: Usage and tariff do not fit together.
    """
    columns = VersionStack(stack, tariff, first_day, last_day)
    span = TariffSpan(tariff=tariff, point="", channel=0, first_day=first_day, last_day=last_day)
    supply = Quantities(channel=0, scale=stack.scale)
    first = Measured(
        stack=columns,
        row=0,
        supply=supply,
        span=span,
        position=0,
        positions=Positions(supply.history),
    )
    price_own(first)
    return columns


def _shape(supply: Quantities) -> Hashable:
    """Return what supplies of one stack have in common."""
    grids = tuple((name, each.step_s, each.shape_s) for name, each in supply.usage.items())
    return supply.scale, grids
