"""What must hold between two bills, whatever the tariff and the usage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from billing.money import split
from billing.rating.charge import ChargeLine
from billing.rating.rate import rate_many
from billing.tariffs.clauses import (
    AdderClause,
    Clause,
    DemandBasis,
    DemandClause,
    FixedClause,
    FixedPer,
    Tier,
    TierMode,
)
from billing.tariffs.tariff import Rounding, TariffVersion
from tests.billing.rating.tariffs import (
    DAY_AND_NIGHT,
    JUNE,
    NAMES,
    energy,
    rated,
    shown,
    supply,
    tariff_of,
)
from tests.examples import tried

HOURS = 30 * 24
SEEDS = st.integers(0, 2**32)
MODES = st.sampled_from(list(TierMode))
LINEAR: tuple[Clause, ...] = (
    energy("E.day", (None, "0.7123"), period="day"),
    energy("E.night", (None, "0.3101"), period="night"),
    AdderClause(key="FUND", names=NAMES, price=Decimal("0.0291")),
    FixedClause(key="S", names=NAMES, price=Decimal("37.77"), per=FixedPer.MONTH),
    FixedClause(key="F", names=NAMES, price=Decimal("1.23"), per=FixedPer.DAY),
)
BLOCKS: tuple[Clause, ...] = (
    energy("E.day", ("2000", "0.5"), ("9000", "0.7"), (None, "0.9"), period="day"),
    energy("E.night", ("2000", "0.2"), ("9000", "0.3"), (None, "0.4"), period="night"),
    DemandClause(
        key="D",
        names=NAMES,
        basis=DemandBasis.ACTUAL,
        tiers=(Tier(upto=None, price=Decimal("38.4")),),
        window=60,
    ),
)


def usage(seed: int, hours: int = HOURS, top: int = 60_000) -> list[int]:
    found: list[int] = np.random.default_rng(seed).integers(0, top, hours).tolist()
    return found


def linear(**special: object) -> TariffVersion:
    return tariff_of(*LINEAR, periods=DAY_AND_NIGHT, **special)


def by_clause(charges: tuple[ChargeLine, ...]) -> dict[str, Fraction]:
    sums: dict[str, Fraction] = {}
    for charge in charges:
        sums[charge.clause] = sums.get(charge.clause, Fraction(0)) + charge.unrounded
    return sums


@tried(25)
@given(SEEDS, st.integers(1, 29))
def test_a_month_split_at_any_day_costs_what_the_whole_costs(seed: int, day: int) -> None:
    known = supply(usage(seed), JUNE[0])
    cut = JUNE[0] + timedelta(days=day)
    whole = rated(linear(), known, *JUNE)
    before = rated(linear(), known, JUNE[0], cut - timedelta(days=1))
    after = rated(linear(), known, cut, JUNE[1])
    assert by_clause(before.charges + after.charges) == by_clause(whole.charges)


@tried(15)
@given(SEEDS, st.integers(2, 30))
def test_parts_of_a_month_that_a_new_version_splits_add_up_to_its_amount(
    seed: int, day: int
) -> None:
    known = supply(usage(seed), JUNE[0])
    later = linear(valid_from=date(2025, 6, day), version=2)
    parts = rated([linear(), later], known, *JUNE).charges
    assert sum(each.amount for each in parts if each.clause == "S") == Decimal("37.77")
    assert by_clause(parts) == by_clause(rated(linear(), known, *JUNE).charges)


@tried(25)
@given(SEEDS, SEEDS, st.sampled_from([TierMode.PRO_RATA, TierMode.PER_PERIOD]))
def test_intervals_may_change_places_within_their_tariff_period(
    seed: int, order: int, mode: TierMode
) -> None:
    tariff = tariff_of(*BLOCKS, periods=DAY_AND_NIGHT, tier_mode=mode)
    values = np.array(usage(seed))
    day = (np.arange(HOURS) % 24 >= 8) & (np.arange(HOURS) % 24 < 20)
    moved = values.copy()
    for mine in (day, ~day):
        moved[mine] = np.random.default_rng(order).permutation(values[mine])
    one, other = (
        shown(rated(tariff, supply(each.tolist(), JUNE[0]), *JUNE).charges)
        for each in (values, moved)
    )
    assert one == other


@tried(20)
@given(SEEDS)
def test_twice_the_transformer_ratio_is_twice_the_energy_and_the_demand(seed: int) -> None:
    tariff = tariff_of(*LINEAR[:3], BLOCKS[2], periods=DAY_AND_NIGHT)
    values = usage(seed)
    one = rated(tariff, supply(values, JUNE[0]), *JUNE).charges
    two = rated(tariff, supply([2 * each for each in values], JUNE[0]), *JUNE).charges
    assert [2 * each.unrounded for each in one] == [each.unrounded for each in two]


@tried(30)
@given(SEEDS, st.lists(st.integers(1, 99), min_size=1, max_size=9))
def test_shares_of_a_supply_add_up_to_it(seed: int, shares: list[int]) -> None:
    (line,) = rated(
        tariff_of(energy("E", (None, "0.7123"))), supply(usage(seed), JUNE[0]), *JUNE
    ).charges
    parts = split(line.amount, shares, 2)
    assert sum(parts) == line.amount
    assert all(
        abs(Fraction(part) - Fraction(line.amount) * share / sum(shares)) < Fraction(1, 100)
        for part, share in zip(parts, shares, strict=True)
    )


@tried(25)
@given(SEEDS, MODES, st.booleans())
def test_blocks_and_periods_share_out_exactly_what_was_used(
    seed: int, mode: TierMode, credit: bool
) -> None:
    values = usage(seed)
    if credit:
        values[100:160] = [-each for each in values[100:160]]
    tariff = tariff_of(
        *BLOCKS[:2], periods=DAY_AND_NIGHT, tier_mode=mode, rounding=Rounding(amount=2, quantity=3)
    )
    charges = rated(tariff, supply(values, JUNE[0]), *JUNE).charges
    assert sum(Fraction(each.quantity) for each in charges) == Fraction(sum(values), 1000)
    for charge in charges:
        assert charge.unrounded == Fraction(charge.quantity) * Fraction(charge.price)


@tried(15)
@given(SEEDS)
def test_blocks_in_the_order_of_time_are_what_a_walk_through_time_finds(seed: int) -> None:
    values = usage(seed)
    tariff = tariff_of(*BLOCKS[:2], periods=DAY_AND_NIGHT, tier_mode=TierMode.CHRONOLOGICAL)
    found = {
        (each.clause, each.proof["block"]): Fraction(each.quantity) * 1000
        for each in rated(tariff, supply(values, JUNE[0]), *JUNE).charges
    }
    walked: dict[tuple[str, object], Fraction] = {}
    level = 0
    for hour, value in enumerate(values):
        clause = "E.day" if 8 <= hour % 24 < 20 else "E.night"
        for block, (low, high) in enumerate(
            [(0, 2_000_000), (2_000_000, 9_000_000), (9_000_000, 10**15)], 1
        ):
            part = max(min(level + value, high) - max(level, low), 0)
            if part:
                walked[clause, block] = walked.get((clause, block), Fraction(0)) + part
        level += value
    assert found == walked


@tried(10)
@given(st.lists(SEEDS, min_size=2, max_size=5), MODES)
def test_many_supplies_together_are_rated_as_each_alone(seeds: list[int], mode: TierMode) -> None:
    tariff = tariff_of(*BLOCKS, *LINEAR[2:], periods=DAY_AND_NIGHT, tier_mode=mode)
    supplies = [(f"p{n}", supply(usage(seed), JUNE[0])) for n, seed in enumerate(seeds)]
    days = {"versions": [tariff], "first_day": JUNE[0], "last_day": JUNE[1], "position": 1}
    together = rate_many(supplies, **days)  # type: ignore[arg-type]
    alone = [rate_many([each], **days)[0] for each in supplies]  # type: ignore[arg-type]
    assert [[line.document() for line in each.charges] for each in together] == [
        [line.document() for line in each.charges] for each in alone
    ]


def test_rating_again_gives_the_same_documents() -> None:
    tariff = tariff_of(*BLOCKS, periods=DAY_AND_NIGHT, tier_mode=TierMode.CHRONOLOGICAL)
    known = supply(usage(7), JUNE[0])
    one, other = (rated(tariff, known, *JUNE).charges for _ in range(2))
    assert [each.document() for each in one] == [each.document() for each in other]
    assert replace(one[0], part_of="x").document() == one[0].document()
