"""Chinese meters are looked at as Modbus devices are: voltages, display, side and ratio."""

from __future__ import annotations

from fractions import Fraction

import pytest

from processes.technician_checks import Outcome, display_of
from processes.technician_look import Beside
from processes.technician_look_framed import look_framed
from simulator.dlt645_meter import Dlt645Slaves, three_phase
from tests.fixtures.field import Field
from tests.processes.test_technician_device import tenants
from tests.processes.test_technician_tenant import ADDRESS, DRAWN, WATER, cold_water

pytestmark = pytest.mark.servers


def test_an_electricity_meter_is_judged_with_the_ratio_of_its_transformers(field: Field) -> None:
    meters = Dlt645Slaves([three_phase(ADDRESS, drawn=DRAWN, power=31_250)])
    with tenants(field, "dlt645", meters) as desk:
        device = desk.device(
            source="tenants", address={"meter": ADDRESS}, profile="dlt645_three_phase"
        )
        ratio = Fraction(30)
        beside = Beside(ratio=ratio, multiplier=Fraction(1), display=display_of("15203.41"))
        found = look_framed(device, beside, clock=desk.clock, watch_s=0, pause=desk.pause)
        told = {each.name: each for each in found.judgements}
        assert told["voltage"].outcome is Outcome.OK
        assert told["display"].outcome is Outcome.OK
        assert told["side"].code == "side_stated_secondary"
        assert told["multiplier"].code == "never_applied"
        assert [each.energy for each in found.candidates] == [
            Fraction("15203.41"),
            30 * Fraction("15203.41"),
        ]
        assert f"meter {ADDRESS}" in found.where


def test_a_water_meter_shows_its_volume_against_the_display(field: Field) -> None:
    with tenants(field, "cjt188", cold_water()) as desk:
        address = {"meter": WATER, "edition": "2018"}
        device = desk.device(source="tenants", address=address, profile="cjt188_cold_water")
        beside = Beside(display=display_of("1234.56"))
        found = look_framed(device, beside, clock=desk.clock, watch_s=0, pause=desk.pause)
        assert {each.name: each.outcome for each in found.judgements}["display"] is Outcome.OK
        assert found.side is None
