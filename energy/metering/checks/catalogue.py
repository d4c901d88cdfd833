"""In: nothing. Out: every finding that tells of a doubtful value, by code. Pure.

docs/validation.md says of each what it means, by what evidence, and what to do next; the texts
stand in the catalogue. `Found` says where one is found, so that nothing is found in two ways.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.metering.checks import (
    broken_formula,
    certificate_ends,
    control_reading,
    frozen_counter,
    interval_sum,
    loss_over_limit,
    missing,
    noise,
    out_of_order,
    reset,
    rollover,
    spike,
    swap,
    zero_run,
)

CHECKER: Final = id_of("person", "checks")
"""Who proposes what a check restores: nobody, so that any person may approve it."""
_WARN, _BAR = Severity.WARN, Severity.DO_NOT_BILL


class Found(StrEnum):
    """Where a finding comes from."""

    FOLD = "fold"
    """The views find it as they fold the journal."""
    CHECK = "check"
    """The chore `checks` finds it, and every bill run before it opens."""
    FIELD = "field"
    """A collector, a laptop or a technician's act tells it."""
    BILL = "bill"
    """A bill run finds it as it rates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that is looked for."""

    code: str
    severity: Severity
    found: Found


def _check(code: str, severity: Severity, found: Found = Found.CHECK) -> Check:
    return Check(code=code, severity=severity, found=found)


CHECKS: Final = (
    _check(missing.CODE, missing.SEVERITY),
    _check("bill.usage_missing", _BAR, Found.BILL),
    _check("reading.conflict", _BAR, Found.FOLD),
    _check(out_of_order.CODE, out_of_order.SEVERITY),
    _check("reading.out_of_range", _BAR, Found.FOLD),
    _check("reading.future", _WARN, Found.FOLD),
    _check("register.negative_step", _BAR, Found.FOLD),
    _check(noise.CODE, noise.SEVERITY),
    _check(spike.CODE, spike.SEVERITY),
    _check(reset.CODE, reset.SEVERITY),
    _check(rollover.CODE, rollover.SEVERITY),
    _check(swap.CODE, swap.SEVERITY),
    _check("register.jump", _BAR, Found.FOLD),
    _check(frozen_counter.CODE, frozen_counter.SEVERITY),
    _check(zero_run.CODE, zero_run.SEVERITY),
    _check("interval.jump", _BAR, Found.FOLD),
    _check("interval.cut", _WARN, Found.FOLD),
    _check("interval.off_grid", _WARN, Found.FOLD),
    _check(interval_sum.CODE, interval_sum.SEVERITY),
    _check(loss_over_limit.CODE, loss_over_limit.SEVERITY),
    _check("bill.register_mismatch", _BAR, Found.BILL),
    _check(control_reading.CODE, control_reading.SEVERITY),
    _check("meter.pulse_drift", _WARN, Found.FIELD),
    _check("clock.host_not_kept", _WARN, Found.FIELD),
    _check("clock.host_off", _WARN, Found.FIELD),
    _check("clock.meter_off", _WARN, Found.FIELD),
    _check("mqtt.time_ahead", _WARN, Found.FIELD),
    _check("modbus.ratio_changed", _BAR, Found.FIELD),
    _check("meter.multiplier_unproven", _BAR, Found.FIELD),
    _check("meter.reversed", _BAR, Found.FOLD),
    _check(certificate_ends.CODE, certificate_ends.SEVERITY),
    _check(broken_formula.CODE, broken_formula.SEVERITY),
    _check("modbus.other_device", _BAR, Found.FIELD),
    _check("mbus.other_device", _BAR, Found.FIELD),
)
"""Every check, in the order of docs/validation.md."""
FALL_CODES: Final = (noise.CODE, spike.CODE, reset.CODE, rollover.CODE, swap.CODE)
"""What a fall of a register is told apart into."""
