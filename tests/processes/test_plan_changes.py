from __future__ import annotations

from dataclasses import replace

from processes.plan_changes import changed, own_part
from tests.processes.test_collector_plan import BUS, ELECTRIC, GAS, PLAN, PULSES

SECOND = replace(BUS, key="modbus-2", host="10.0.0.9")
TWO = replace(PLAN, sources=(BUS, PULSES, SECOND))


def test_the_same_plan_touches_nothing() -> None:
    assert changed(PLAN, PLAN).is_nothing


def test_a_meter_replaced_touches_its_own_bus_only() -> None:
    other = replace(ELECTRIC, serial="another")
    change = changed(TWO, replace(TWO, meters=(other, GAS)))
    assert change.gone == {"modbus-1"}
    assert [source.key for source in change.fresh.sources] == ["modbus-1"]
    assert change.fresh.meters == (other,)


def test_two_sources_on_one_gateway_are_renewed_together() -> None:
    same = replace(BUS, key="modbus-3")
    before = replace(PLAN, sources=(BUS, same, PULSES))
    change = changed(before, replace(before, sources=(BUS, replace(same, interval_s=10), PULSES)))
    assert change.gone == {"modbus-1", "modbus-3"}


def test_a_source_that_ends_and_one_that_begins() -> None:
    gone = changed(TWO, PLAN)
    assert (gone.gone, gone.fresh.sources) == ({"modbus-2"}, ())
    fresh = changed(PLAN, TWO)
    assert (fresh.gone, fresh.fresh.sources) == (frozenset(), (SECOND,))


def test_a_machine_collects_the_sources_named_for_it() -> None:
    assert own_part(TWO, "") == TWO
    mine = own_part(TWO, "modbus-2, pulses-1")
    assert [source.key for source in mine.sources] == ["pulses-1", "modbus-2"]
    assert mine.meters == (GAS,)
