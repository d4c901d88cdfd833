"""What a plant did beside its past: like hours, unknown ones, starts and stops, clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dashboards.queries.plant_rows import Bins, PlantKind, PlantMeter, PlantWork
from dashboards.queries.plant_work import Told, is_output, kind_of, plant_work
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors, Factor, Measure
from energy.metering.usage import UsageSpan

ZONE = ZoneInfo("Europe/London")
START = datetime(2026, 2, 2, tzinfo=UTC)
PAST_H, DAY_H = 28 * 24, 24
STEP_S = 900
COOL = PlantMeter(point="cool", name="Cool", utility=Utility.COOLING, out=True)
POWER = PlantMeter(point="power", name="Power", utility=Utility.ELECTRICITY, out=False)
GAS = PlantMeter(point="gas", name="Gas", utility=Utility.GAS, out=False)
SUN = PlantMeter(point="sun", name="Sun", utility=Utility.ELECTRICITY, out=True)


def span(per_hour: list[int], missing: tuple[int, ...] = ()) -> UsageSpan:
    """Return quarter-hours of hours; some quarter-hours are missing."""
    usage = np.repeat(np.array(per_hour, dtype=np.int64) // 4, 4)
    quality = np.zeros(len(usage), dtype=np.uint8)
    quality[list(missing)] = Quality.MISSING
    return UsageSpan(channel=1, start=START, step_s=STEP_S, usage=usage, quality=quality)


def work(
    *pairs: tuple[PlantMeter, UsageSpan],
    weather: dict[datetime, float] | None = None,
    factors: ConversionFactors | None = None,
) -> PlantWork:
    return plant_work(
        Told(
            meters=[meter for meter, _ in pairs],
            spans={meter.point: each for meter, each in pairs},
            factors=factors or ConversionFactors(),
            weather=weather,
            start=START,
            first=START + timedelta(hours=PAST_H),
            now=START + timedelta(hours=PAST_H + DAY_H),
            zone=ZONE,
        )
    )


def test_efficiency_is_what_came_out_per_what_went_in_of_hours_known_on_both_sides() -> None:
    cool = span([36_000 * 400] * (PAST_H + DAY_H), missing=((PAST_H + 5) * 4,))
    power = span([100_000] * PAST_H + [80_000] * DAY_H, missing=((PAST_H + 7) * 4 + 2,))
    told = work((COOL, cool), (POWER, power))
    assert told.percent
    assert told.efficiency == pytest.approx(5.0)
    assert told.like == pytest.approx(4.0)
    assert told.against == pytest.approx(1.25)
    assert told.compared == DAY_H - 2
    assert told.bins is Bins.WEEK_HOUR
    unknown = [n for n, hour in enumerate(told.hours) if hour.efficiency is None]
    assert unknown == [5, 7], "an hour with a gap is no hour of the sum"
    amounts = {flow.utility: flow.amount for flow in told.flows}
    assert amounts[Utility.ELECTRICITY] == 80_000 * DAY_H - 20_000


def test_like_hours_are_those_as_warm() -> None:
    hours = PAST_H + DAY_H
    warm = [n % 2 == 0 for n in range(hours)]
    power = [100_000 if w else 50_000 for w in warm]
    cool = span([36_000 * 300] * hours)
    weather = {
        START + timedelta(hours=n): (31.0 if w else 15.5)
        for n, w in enumerate(warm)
        if n != PAST_H + 3
    }
    told = work((COOL, cool), (POWER, span(power)), weather=weather)
    assert told.bins is Bins.TEMPERATURE
    assert told.compared == DAY_H - 1, "an hour without weather is not compared"
    assert [hour.expected for hour in told.hours[:4]] == [
        pytest.approx(3.0),
        pytest.approx(6.0),
        pytest.approx(3.0),
        None,
    ]
    assert told.against == pytest.approx(1.0)


def test_weather_that_was_never_so_leaves_the_week_to_compare_with() -> None:
    hours = PAST_H + DAY_H
    cold = {START + timedelta(hours=n): (5.0 if n < PAST_H else 35.0) for n in range(hours)}
    told = work((COOL, span([36_000] * hours)), (POWER, span([500] * hours)), weather=cold)
    assert told.bins is Bins.WEEK_HOUR


def test_without_a_past_nothing_is_expected() -> None:
    hours = PAST_H + DAY_H
    gone = tuple(range(PAST_H * 4))
    told = work(
        (COOL, span([36_000] * hours, missing=gone)), (POWER, span([500] * hours, missing=gone))
    )
    assert (told.like, told.against, told.compared) == (None, None, 0)
    assert told.efficiency == pytest.approx(2.0)


def test_a_plant_that_takes_nothing_is_compared_by_what_it_gives() -> None:
    hours = PAST_H + DAY_H
    given = [n % 24 * 4000 for n in range(PAST_H)] + [n % 24 * 3000 for n in range(DAY_H)]
    weather = {START + timedelta(hours=n): 40.0 * (n % 24) for n in range(hours)}
    told = work((SUN, span(given)), weather=weather)
    assert told.bins is Bins.IRRADIANCE
    assert told.efficiency is None
    assert told.against == pytest.approx(0.75, abs=0.02)
    assert all(hour.taken is None for hour in told.hours)


def test_gas_without_a_factor_is_told_by_the_cubic_metre_with_one_as_a_share() -> None:
    hours = PAST_H + DAY_H
    heat = PlantMeter(point="heat", name="Heat", utility=Utility.HEATING, out=True)
    pairs = (heat, span([9 * 10_000_000] * hours)), (GAS, span([280_000] * hours))
    bare = work(*pairs)
    assert not bare.percent
    assert bare.efficiency == pytest.approx(9 / 280)
    gj = Factor(
        utility=Utility.GAS,
        measure=Measure.GJ,
        value=Fraction("35.9"),
        unit="m3",
        first=START.date(),
        source="certificate",
    )
    told = work(*pairs, factors=ConversionFactors([gj]))
    assert told.percent
    assert told.efficiency == pytest.approx(9 / (280 * 0.0359), rel=1e-6)


def test_starts_and_stops_are_told_with_what_went_before_and_not_across_a_gap() -> None:
    given = [36_000_000] * PAST_H + [0] * 6 + [36_000_000] * 4 + [0] * 8 + [36_000_000] * 6
    gap = tuple(range((PAST_H + 12) * 4, (PAST_H + 14) * 4))
    told = work((COOL, span(given, missing=gap)), (POWER, span([1000] * (PAST_H + DAY_H))))
    at = [(turn.at - START) // timedelta(hours=1) - PAST_H for turn in told.turns]
    assert list(zip(at, [turn.on for turn in told.turns], strict=True)) == [
        (18, True),
        (10, False),
        (6, True),
    ]
    assert [turn.before_s for turn in told.turns] == [None, 4 * 3600, None]
    assert told.starts == 2
    assert told.run_s == 10 * 3600
    assert told.known_s == (DAY_H - 2) * 3600


def test_hours_of_the_week_follow_the_local_clock_over_its_change() -> None:
    start = datetime(2026, 3, 27, tzinfo=UTC)
    hours = 96
    usage = np.full(hours * 4, 9000, dtype=np.int64)
    quality = np.zeros(len(usage), dtype=np.uint8)
    spans = {
        each.point: UsageSpan(channel=1, start=start, step_s=STEP_S, usage=usage, quality=quality)
        for each in (COOL, POWER)
    }
    told = plant_work(
        Told(
            meters=[COOL, POWER],
            spans=spans,
            factors=ConversionFactors(),
            weather=None,
            start=start,
            first=start + timedelta(hours=47),
            now=start + timedelta(hours=hours),
            zone=ZONE,
        )
    )
    assert len(told.hours) == hours - 47
    assert told.efficiency == pytest.approx(1 / 36)


@pytest.mark.parametrize(
    ("sides", "kind"),
    [
        ([(Utility.COOLING, True), (Utility.ELECTRICITY, False)], PlantKind.CHILLER),
        ([(Utility.COOLING, True), (Utility.HEATING, False)], PlantKind.CHILLER),
        ([(Utility.HEATING, True), (Utility.GAS, False)], PlantKind.BOILER),
        ([(Utility.HEATING, True), (Utility.ELECTRICITY, False)], PlantKind.HEAT_PUMP),
        ([(Utility.STEAM, True), (Utility.GAS, False)], PlantKind.STEAM_BOILER),
        ([(Utility.ELECTRICITY, True)], PlantKind.GENERATOR),
        ([(Utility.ELECTRICITY, True), (Utility.GAS, False)], PlantKind.GENERATOR),
        ([(Utility.WATER, False)], PlantKind.OTHER),
    ],
)
def test_a_plant_is_what_goes_in_and_comes_out(
    sides: list[tuple[Utility, bool]], kind: PlantKind
) -> None:
    assert kind_of(sides) is kind


def test_what_comes_out_follows_from_the_utilities_of_a_plant() -> None:
    absorber = [Utility.COOLING, Utility.HEATING, Utility.ELECTRICITY]
    assert is_output(Utility.COOLING, absorber, source=False)
    assert not is_output(Utility.HEATING, absorber, source=False)
    assert not is_output(Utility.ELECTRICITY, absorber, source=False)
    assert is_output(Utility.ELECTRICITY, [Utility.ELECTRICITY], source=True)
    assert not is_output(Utility.GAS, [Utility.GAS, Utility.STEAM], source=False)
