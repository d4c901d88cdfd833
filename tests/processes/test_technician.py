"""A technician at the simulator's own Modbus gateway, with a real journal."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from adapters.modbus.register_map import load
from energy.base.errors import EnergyError, UnknownMeterError
from energy.base.period import Period
from energy.base.quality import Quality
from energy.journal.verify import verify
from energy.metering.channel import Side
from energy.metering.reading import Reading
from energy.views.usage import read_spans
from processes.collect_plan_file import plan_from_registry
from processes.collector_plan import CollectPlan
from processes.technician_device import ProfileMismatchError
from processes.technician_values import (
    ChecksFailedError,
    Done,
    FieldRefusedError,
    NewPoint,
    NoContactError,
    Removed,
    Witnesses,
)
from simulator.plant import ElectricMeter
from tests.fixtures.field import Field
from tests.fixtures.gateway import gateway
from tests.fixtures.meters import planned
from tests.fixtures.postgres import NOON

pytestmark = pytest.mark.servers
NEW = NewPoint(name="Building 2", place="b2", utility="electricity")


def test_a_meter_is_commissioned_at_a_new_point_with_its_record_and_first_reading(
    field: Field, port: int
) -> None:
    people = Witnesses(technician="Ada Okoye", witness="Bo Lindqvist")
    load = field.sighted(port, 4)
    installed = field.installed(
        2, people=people, seals=("A88123",), multiplier=Fraction(4), sighted=load
    )
    plan_from_registry(field.system.database, field.site.site).save(field.plan_file)
    done = field.technician(port).commission(installed, NEW, watch_s=60)

    assert {check.name: check.outcome.value for check in done.checks} == {
        "voltage": "ok",
        "frequency": "ok",
        "display active_energy_import": "ok",
        "counter and power": "ok",
        "serial": "noted",
        "known load": "ok",
        "side": "ok",
        "multiplier": "ok",
    }
    assert done.counts["active_energy_import"] == field.count(2)
    meter = field.meter()
    assert (meter.serial, meter.profile, meter.address) == ("S-2", "abb_b23_b24", {"unit": 2})
    assert meter.multiplier == "4"
    [(record, start_count, at)] = field.site.rows(
        "SELECT m.record, s.start_count, s.start_at FROM {s}.meter AS m "
        "JOIN {s}.segment AS s ON s.channel = 1 WHERE m.point = 'b2-elec'"
    )
    assert record["seal"] == "A88123"
    assert start_count == field.count(2)
    assert at == NOON + timedelta(seconds=60)
    vault = field.system.vault
    sealed = record["technician"]
    assert vault.open(UUID(sealed["person"]), sealed["name_sealed"]) == "Ada Okoye"
    states = field.site.rows("SELECT state FROM {s}.metering_events")
    assert not [state for (state,) in states if b"Okoye" in state or b"Lindqvist" in state]
    readings = field.site.rows("SELECT channel, at, count, quality FROM {s}.reading ORDER BY 1")
    assert readings[0] == (1, at, field.count(2), Quality.MEASURED)
    assert [m.point for m in CollectPlan.load(field.plan_file).meters] == ["b2-elec"]
    with field.system.database.connection() as connection:
        assert verify(connection, field.site.schema, "metering").chain_ok


def test_a_display_a_hundred_times_the_register_is_refused_and_nothing_written(
    field: Field, port: int
) -> None:
    before = field.position()
    cents = field.count(2)
    with pytest.raises(ChecksFailedError, match="scale off by 100") as refused:
        field.technician(port).commission(
            field.installed(2, displays=(f"{cents}.0",)), NEW, watch_s=0
        )
    assert f"display {cents}.0 but register" in str(refused.value)
    assert field.position() == before


def test_a_unit_that_does_not_answer_is_no_contact_with_cause_and_next_step(
    field: Field, port: int
) -> None:
    before = field.position()
    with pytest.raises(NoContactError) as silent:
        field.technician(port).commission(
            replace(field.installed(2), address={"unit": 9}), NEW, watch_s=0
        )
    message = str(silent.value)
    assert f"No answer at 127.0.0.1:{port} unit 9 in 1 s" in message
    assert "check its bus and power" in message
    assert field.position() == before


def test_a_gateway_that_is_away_is_no_contact(field: Field) -> None:
    with gateway([], field.site.clock) as port:
        pass
    with pytest.raises(NoContactError, match="is the device or gateway on"):
        field.technician(port).commission(field.installed(2), NEW, watch_s=0)


def test_a_device_of_another_product_is_refused_by_its_registers(field: Field, port: int) -> None:
    with pytest.raises(ProfileMismatchError, match="The profile is for Eastron"):
        field.technician(port).commission(
            field.installed(2, profile="eastron_sdm630"), NEW, watch_s=0
        )


def commissioned(field: Field, port: int, unit: int = 2, **changes: Any) -> Done:
    return field.technician(port).commission(field.installed(unit, **changes), NEW, watch_s=0)


def test_a_serial_and_a_unit_serve_one_point_only(field: Field, port: int) -> None:
    commissioned(field, port)
    before = field.position()
    other = field.installed(5, point="b5-elec")
    with pytest.raises(FieldRefusedError, match=r"S-2 already commissioned at b2-elec since 2019"):
        field.technician(port).commission(replace(other, serial="S-2"), NEW, watch_s=0)
    with pytest.raises(
        FieldRefusedError, match=r"Address unit 2 of modbus-1 already serves b2-elec"
    ):
        field.technician(port).commission(replace(other, address={"unit": 2}), NEW, watch_s=0)
    assert field.position() == before


def test_a_place_or_source_that_is_unknown_is_named_with_the_known_ones(
    field: Field, port: int
) -> None:
    technician = field.technician(port)
    with pytest.raises(FieldRefusedError, match=r"No place 'roof' at this site. Known: b2"):
        technician.commission(field.installed(2), replace(NEW, place="roof"), watch_s=0)
    with pytest.raises(FieldRefusedError, match=r"No source 'bus-7' at this site. Known: modbus-1"):
        technician.commission(field.installed(2, source="bus-7"), NEW, watch_s=0)
    with pytest.raises(UnknownMeterError):
        technician.commission(field.installed(2), None, watch_s=0)


def test_the_same_commissioning_again_writes_nothing_and_another_is_refused(
    field: Field, port: int
) -> None:
    first = commissioned(field, port)
    before = field.position()
    again = commissioned(field, port)
    assert again.again
    assert again.at == first.at
    with pytest.raises(FieldRefusedError, match="Use `field replace`"):
        commissioned(field, port, serial="S-2b")
    assert field.position() == before


def test_usage_before_and_after_a_replacement_adds_up_to_both_registers_exactly(
    field: Field, port: int
) -> None:
    start = commissioned(field, port).counts["active_energy_import"]
    field.site.tick(900)
    field.site.accept(Reading(channel=1, at=field.site.clock.now(), count=field.count(2)))
    field.site.tick(1_333)
    removed = Removed(displays=(field.display(2),), reason="calibration is due")
    done = field.technician(port).replace(
        field.installed(102, source="", profile=""), removed, watch_s=0
    )
    assert done.final_counts == {"active_energy_import": field.count(2)}
    assert done.counts["active_energy_import"] == field.count(102)
    field.site.clock.move_to(NOON + timedelta(hours=1))
    last = field.count(102)
    field.site.accept(Reading(channel=1, at=field.site.clock.now(), count=last))
    field.site.project()

    counts = done.final_counts["active_energy_import"] - start
    counts += last - done.counts["active_energy_import"]
    period = Period(start=NOON, end=NOON + timedelta(hours=1))
    with field.system.database.connection() as connection:
        span = read_spans(connection, field.site.schema, [1], period)[1]
    assert Quality.MISSING not in set(span.quality.tolist())
    assert int(span.usage.sum()) == counts * 10
    assert field.meter().serial == "S-102"


def test_a_silent_old_meter_is_taken_from_its_display(field: Field, port: int) -> None:
    commissioned(field, port)
    field.site.tick(900)
    display = field.display(2)
    spares: list[ElectricMeter] = [m for m in field.meters.values() if m.unit > 100]
    with gateway(spares, field.site.clock) as only_new:
        technician = field.technician(only_new)
        done = technician.replace(
            field.installed(102), Removed(displays=(display,), reason="burnt"), watch_s=0
        )
    assert done.final_counts == {"active_energy_import": int(Fraction(display) * 100)}
    noted = [check.text for check in done.checks if check.name == "final reading"]
    assert "S-2 is silent, its display counts" in noted[0]


def test_a_final_display_below_the_last_reading_is_refused_and_the_point_asked_again(
    field: Field, port: int
) -> None:
    commissioned(field, port)
    plan_from_registry(field.system.database, field.site.site).save(field.plan_file)
    before = field.position()
    spares = [m for m in field.meters.values() if m.unit > 100]
    with gateway(spares, field.site.clock) as only_new:
        technician = field.technician(only_new)
        with pytest.raises(ChecksFailedError, match="but the register was at"):
            technician.replace(
                field.installed(102), Removed(displays=("3.5",), reason="burnt"), watch_s=0
            )
    assert field.position() == before
    assert [m.point for m in CollectPlan.load(field.plan_file).meters] == ["b2-elec"]


def test_a_final_display_that_is_not_the_old_register_is_refused(field: Field, port: int) -> None:
    commissioned(field, port)
    field.site.tick(900)
    before = field.position()
    wrong = Removed(displays=(f"{field.count(2)}",), reason="calibration is due")
    with pytest.raises(ChecksFailedError, match=r"old meter: display .* scale off by 100"):
        field.technician(port).replace(field.installed(102), wrong, watch_s=0)
    assert field.position() == before


def test_a_new_meter_at_the_old_unit_needs_the_old_display(field: Field, port: int) -> None:
    commissioned(field, port)
    field.site.tick(900)
    old = field.display(2)
    swapped = replace(field.meters[102], unit=2)
    with gateway([swapped], field.site.clock) as same_unit:
        done = field.technician(same_unit).replace(
            field.installed(2, serial="S-new", displays=(field.display(102),)),
            Removed(displays=(old,), reason="burnt"),
            watch_s=0,
        )
    assert done.final_counts == {"active_energy_import": int(Fraction(old) * 100)}
    assert done.counts["active_energy_import"] == field.count(102)


def test_a_new_meter_already_read_as_the_old_one_is_refused(field: Field, port: int) -> None:
    commissioned(field, port)
    old = field.display(2)
    field.site.tick(900)
    field.site.accept(Reading(channel=1, at=field.site.clock.now(), count=field.count(102)))
    swapped = replace(field.meters[102], unit=2)
    with gateway([swapped], field.site.clock) as same_unit:
        technician = field.technician(same_unit)
        with pytest.raises(FieldRefusedError, match="has read the new meter as S-2 already"):
            technician.replace(
                field.installed(2, serial="S-new", displays=(field.display(102),)),
                Removed(displays=(old,), reason="burnt"),
                watch_s=0,
            )


def plan_point(field: Field, **changes: Any) -> None:
    """Plan the point as a site file with `planned = true` does."""
    facts = [load("abb_b23_b24").facts(q) for q in ("active_energy_import", "active_power")]
    facts[0] = replace(facts[0], **changes)
    field.site.application("metering").store(planned(field.site.site.key, "b2-elec", 1, *facts))


def test_a_point_planned_in_the_site_file_needs_the_device_only(field: Field, port: int) -> None:
    plan_point(field)
    technician = field.technician(port)
    assert technician.knows("b2-elec")
    done = technician.commission(field.installed(2), None, watch_s=0)
    assert done.counts["active_energy_import"] == field.count(2)
    [(start_count,)] = field.site.rows("SELECT start_count FROM {s}.segment WHERE channel = 1")
    assert start_count == field.count(2)


def test_a_device_that_counts_in_other_steps_than_its_point_is_refused(
    field: Field, port: int
) -> None:
    plan_point(field, resolution=Fraction(1, 1000))
    with pytest.raises(FieldRefusedError, match=r"in steps of 0.01 kWh, the point counts 0.001"):
        field.technician(port).commission(field.installed(2), None, watch_s=0)


def test_a_point_without_a_meter_cannot_be_replaced(field: Field, port: int) -> None:
    with pytest.raises(UnknownMeterError):
        field.technician(port).replace(
            field.installed(2), Removed(displays=("1",), reason="?"), watch_s=0
        )


def test_every_refusal_says_what_to_do_next(field: Field, port: int) -> None:
    technician = field.technician(port)
    tries = [
        field.installed(2, serial=" "),
        replace(field.installed(2), address={"unit": 0}),
        field.installed(2, displays=("12,5",)),
        field.installed(2, displays=("active_energy_export=1",)),
    ]
    for installed in tries:
        with pytest.raises(EnergyError) as refused:
            technician.commission(installed, NEW, watch_s=0)
        assert len(str(refused.value).split(". ")) >= 2, refused.value


def test_the_clock_of_the_records_is_the_site_s_own(field: Field, port: int) -> None:
    assert commissioned(field, port).at == datetime(2019, 1, 1, 12, tzinfo=UTC).isoformat()


def test_a_register_of_an_unknown_side_needs_what_the_check_has_settled(
    field: Field, port: int
) -> None:
    technician = field.technician(port)
    with pytest.raises(FieldRefusedError, match="does not say on which side"):
        technician.commission(field.installed(2, side=None), NEW, watch_s=0)
    twice = field.installed(2, side=Side.PRIMARY, multiplier=Fraction(40))
    with pytest.raises(ChecksFailedError, match=r"not proven\. Switch a known load on"):
        technician.commission(twice, NEW, watch_s=0)
    technician.commission(field.installed(2, side=Side.PRIMARY), NEW, watch_s=0)
    assert field.site.rows("SELECT side FROM {s}.channel WHERE number = 1") == [("primary",)]
    [(record,)] = field.site.rows("SELECT record FROM {s}.meter")
    assert record["side"] == "primary"


def test_every_refusal_and_every_check_is_told_in_chinese_too(field: Field, port: int) -> None:
    wrong = field.installed(2, displays=(f"{field.count(2)}.0",))
    with pytest.raises(ChecksFailedError) as refused:
        field.technician(port).commission(wrong, NEW, watch_s=0)
    assert "比例相差 100 倍" in refused.value.told("zh")
    away = field.installed(2, address={"unit": 9})
    with pytest.raises(NoContactError) as silent:
        field.technician(port).commission(away, NEW, watch_s=0)
    assert "无应答" in silent.value.told("zh")
    assert not re.search("[\u4e00-\u9fff]", str(silent.value))
    for check in commissioned(field, port).checks:
        assert re.search("[\u4e00-\u9fff]", " ".join(check.told("zh"))), check
