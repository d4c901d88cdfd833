"""In: a source, a unit and a profile. Out: what the device answers now. I/O: Modbus, read only.

The same path as the collector's: read plan, strict client, decode. A silent device is no contact
(exit 3); a device that refuses the registers has another profile (exit 2).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from adapters.modbus.decode import FLAW_MEANS, Flaw
from adapters.modbus.frame import Fault
from adapters.modbus.link import LinkKind
from adapters.modbus.register_map import RegisterMap
from adapters.modbus.source import ModbusMeter, ModbusSettings, ModbusSource
from adapters.poll import PollFailure, PollResult
from energy.base.clock import Clock
from energy.base.errors import EnergyError, RefusedError
from energy.metering.channel import Kind
from processes.collector_plan import SourcePlan
from processes.collector_sources import link_of
from processes.technician_checks import Observed
from processes.technician_reading import COMMON
from processes.technician_values import NoContactError

ATTEMPTS = 2
"""A lost answer is asked for once more; so is a block whose holes the device refuses."""
LOOKED_AT = ("voltage_l1", "voltage_l2", "voltage_l3", "frequency", "active_power")
"""Quantities that tell whether profile and wiring are right, where the map has them."""


class ProfileMismatchError(RefusedError):
    """The device answers, but not as its profile says."""

    code = "field.profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device behind a source."""

    source: SourcePlan
    unit: int
    map: RegisterMap

    def __post_init__(self) -> None:
        """Refuse what cannot be asked.

        Raises:
            ProfileMismatchError: The source is no Modbus source, or the unit no unit.
        """
        if self.source.kind not in tuple(LinkKind):
            raise ProfileMismatchError(
                f"Source {self.source.key} is a {self.source.kind} source; a technician reads "
                "Modbus devices. Plan pulse counters in the site file."
            )
        if not 1 <= self.unit <= 247:
            raise ProfileMismatchError(f"Unit {self.unit} is none of 1 to 247. Check the device.")

    @property
    def where(self) -> str:
        """Return the link and the unit."""
        return f"{link_of(self.source).where} unit {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a device answered."""

    at: datetime
    counts: Mapping[str, int]
    """By quantity, sound ones only. [count]"""
    flaws: Mapping[str, str]
    """By quantity: why nothing may rest on it."""
    map: RegisterMap

    @property
    def observed(self) -> Observed:
        """Return the sound values: gauges in V, A, W, var, VA, counters in the map's unit."""
        values = {
            quantity: count * self.map.point(quantity).resolution * self._to_base(quantity)
            for quantity, count in self.counts.items()
        }
        return Observed(at=self.at, values=values)

    def _to_base(self, quantity: str) -> Fraction:
        point = self.map.point(quantity)
        return Fraction(1) if point.kind is Kind.COUNTER else COMMON.get(point.unit, Fraction(1))


def read_device(device: Device, quantities: Sequence[str], clock: Clock) -> Answered:
    """Return what a device answers now: the quantities asked for, and what tells it is sound.

    Args:
        device: Where it is and what it is.
        quantities: Quantities that must be answered.
        clock: Dates the answer.

    Raises:
        NoContactError: No answer, or nothing that is one.
        ProfileMismatchError: The device has no such registers.
        RegisterMapError: The profile has no such quantity.
    """
    answered = _asked(device, list(quantities), clock)
    extra = [q for q in LOOKED_AT if q in device.map.points and q not in quantities]
    if not extra:
        return answered
    try:
        looked = _asked(device, extra, clock)
    except (NoContactError, ProfileMismatchError):
        return answered  # a meter may lack what only helps to judge it
    return Answered(
        at=answered.at,
        counts={**looked.counts, **answered.counts},
        flaws=answered.flaws,
        map=device.map,
    )


def _asked(device: Device, quantities: list[str], clock: Clock) -> Answered:
    result = asyncio.run(_poll(device, quantities, clock))
    if result.failures:
        raise _failure(device, result.failures[0])
    at = clock.now()
    flawed = {finding.channel: finding.code for finding in result.findings}
    counts, flaws = {}, {}
    for reading in result.columns:
        quantity = quantities[reading.channel - 1]
        code = flawed.get(reading.channel)
        if code is None:
            counts[quantity] = reading.count
        else:
            flaws[quantity] = FLAW_MEANS[Flaw(code.removeprefix("modbus."))]
    return Answered(at=at, counts=counts, flaws=flaws, map=device.map)


async def _poll(device: Device, quantities: list[str], clock: Clock) -> PollResult:
    source = ModbusSource(
        ModbusSettings(
            key=device.source.key,
            link=link_of(device.source),
            timeout_s=device.source.timeout_ms / 1000,
        ),
        [
            ModbusMeter(
                point="device",
                unit=device.unit,
                map=device.map,
                channels={quantity: n for n, quantity in enumerate(quantities, 1)},
            )
        ],
        clock,
    )
    try:
        for _ in range(ATTEMPTS):
            result = await source.poll(clock.now(), urgent=True)
            if not result.failures:
                break
        return result
    finally:
        source.close()


def _failure(device: Device, failure: PollFailure) -> EnergyError:
    cause = failure.message.partition(": ")[2] or failure.message
    if failure.code == f"modbus.{Fault.CONFIGURATION}":
        return ProfileMismatchError(
            f"{device.where}: {cause}. The profile is for {device.map.vendor} "
            f"{', '.join(device.map.models)}. Nothing was written."
        )
    timeout_s = device.source.timeout_ms / 1000
    return NoContactError(
        f"No answer at {device.where} in {timeout_s:g} s: {cause}. Nothing was written."
    )
