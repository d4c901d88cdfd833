"""The multiplier of a meter is proven at the meter, at the desk or without network."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from energy.metering.plant import Source
from processes.meter_acts import Did, acts_of
from processes.meter_import import import_meters
from processes.technician import Technician
from processes.technician_acts import Prove
from processes.technician_prove import prove_multiplier
from processes.technician_values import (
    ChecksFailedError,
    FieldRefusedError,
    NewPoint,
    Remarks,
    Removed,
    Sighted,
    Witnesses,
)
from simulator.cjt188_meter import Cjt188Meter, Cjt188Slaves, volume_values
from tests.fixtures.field import Field
from tests.fixtures.postgres import command
from tests.processes.test_laptop_sync import PEOPLE, Laptop, laptop
from tests.processes.test_meter_import import AT_WORK, SHOP, findings, table, take
from tests.processes.test_technician_device import shop, tenants
from tests.processes.test_technician_tenant import WATER

__all__ = ["laptop"]
pytestmark = pytest.mark.servers
NEXT = "78330011229999"


def test_a_multiplier_is_proven_without_network_and_the_server_agrees(
    laptop: Laptop, field: Field
) -> None:
    row = {**SHOP, **AT_WORK, "point": "b2-elec", "name": "Building 2", "unit": "2"}
    take(field, {**row, "multiplier": "40", "serial": "S-2"})
    laptop.take_pack()
    field.site.tick(60)
    act = Prove(
        point="b2-elec",
        displays=(field.display(2),),
        remarks=Remarks(people=PEOPLE),
        sighted=field.sighted(laptop.port, 40),
    )
    laptop.desk().act(act)
    done = laptop.sync()
    assert (done.applied, done.review) == (1, ())
    last = acts_of(field.site.application("metering"), field.site.site.key, "b2-elec")[-1]
    assert last.did is Did.MULTIPLIER_PROVED


def test_what_was_proven_when_it_came_is_not_proven_again(field: Field, port: int) -> None:
    new = NewPoint(name="Building 2", place="b2", utility="electricity")
    field.technician(port).commission(field.installed(2), new, watch_s=0)
    before = field.position()
    plates = Sighted(ratio=Fraction(40), load=field.sighted(port, 1).load)
    with pytest.raises(FieldRefusedError, match="nothing to prove"):
        prove_multiplier(field.desk(port), "b2-elec", (), plates, Remarks())
    assert field.position() == before


def test_a_factor_of_a_table_proves_none_of_the_next_water_meter_until_it_is_proven(
    field: Field,
) -> None:
    values = volume_values(volume=123_456, month_end=120_000, clock="20261122120000")
    taps = [
        Cjt188Meter(type=0x10, address=number, low_first=True, values=values)
        for number in (WATER, NEXT)
    ]
    row = {**SHOP, "point": "tap", "utility": "water", "profile": "cjt188_cold_water", "unit": ""}
    row |= {"source": "tenants", "meter": WATER, "edition": "2018", "multiplier": "10"}
    row |= {"serial": WATER, "since": "2018-12-01"}
    told: dict[str, Any] = {"point": "tap", "serial": NEXT, "displays": ("1234.56",)}
    told |= {"address": {"meter": NEXT, "edition": "2018"}, "source": "", "profile": ""}
    removed = Removed(displays=("1234.56",), reason="old")
    with tenants(field, "cjt188", Cjt188Slaves(taps)) as desk:
        import_meters(field.desk(1), table(row), dry_run=False, partial=False)
        field.site.tick(900)
        with pytest.raises(ChecksFailedError, match="would bill 10 times the display"):
            Technician(desk).replace(shop(**told), removed, watch_s=0)
        assert [(held.key.channel, held.open) for held in findings(field)] == [(1, True)]
        plate = Sighted(ratio=Fraction(10))
        prove_multiplier(desk, "tap", ("1234.56",), plate, Remarks())
        assert findings(field) == []
        field.site.tick(900)
        done = Technician(desk).replace(shop(**told), removed, watch_s=0)
        assert {check.name: check.code for check in done.checks}["multiplier"] == "factor_by_plate"
        assert field.site.rows("SELECT multiplier FROM {s}.segment ORDER BY start_at") == [
            ("10",),
            ("10",),
        ]


def test_two_people_prove_the_multiplier_behind_a_pulse_box_that_nobody_can_ask(
    field: Field,
) -> None:
    settings = {"host": "127.0.0.1", "port": 1883, "topic": "t/#"}
    boxes = Source(
        site=field.site.site.key,
        key="boxes",
        kind="mqtt",
        settings=settings,
        command_id=command("boxes"),
    )
    field.site.application("metering").store(boxes)
    field.site.project()
    row = {**SHOP, "point": "gas", "utility": "gas", "profile": "pulse", "source": "boxes"}
    row |= {"unit": "", "device": "box-7", "pulse_weight": "0.01", "multiplier": "10"}
    row |= {"serial": "G1", "since": "2018-12-01"}
    desk = field.desk(1)
    [taken] = import_meters(desk, table(row), dry_run=False, partial=False).rows
    assert "x 10 is not proven: no bill until `field prove gas`" in str(taken.text)
    assert [held.point for held in findings(field)] == ["gas"]
    alone = Remarks(people=Witnesses(technician="Ada Okoye"))
    ten, seven = Sighted(ratio=Fraction(10)), Sighted(ratio=Fraction(7))
    for sighted, remarks in ((ten, alone), (seven, Remarks(people=PEOPLE))):
        with pytest.raises(ChecksFailedError, match="no pulse box can be asked"):
            prove_multiplier(desk, "gas", (), sighted, remarks)
    both = Remarks(people=Witnesses(technician="Ada Okoye", witness="Bo Lindqvist"))
    prove_multiplier(desk, "gas", (), ten, both)
    assert findings(field) == []
