"""A ratio set in the device counts once: never beside a multiplier, never on somebody's word."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from energy.metering.channel import Side
from processes.meter_acts import acts_of
from processes.meter_import import import_meters
from processes.technician import Technician
from processes.technician_desk import FieldDesk
from processes.technician_ratio import change_ratio
from processes.technician_values import (
    ChecksFailedError,
    FieldRefusedError,
    NewPoint,
    Remarks,
    Sighted,
)
from tests.fixtures.field import Field
from tests.fixtures.slaves import image_of, slaves
from tests.processes.test_meter_import import SHOP, findings, table
from tests.processes.test_technician_device import current, pm5000, shown, source

pytestmark = pytest.mark.servers
PROFILE = "chint_dtsu666"
HALL = NewPoint(name="Hall", place="b2", utility="electricity")
TOLD: dict[str, Any] = {"reason": "set anew", "displays": (), "remarks": Remarks()}


def multipliers(field: Field) -> list[tuple[Any, ...]]:
    return field.site.rows(
        "SELECT multiplier FROM {s}.segment WHERE channel = 1 ORDER BY start_at, multiplier"
    )


def commission(desk: FieldDesk, **changes: Any) -> None:
    """Commission the hall's meter, whose profile does not know its side."""
    told = {"profile": PROFILE, "displays": (shown(desk, PROFILE)[:-1],), "side": None}
    Technician(desk).commission(pm5000(**{**told, **changes}), HALL, watch_s=0)


def test_a_ratio_is_never_set_in_a_device_beside_a_multiplier(field: Field) -> None:
    with slaves({7: image_of(PROFILE, {"ct_ratio": 1})}) as slave:
        desk = source(field, "panel", "modbus_tcp", f"127.0.0.1:{slave.port}")
        clamp = current(desk, PROFILE) * 40
        commission(desk, sighted=Sighted(ratio=Fraction(40), clamp_a=clamp))
        assert multipliers(field) == [("40",)]
        field.site.tick(900)
        slave.images[7] = image_of(PROFILE, {"ct_ratio": 40})
        for multiplier in (None, Fraction(1)):
            with pytest.raises(FieldRefusedError, match="secondary side") as refused:
                change_ratio(desk, "hall", multiplier, in_device=Fraction(40), **TOLD)
            assert "二次侧" in refused.value.told("zh")
        assert multipliers(field) == [("40",)]


def test_a_ratio_in_the_device_lifts_no_bar_of_a_multiplier_that_nobody_proved(
    field: Field,
) -> None:
    with slaves({7: image_of(PROFILE, {"ct_ratio": 40})}) as slave:
        desk = source(field, "panel", "modbus_tcp", f"127.0.0.1:{slave.port}")
        row = {**SHOP, "point": "hall", "profile": PROFILE, "source": "panel", "unit": "7"}
        row |= {"multiplier": "40", "side": "secondary", "serial": "22081134"}
        import_meters(
            field.desk(1), table({**row, "since": "2018-12-01"}), dry_run=False, partial=False
        )
        field.site.tick(900)
        with pytest.raises(FieldRefusedError, match="counted twice"):
            change_ratio(desk, "hall", None, in_device=Fraction(40), **TOLD)
        assert [found.open for found in findings(field)] == [True]


def test_a_device_that_multiplies_by_itself_counts_with_no_multiplier_beside(field: Field) -> None:
    with slaves({7: image_of(PROFILE, {"ct_ratio": 40})}) as slave:
        desk = source(field, "panel", "modbus_tcp", f"127.0.0.1:{slave.port}")
        sighted = Sighted(ratio=Fraction(40), clamp_a=current(desk, PROFILE))
        commission(desk, sighted=sighted)
        field.site.tick(900)
        slave.images[7] = image_of(PROFILE, {"ct_ratio": 60})
        with pytest.raises(FieldRefusedError, match="Say --multiplier 1 beside --ratio"):
            change_ratio(desk, "hall", Fraction(60), in_device=Fraction(60), **TOLD)
        done = change_ratio(desk, "hall", None, in_device=Fraction(60), **TOLD)
        assert {c.name: c.outcome.value for c in done.checks}["multiplier"] == "ok"
        [*_, act] = acts_of(desk.metering, field.site.site.key, "hall")
        assert (act.record["side"], act.multiplier) == (Side.PRIMARY, "1")


def test_what_was_proven_without_transformers_proves_nothing_once_there_are_some(
    field: Field,
) -> None:
    with slaves({7: image_of(PROFILE, {"ct_ratio": 1})}) as slave:
        desk = source(field, "panel", "modbus_tcp", f"127.0.0.1:{slave.port}")
        commission(desk, side=Side.PRIMARY)
        field.site.tick(900)
        slave.images[7] = image_of(PROFILE, {"ct_ratio": 40})
        told: dict[str, Any] = {"in_device": Fraction(40), **TOLD}
        with pytest.raises(ChecksFailedError):
            change_ratio(desk, "hall", None, **told)
        behind = Sighted(clamp_a=current(desk, PROFILE) * 40)  # it shows the ratio, it counts not
        with pytest.raises(ChecksFailedError, match="40 times too small"):
            change_ratio(desk, "hall", None, sighted=behind, **told)
        seen = Sighted(clamp_a=current(desk, PROFILE))
        change_ratio(desk, "hall", None, sighted=seen, **told)
        assert multipliers(field) == [("1",), ("1",)]
