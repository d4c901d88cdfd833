"""Members of a class of meters: those that a device served in the period, as known then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest

from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.views.computed import channel_usage
from energy.views.computed_inputs import inputs_behind
from processes.formula_reads import explain_formula
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.meters import commission, counter_facts, find_meter, retire
from tests.fixtures.meters import replace as change_device
from tests.fixtures.postgres import TestSite
from tests.processes.test_formula_desk import DAY, NET, campus, define, register, usage

__all__ = ["campus"]
pytestmark = pytest.mark.servers
GAS = replace(counter_facts(quantity="volume"), utility=Utility.GAS, unit="m3")
CORRECTED = replace(GAS, quantity="volume_base")
HALF = (NET.replace("[grid] - [pv]", "sum(meters(gas)) / 2").replace("electricity", "gas")).replace(
    '"kWh"', '"m3"'
)
KNOWN, MISSING = (48_000, Quality.INTERPOLATED), (None, Quality.MISSING)


def behind(site: TestSite, as_of: int | None = None, *, days: int = 1) -> set[int]:
    """Return the channels that the formula rests on."""
    ((net,),) = site.rows("SELECT number FROM {s}.channel WHERE point = 'net'")
    zone = site.site.zone
    period = span_of_days(DAY, DAY + timedelta(days=days - 1), zone)
    with site.writer.connection() as connection:
        return inputs_behind(connection, site.schema, zone, [net], period, as_of)


def serve(site: TestSite, point: str, *, days: int | Fraction) -> None:
    """Let a device serve a planned point from a day on."""
    meter = find_meter(site.application("metering"), site.site.key, point)
    seconds = int(days * 86_400)
    commission(meter, since=MIDNIGHT + timedelta(seconds=seconds))
    site.application("metering").store(meter)
    site.project()


def test_a_meter_that_is_only_planned_changes_nothing_of_its_class(campus: TestSite) -> None:
    boiler = campus.counter("boiler", facts=GAS)
    register(campus, boiler, 100)
    define(campus, HALF)
    assert usage(campus, "net") == [KNOWN]
    campus.counter("corrector", facts=CORRECTED, commissioned=False)
    campus.project()
    assert usage(campus, "net") == [KNOWN]
    assert behind(campus) == {boiler}


def test_a_meter_that_never_adds_up_breaks_a_class_only_from_when_it_serves(
    campus: TestSite,
) -> None:
    boiler = campus.counter("boiler", facts=GAS)
    register(campus, boiler, 100)
    define(campus, HALF)
    then = campus.mark("bill run")
    corrector = campus.counter("corrector", facts=CORRECTED, commissioned=False)
    serve(campus, "corrector", days=1)
    assert usage(campus, "net") == [KNOWN]
    assert usage(campus, "net", as_of=str(then), days=2) == [KNOWN, KNOWN]
    assert usage(campus, "net", days=2) == [KNOWN, MISSING]
    assert behind(campus, days=2) == {boiler, corrector}  # what bars them bars the bill


def missing_quarters(site: TestSite) -> list[int]:
    """Return which of the day's quarter-hours are missing of the formula."""
    ((net,),) = site.rows("SELECT number FROM {s}.channel WHERE point = 'net'")
    zone = site.site.zone
    with site.writer.connection() as connection:
        spans = channel_usage(
            connection, site.schema, zone, [net], span_of_days(DAY, DAY, zone), None
        )
    known = spans[net].usage[spans[net].quality != Quality.MISSING]
    assert set(known.tolist()) == {500}
    return np.flatnonzero(spans[net].quality == Quality.MISSING).tolist()


def test_only_the_intervals_in_which_unlike_meters_serve_are_missing(campus: TestSite) -> None:
    register(campus, campus.counter("boiler", facts=GAS), 100)
    idle = campus.counter("idle", facts=GAS)
    register(campus, idle, 0)
    define(campus, HALF)
    corrector = campus.counter("corrector", facts=CORRECTED, commissioned=False)
    serve(campus, "corrector", days=Fraction(607, 1440))  # at 10:07
    assert missing_quarters(campus) == list(range(40, 96))
    metering = campus.application("metering")
    meter = find_meter(metering, campus.site.key, "idle")  # exchanged within an interval
    exchanged = MIDNIGHT + timedelta(hours=2, minutes=7)
    change_device(meter, when=exchanged, final={idle: 0}, start={idle: 0})
    metering.store(meter)
    campus.project()
    assert missing_quarters(campus) == list(range(40, 96))
    meter = find_meter(metering, campus.site.key, "corrector")
    retire(meter, when=MIDNIGHT + timedelta(hours=12, minutes=20), final={corrector: 0})
    metering.store(meter)
    campus.project()
    assert missing_quarters(campus) == list(range(40, 50))
    assert usage(campus, "net", days=2) == [MISSING, KNOWN]
    early = explain_formula(
        campus.writer, campus.site, "net", MIDNIGHT + timedelta(hours=9), day=False
    )
    whole = explain_formula(campus.writer, campus.site, "net", MIDNIGHT, day=True)
    assert (early.steps[0].value, whole.steps[0].value) == (Fraction(1, 2), None)


def test_what_is_left_of_a_class_that_measures_something_else_is_missing(campus: TestSite) -> None:
    boiler = campus.counter("boiler", facts=GAS)
    register(campus, boiler, 100)
    define(campus, HALF)
    corrector = campus.counter("corrector", facts=CORRECTED, commissioned=False)
    serve(campus, "corrector", days=1)
    metering = campus.application("metering")
    meter = find_meter(metering, campus.site.key, "boiler")
    retire(meter, when=MIDNIGHT + timedelta(days=1), final={boiler: 9600})
    metering.store(meter)
    register(campus, corrector, 100)
    # Cubic metres at base conditions alone are none at operating conditions.
    assert usage(campus, "net", days=2) == [KNOWN, MISSING]


def test_a_meter_known_later_is_no_member_of_a_class_as_known_before(campus: TestSite) -> None:
    register(campus, campus.counter("boiler", facts=GAS), 100)
    define(campus, HALF)
    then = campus.mark("bill run")
    second = campus.counter("second", facts=GAS)
    register(campus, second, 100)
    assert usage(campus, "net") == [(96_000, Quality.INTERPOLATED)]
    assert usage(campus, "net", as_of=str(then)) == [KNOWN]
    assert second not in behind(campus, then)


def test_a_class_that_nothing_serves_yet_used_nothing(campus: TestSite) -> None:
    campus.counter("boiler", facts=GAS, commissioned=False)
    campus.project()
    define(campus, HALF)
    campus.counter("corrector", facts=CORRECTED, commissioned=False)
    campus.project()
    assert usage(campus, "net") == [(0, Quality.MEASURED)]
