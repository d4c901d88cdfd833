"""Which side a register counts is proven at the meter, and the record remembers it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from energy.metering.channel import Side
from processes.technician_load import Load
from processes.technician_values import (
    ChecksFailedError,
    FieldRefusedError,
    Installed,
    NewPoint,
    Removed,
    SettledBefore,
    Sighted,
)
from tests.fixtures.field import Field

pytestmark = pytest.mark.servers
NEW = NewPoint(name="Building 2", place="b2", utility="electricity")


def loaded(field: Field, port: int, times: int, **changes: Any) -> Installed:
    """Return the meter with transformers 200/5 and a load so many times what the register shows."""
    load = Load(power_w=times * field.power_w(port), phase=None)
    sighted = Sighted(ratio=Fraction(40), load=load)
    return field.installed(2, side=None, sighted=sighted, **changes)


def test_a_load_settles_the_side_and_with_it_the_multiplier(field: Field, port: int) -> None:
    done = field.technician(port).commission(loaded(field, port, 40), NEW, watch_s=0)
    assert field.meter().multiplier == "40"
    assert field.site.rows("SELECT side FROM {s}.channel WHERE number = 1") == [("secondary",)]
    told = {check.name: check.text for check in done.checks}
    assert told["side"] == "secondary, proven by load: the multiplier is 40"
    [(record,)] = field.site.rows("SELECT record FROM {s}.meter")
    assert (record["side"], record["transformer_ratio"]) == ("secondary", "40")
    assert "side" in [check["name"] for check in record["checks"]]


def test_a_load_shown_as_it_is_forbids_a_multiplier(field: Field, port: int) -> None:
    technician = field.technician(port)
    twice = loaded(field, port, 1, multiplier=Fraction(40))
    with pytest.raises(ChecksFailedError, match="CT ratio applied twice"):
        technician.commission(twice, NEW, watch_s=0)
    told = replace(loaded(field, port, 1), side=Side.SECONDARY)
    with pytest.raises(ChecksFailedError, match="you say secondary, but it is primary"):
        technician.commission(told, NEW, watch_s=0)
    technician.commission(loaded(field, port, 1), NEW, watch_s=0)
    assert field.meter().multiplier == "1"


def test_what_the_check_settled_a_while_ago_is_taken_for_the_same_ratio(
    field: Field, port: int
) -> None:
    before = SettledBefore(
        side=Side.SECONDARY, ratio=Fraction(40), proofs="load", at="2019-01-01T11:40:00+00:00"
    )
    other = Sighted(ratio=Fraction(60), before=before)
    technician = field.technician(port)
    with pytest.raises(ChecksFailedError, match="not proven"):
        technician.commission(field.installed(2, side=None, sighted=other), NEW, watch_s=0)
    same = Sighted(ratio=Fraction(40), before=before)
    done = technician.commission(field.installed(2, side=None, sighted=same), NEW, watch_s=0)
    assert "as `field check` has settled it" in {c.name: c.text for c in done.checks}["side"]
    assert field.meter().multiplier == "40"


def test_what_the_check_settled_at_another_meter_proves_nothing_for_this_one(
    field: Field, port: int
) -> None:
    before = SettledBefore(
        side=Side.SECONDARY, ratio=Fraction(40), proofs="load", at="2019-01-01T11:40:00+00:00",
        quantity="active_energy_import", register=Fraction(field.display(2)) + 1000,
    )  # fmt: skip
    told = field.installed(2, side=None, sighted=Sighted(ratio=Fraction(40), before=before))
    with pytest.raises(ChecksFailedError, match="another meter hangs here now"):
        field.technician(port).commission(told, NEW, watch_s=0)
    lower = replace(before, register=Fraction(0))
    told = field.installed(2, side=None, sighted=Sighted(ratio=Fraction(40), before=lower))
    field.technician(port).commission(told, NEW, watch_s=0)
    assert field.meter().multiplier == "40"


def test_a_new_meter_behind_known_transformers_is_proven_anew(field: Field, port: int) -> None:
    technician = field.technician(port)
    technician.commission(loaded(field, port, 40), NEW, watch_s=0)
    field.site.tick(900)
    removed = Removed(displays=(field.display(2),), reason="calibration is due")
    told: dict[str, Any] = {"source": "", "profile": "", "side": None}
    with pytest.raises(ChecksFailedError, match="not proven"):
        technician.replace(field.installed(102, **told), removed, watch_s=0)
    as_it_is = field.installed(102, sighted=field.sighted(port, 1, 102), **told)
    with pytest.raises(FieldRefusedError, match="on the secondary side, you say primary"):
        technician.replace(as_it_is, removed, watch_s=0)
    proven = field.installed(102, sighted=field.sighted(port, 40, 102), **told)
    technician.replace(proven, removed, watch_s=0)
    assert (field.meter().serial, field.meter().multiplier) == ("S-102", "40")
