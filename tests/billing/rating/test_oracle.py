"""Bills of random tariffs, worked out by others too: NREL-PySAM Utilityrate5.

Its traps are worked round: six columns of the energy matrix; the same bounds in every period and
month; a year of 8,760 hours that begins on a Monday without daylight saving; a look-back of n looks
at n + 1 months before the year, but at n within it, so that a history is tried in January alone and
the other months without one; a ratchet lies on the demand of tariff periods too, so that one
excludes the other. A run of every day tries 25 tariffs of a whole year each, `scripts/test slow`
500.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from billing.rating.charge import ChargeLine
from billing.rating.quantities import EarlierMaximum, History
from billing.tariffs.clauses import (
    Clause,
    DemandBasis,
    DemandClause,
    EnergyClause,
    Ratchet,
    Tier,
    TierMode,
)
from billing.tariffs.tariff import DayClass, Rounding, Season, TariffPeriod, TariffVersion, When
from tests.billing.rating.tariffs import NAMES, rated, supply, tariff_of
from tests.examples import tried

utilityrate = pytest.importorskip(
    "PySAM.Utilityrate5",
    reason="nrel-pysam is not installed: pip install the group `oracle` of pyproject.toml",
)

UTC_ZONE = ZoneInfo("UTC")
FIRST, LAST = date(2018, 1, 1), date(2018, 12, 31)
"""A year of 365 days that begins on a Monday, as the oracle's does."""
OPEN = 1e38
CLOSE = 1e-6
SUMMER = range(6, 9)
"""Months of the second season."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One random tariff with a year of usage."""

    seed: int
    schedule: tuple[tuple[int, ...], ...]
    """Tariff period of each hour: winter and summer, working days and weekends."""
    bounds: tuple[int, ...]
    """[kWh a month]"""
    prices: tuple[tuple[int, ...], ...]
    """By tariff period and block. [1/10000 currency / kWh]"""
    mode: TierMode
    demand: tuple[int, ...]
    """Prices by tariff period; none beside a ratchet, which the oracle lays on these too.
    [1/100 currency / kW]"""
    flat: int
    """Price of the maximum of all. [1/100 currency / kW]"""
    share: int
    """Of the ratchet. [%]"""
    months: int
    """That it looks back; 0 for no ratchet."""
    history: bool
    """Whether there are months before the year."""

    @property
    def periods(self) -> int:
        """Return how many tariff periods there are."""
        return len(self.prices)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    periods = draw(st.integers(1, 4))
    blocks = draw(st.integers(1, 3))
    hours = st.lists(st.integers(0, periods - 1), min_size=24, max_size=24).map(tuple)
    bounds = draw(
        st.lists(st.integers(1, 60_000), min_size=blocks - 1, max_size=blocks - 1, unique=True)
    )
    months = draw(st.integers(0, 11))
    row = st.lists(st.integers(0, 9999), min_size=blocks, max_size=blocks).map(tuple)
    return Case(
        seed=draw(st.integers(0, 2**32)),
        schedule=tuple(draw(hours) for _ in range(4)),
        bounds=tuple(sorted(bounds)),
        prices=tuple(draw(row) for _ in range(periods)),
        mode=draw(st.sampled_from([TierMode.CHRONOLOGICAL, TierMode.PRO_RATA])),
        demand=tuple(0 if months else draw(st.integers(0, 5000)) for _ in range(periods)),
        flat=draw(st.integers(1, 5000)),
        share=draw(st.integers(1, 100)),
        months=months,
        history=draw(st.booleans()) and months > 0,
    )


@tried(25, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(cases())
def test_every_month_of_a_random_tariff_costs_what_the_oracle_says(case: Case) -> None:
    generator = np.random.default_rng(case.seed)
    usage = generator.integers(0, 100_000, 8760)
    before = generator.integers(0, 200_000, 12) * int(case.history)
    ours = _ours(case, usage.tolist(), before.tolist())
    theirs = _theirs(case, usage / 1000, before / 1000)
    if not case.bounds:  # one price: one charge line for the whole year
        ours["energy"], theirs["energy"] = [sum(ours["energy"])], [sum(theirs["energy"])]
    if case.history:  # the oracle looks one month further back beyond January than within the year
        ours["flat"], theirs["flat"] = ours["flat"][:1], theirs["flat"][:1]
    for kind in ("energy", "flat", "bands"):
        assert ours[kind] == pytest.approx(theirs[kind], abs=CLOSE, rel=0), kind


def _ours(case: Case, usage: list[int], before: list[int]) -> dict[str, list[float]]:
    known = supply(
        usage,
        FIRST,
        zone=UTC_ZONE,
        history=History(
            maxima=tuple(
                EarlierMaximum(month=f"2017-{n:02d}", value=Decimal(each) / 1000)
                for n, each in enumerate(before, 1)
            )
        ),
    )
    charges = rated(_tariff(case), known, FIRST, LAST).charges
    return {
        "energy": _monthly(charges, "E."),
        "flat": _monthly(charges, "FLAT"),
        "bands": _monthly(charges, "D."),
    }


def _monthly(charges: tuple[ChargeLine, ...], prefix: str) -> list[float]:
    sums = [0.0] * 12
    for charge in charges:
        if charge.clause.startswith(prefix):
            sums[charge.first_day.month - 1] += float(charge.unrounded)
    return sums


def _tariff(case: Case) -> TariffVersion:
    uppers = [Decimal(each) for each in case.bounds]
    clauses: list[Clause] = [
        EnergyClause(
            key=f"E.{n}",
            names=NAMES,
            period=f"p{n}",
            tiers=tuple(
                Tier(upto=upto, price=Decimal(price) / 10_000)
                for upto, price in zip([*uppers, None], row, strict=True)
            ),
        )
        for n, row in enumerate(case.prices)
    ]
    ratchet = Ratchet(share=Decimal(case.share) / 100, months=case.months) if case.months else None
    clauses.append(_demand("FLAT", case.flat, None, ratchet))
    clauses += [_demand(f"D.{n}", price, f"p{n}", None) for n, price in enumerate(case.demand)]
    return tariff_of(
        *clauses,
        zone=UTC_ZONE,
        rounding=Rounding(amount=2, quantity=9),
        seasons=(
            Season(key="summer", start=(SUMMER[0], 1), end=(SUMMER[-1], 31)),
            Season(key="winter", start=None, end=None),
        ),
        day_classes=(
            DayClass(key="work", weekdays=frozenset(range(5))),
            DayClass(key="rest", weekdays=frozenset({5, 6})),
        ),
        periods=tuple(_period(case, n) for n in range(case.periods)),
        tier_mode=case.mode,
    )


def _demand(key: str, price: int, period: str | None, ratchet: Ratchet | None) -> DemandClause:
    return DemandClause(
        key=key,
        names=NAMES,
        basis=DemandBasis.ACTUAL,
        tiers=(Tier(upto=None, price=Decimal(price) / 100),),
        window=60,
        period=period,
        ratchet=ratchet,
    )


def _period(case: Case, index: int) -> TariffPeriod:
    when = [
        When(
            seasons=(season,),
            days=(day,),
            spans=tuple(
                (hour * 60, hour * 60 + 60) for hour, each in enumerate(row) if each == index
            ),
        )
        for (season, day), row in zip(
            [("winter", "work"), ("winter", "rest"), ("summer", "work"), ("summer", "rest")],
            case.schedule,
            strict=True,
        )
    ]
    return TariffPeriod(key=f"p{index}", names=NAMES, when=tuple(when))


def _theirs(case: Case, load: Any, before: Any) -> dict[str, list[float]]:
    model = utilityrate.new()
    model.Lifetime.assign(
        {"system_use_lifetime_output": 0, "analysis_period": 1, "inflation_rate": 0}
    )
    model.SystemOutput.assign({"gen": [0.0] * len(load), "degradation": [0]})
    model.Load.load = load.tolist()
    uppers = [*case.bounds, OPEN]
    nothing = dict.fromkeys(
        (
            *("ur_nm_yearend_sell_rate", "ur_nm_credit_month", "ur_nm_credit_rollover"),
            *("ur_monthly_fixed_charge", "ur_monthly_min_charge", "ur_annual_min_charge"),
            *("ur_en_ts_sell_rate", "ur_en_ts_buy_rate", "ur_sell_eq_buy"),
            *("TOU_demand_single_peak", "ur_billing_demand_minimum"),
        ),
        0,
    )
    work, rest = ([_hours(case, month, day) for month in range(1, 13)] for day in (0, 1))
    model.ElectricityRates.assign(
        nothing
        | {
            "rate_escalation": [0],
            "en_electricity_rates": 1,
            "ur_metering_option": 2 if case.mode is TierMode.CHRONOLOGICAL else 0,
            "ur_ec_tou_mat": [
                [p + 1, t + 1, uppers[t], 0, price / 10_000, 0]
                for p, row in enumerate(case.prices)
                for t, price in enumerate(row)
            ],
            "ur_ec_sched_weekday": work,
            "ur_ec_sched_weekend": rest,
            "ur_dc_enable": 1,
            "ur_dc_flat_mat": [[month, 1, OPEN, case.flat / 100] for month in range(12)],
            "ur_dc_tou_mat": [[p + 1, 1, OPEN, each / 100] for p, each in enumerate(case.demand)],
            "ur_dc_sched_weekday": work,
            "ur_dc_sched_weekend": rest,
            "ur_enable_billing_demand": int(case.months > 0),
            "ur_billing_demand_lookback_period": max(case.months - int(case.history), 0),
            "ur_billing_demand_lookback_percentages": [[case.share, 1]] * 12,
            "ur_dc_billing_demand_periods": [[p + 1, 1] for p in range(case.periods)],
            "ur_yearzero_usage_peaks": before.tolist(),
        }
    )
    model.execute()
    out = model.Outputs
    return {
        "energy": list(out.charge_wo_sys_ec_ym[1]),
        "flat": list(out.charge_wo_sys_dc_fixed_ym[1]),
        "bands": list(out.charge_wo_sys_dc_tou_ym[1]),
    }


def _hours(case: Case, month: int, day: int) -> list[int]:
    row = case.schedule[(2 if month in SUMMER else 0) + day]
    return [each + 1 for each in row]
