"""In: facts of a supply. Out: its charge lines, suspended days minded. Pure.

While a supply is suspended and its fixed charges are waived, what is charged by time is charged
for the other days alone; what is charged by usage is charged as ever.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from billing.accounts.roles import FixedCharges
from billing.errors import RatingError
from billing.invoices.invoice_facts import SupplyFacts
from billing.rating.quantities import Quantities
from billing.rating.rate import RatedSupply, rate_many, rate_supply
from billing.tariffs.clauses import FixedClause
from billing.tariffs.tariff import TariffVersion

DAY = timedelta(days=1)


def rated_supply(supply: SupplyFacts, known: Quantities, position: int) -> RatedSupply:
    """Return the charge lines of a supply over its days.

    Args:
        supply: Its facts, with tariff versions.
        known: What is known of its usage.
        position: Metering position that the usage reflects.

    Raises:
        RatingError: Usage and tariff do not fit together; a person must decide.
    """
    waived = [each for each in supply.suspended if each.fixed_charges is FixedCharges.WAIVED]
    if not waived:
        return _rated(supply, known, position, supply.versions)
    used = _rated(supply, known, position, _only(supply.versions, fixed=False))
    parts = [used]
    for first, last in _days_left(supply, [(s.valid_from, s.valid_to) for s in waived]):
        part = replace(supply, first_day=first, last_day=last)
        parts.append(_rated(part, known, position, _only(supply.versions, fixed=True)))
    return RatedSupply(
        charges=tuple(charge for part in parts for charge in part.charges),
        findings=used.findings,
    )


def rated_together(supplies: Sequence[SupplyFacts], position: int) -> list[RatedSupply | None]:
    """Return the charge lines of many supplies; those alike are rated as rows of one stack.

    Args:
        supplies: Of many accounts.
        position: Metering position that their usage reflects.

    Returns:
        In their order; None for one that must be rated by itself.
    """
    alike: dict[Hashable, list[tuple[int, Quantities]]] = {}
    for n, supply in enumerate(supplies):
        if supply.versions and not supply.suspended and (known := supply.quantities()) is not None:
            shas = tuple(version.sha256 for version in supply.versions)
            alike.setdefault((shas, supply.first_day, supply.last_day), []).append((n, known))
    found: list[RatedSupply | None] = [None] * len(supplies)
    for members in alike.values():
        first = supplies[members[0][0]]
        try:
            rated = rate_many(
                [(supplies[n].point, known) for n, known in members],
                versions=first.versions,
                first_day=first.first_day,
                last_day=first.last_day,
                position=position,
            )
        except RatingError:  # whose fault it is, each tells by itself
            continue
        for (n, _), each in zip(members, rated, strict=True):
            found[n] = each
    return found


def _rated(
    supply: SupplyFacts, known: Quantities, position: int, versions: Sequence[TariffVersion]
) -> RatedSupply:
    return rate_supply(
        point=supply.point,
        quantities=known,
        versions=versions,
        first_day=supply.first_day,
        last_day=supply.last_day,
        position=position,
    )


def _only(versions: Sequence[TariffVersion], *, fixed: bool) -> list[TariffVersion]:
    return [
        replace(
            version,
            clauses=tuple(c for c in version.clauses if isinstance(c, FixedClause) is fixed),
        )
        for version in versions
    ]


def _days_left(
    supply: SupplyFacts, suspended: Sequence[tuple[date, date | None]]
) -> list[tuple[date, date]]:
    """Return the spans of days on which the supply is not suspended, both ends included."""
    spans: list[tuple[date, date]] = []
    day = supply.first_day
    for first, after in sorted(suspended, key=lambda span: span[0]):
        if first > day:
            spans.append((day, min(first - DAY, supply.last_day)))
        day = max(day, supply.last_day + DAY if after is None else after)
    if day <= supply.last_day:
        spans.append((day, supply.last_day))
    return spans
