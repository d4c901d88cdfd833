"""In: a source, an address and a profile. Out: what the device answers now. I/O: reads only.

The same path as the collector's, whatever the protocol: read plan, strict client, decode. A silent
device is no contact (exit 3); one that refuses the registers has another profile (exit 2). What
speaks to devices is imported when one is asked: most acts on a meter's record ask none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from adapters.link_fault import KEEPS_LINK
from adapters.modbus.decode import FLAW_MEANS, Flaw
from adapters.modbus.frame import Fault
from adapters.modbus.register_map import RegisterMap
from adapters.poll import PolledSource, PollFailure, PollResult
from energy.base.clock import Clock
from energy.base.errors import EnergyError
from energy.metering.channel import Kind
from energy.metering.source_facts import MODBUS, MQTT
from processes.collector_plan import (
    ChannelPlan,
    CollectPlan,
    MeterPlan,
    SourcePlan,
    address_problem,
)
from processes.meter_profiles import Product, kinds_of
from processes.technician_checks import Observed
from processes.technician_faults import fault_key
from processes.technician_reading import COMMON, plate_text, read_plate
from processes.technician_told import FieldRefusedError, NoContactError

ATTEMPTS = 2
"""A lost answer is asked for once more; so is a block whose holes the device refuses."""
LOOKED_AT = (
    "voltage_l1", "voltage_l2", "voltage_l3", "frequency", "active_power", "active_power_l1",
    "active_power_l2", "active_power_l3", "current_l1",
)  # fmt: skip
"""Quantities that tell whether profile and wiring are right, where the product has them."""
_MISFITS = {f"modbus.{Fault.CONFIGURATION}"}
"""Codes of a device that answers, but has no such registers."""


class ProfileMismatchError(FieldRefusedError):
    """The device answers, but not as its profile says."""

    code = "field.profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device behind a source."""

    source: SourcePlan
    address: Mapping[str, int | str]
    """{"unit": 2} behind Modbus, {"meter": "000012345678"} of a Chinese tenant meter."""
    product: Product
    serial: str = ""
    """Number it must tell where a protocol tells it with every answer; "" compares nothing."""

    def __post_init__(self) -> None:
        """Refuse what cannot be asked.

        Raises:
            ProfileMismatchError: The source is not asked but sends, the address is none of its
                kind, or the profile is of another protocol.
        """
        key, kind = self.source.key, self.source.kind
        if kind == MQTT:
            raise ProfileMismatchError.of("no_polled_source", source=key, kind=kind)
        if kind not in (kinds := kinds_of(self.product.id)):
            raise ProfileMismatchError.of(
                "other_protocol",
                profile=self.product.id,
                speaks=", ".join(kinds),
                source=key,
                kind=kind,
            )
        _, problem = address_problem(self.source, self.address, 1)
        if problem is not None:
            raise ProfileMismatchError.of("address", source=key, problem=problem)

    @property
    def map(self) -> RegisterMap | None:
        """Return the registers of a Modbus device; None of every other."""
        return self.product if isinstance(self.product, RegisterMap) else None

    @property
    def name(self) -> str:
        """Return its address in words: "unit 2"."""
        return address_text(self.address)

    @property
    def where(self) -> str:
        """Return the link and the address."""
        if self.source.kind in MODBUS:
            from processes.collector_sources import link_of

            return f"{link_of(self.source).where} {self.name}"
        place = self.source.device or f"{self.source.host}:{self.source.port}"
        return f"{place} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a device answered."""

    at: datetime
    counts: Mapping[str, int]
    """By quantity, sound ones only. [count]"""
    flaws: Mapping[str, str]
    """By quantity: why nothing may rest on it."""
    product: Product
    plate: Mapping[str, str] = field(default_factory=dict)
    """Texts and settings of the device, such as serial number and ratio, exact."""

    @property
    def observed(self) -> Observed:
        """Return the sound values: gauges in V, A, W, var, VA, counters in the profile's unit."""
        values = {}
        for quantity, count in self.counts.items():
            facts = self.product.facts(quantity)
            factor = Fraction(1)
            if facts.kind is not Kind.COUNTER:
                factor = COMMON.get(facts.unit, factor)
            values[quantity] = count * facts.resolution * factor
        return Observed(at=self.at, values=values)


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
        MeterProfileError: Likewise.
    """
    answered = _asked(device, list(quantities), clock)
    extra = [q for q in LOOKED_AT if q in device.product.points and q not in quantities]
    if extra:  # a meter may lack what only helps to judge it
        looked = _answered(device, extra, asyncio.run(_poll(device, extra, clock)), clock)
        answered = replace(answered, counts={**looked.counts, **answered.counts})
    if device.map is None or not device.map.plate:
        return answered
    return replace(answered, plate=asyncio.run(_plate(device, device.map)))


async def _plate(device: Device, register_map: RegisterMap) -> dict[str, str]:
    """Return what a device tells of itself."""
    from processes.collector_sources import link_of
    from processes.technician_scan import connected

    with connected(link_of(device.source), device.source.timeout_ms / 1000) as client:
        plate = await read_plate(client, int(device.address["unit"]), register_map)
    return {name: plate_text(value) for name, value in plate.items()}


def look_at(device: Device, quantities: Sequence[str], clock: Clock) -> Answered:
    """Return what a device answers of some quantities; what it lacks is left out.

    Args:
        device: Where it is and what it is.
        quantities: What is asked for.
        clock: Dates the answer.

    Raises:
        NoContactError: It answers nothing at all.
        ProfileMismatchError: It has none of them.
    """
    result = asyncio.run(_poll(device, quantities, clock))
    if result.failures and not len(result.columns):
        raise _failure(device, result.failures[0])
    return _answered(device, quantities, result, clock)


def address_text(address: Mapping[str, int | str]) -> str:
    """Return an address in words: "unit 2"."""
    return ", ".join(f"{key} {value}" for key, value in address.items())


def same_address(one: Mapping[str, int | str], other: Mapping[str, int | str]) -> bool:
    """Return whether two addresses behind one source are of one device.

    Args:
        one: An address; numbers on plates are the same with and without zeros in front.
        other: Another.
    """
    key = next(iter(one), "")
    told, asked = (str(each.get(key, "")) for each in (one, other))
    if key == "meter":
        told, asked = told.lstrip("0"), asked.lstrip("0")
    return bool(told) and told == asked


def _asked(device: Device, quantities: list[str], clock: Clock) -> Answered:
    """Return the answers to quantities that must all be answered."""
    result = asyncio.run(_poll(device, quantities, clock))
    if result.failures:
        raise _failure(device, result.failures[0])
    return _answered(device, quantities, result, clock)


def _answered(
    device: Device, quantities: Sequence[str], result: PollResult, clock: Clock
) -> Answered:
    """Return what a poll brought, by quantity."""
    at = clock.now()
    flawed = {f.channel: (f.code, f.proof) for f in result.findings if f.channel is not None}
    counts, flaws = {}, {}
    for reading in result.columns:
        quantity = quantities[reading.channel - 1]
        code, proof = flawed.get(reading.channel, ("", {}))
        kind, _, flaw = code.partition(".")
        if not code or flaw == Flaw.COARSE:  # a wide step is told, it is no wrong number
            counts[quantity] = reading.count
        else:
            why = FLAW_MEANS[Flaw(flaw)] if kind == "modbus" else str(proof.get("why") or flaw)
            flaws[quantity] = why
    return Answered(at=at, counts=counts, flaws=flaws, product=device.product)


async def _poll(device: Device, quantities: Sequence[str], clock: Clock) -> PollResult:
    source = _source(device, quantities, clock)
    try:
        for _ in range(ATTEMPTS):
            result = await source.poll(clock.now(), urgent=True)
            if not result.failures:
                break
        return result
    finally:
        source.close()


def _source(device: Device, quantities: Sequence[str], clock: Clock) -> PolledSource:
    """Return a source with this device alone; its channels are the places of the quantities."""
    from adapters.modbus.source import ModbusMeter, ModbusSettings, ModbusSource
    from processes.collector_sources import framed_sources, link_of

    numbers = {quantity: n for n, quantity in enumerate(quantities, 1)}
    if device.map is None:
        return framed_sources(_plan(device, numbers), clock)[0]
    return ModbusSource(
        ModbusSettings(
            key=device.source.key,
            link=link_of(device.source),
            timeout_s=device.source.timeout_ms / 1000,
        ),
        [
            ModbusMeter(
                point="device",
                unit=int(device.address["unit"]),
                map=device.map,
                channels=numbers,
            )
        ],
        clock,
    )


def _plan(device: Device, numbers: Mapping[str, int]) -> CollectPlan:
    meter = MeterPlan(
        point="device",
        source=device.source.key,
        profile=device.product.id,
        address=dict(device.address),
        channels=tuple(
            ChannelPlan(number=number, quantity=quantity) for quantity, number in numbers.items()
        ),
        serial=device.serial,
    )
    return CollectPlan(site="field", sources=(device.source,), meters=(meter,))


def _failure(device: Device, failure: PollFailure) -> EnergyError:
    cause = failure.message.partition(": ")[2] or failure.message
    if failure.code in _misfits(failure.code):
        return ProfileMismatchError.of(
            "profile_misfit",
            where=device.where,
            cause=cause,
            vendor=device.product.vendor,
            models=", ".join(device.product.models),
        )
    return NoContactError.of(
        "no_answer",
        where=device.where,
        seconds=f"{device.source.timeout_ms / 1000:g}",
        cause=fault_key(failure.code) or cause,
    )


def _misfits(code: str) -> Collection[str]:
    protocol = code.partition(".")[0]
    return _MISFITS | {f"{protocol}.{fault}" for fault in KEEPS_LINK}
