"""In: a meter that is no Modbus device. Out: the same look at it as at one. I/O: reads only.

DL/T 645, CJ/T 188 and M-Bus meters are read through the collector's own sources; what is judged,
and how, is technician_look's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.profile_point import Point
from energy.base.clock import Clock
from energy.metering.channel import Kind
from processes.technician_device import Device, look_at
from processes.technician_look import SAMPLE_S, Beside, Look, judged
from processes.technician_reading import WANTED, Shown, billed
from processes.technician_register import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class _Product:
    """A product as a look judges it."""

    id: str
    vendor: str
    models: tuple[str, ...]
    points: Mapping[str, Point]


def look_framed(
    device: Device, beside: Beside, *, clock: Clock, watch_s: int, pause: Callable[[int], None]
) -> Look:
    """Return what a meter shows and how it is judged.

    Args:
        device: The meter.
        beside: What is known beside it.
        clock: Dates the answers.
        watch_s: Time to watch counter and power together. [s]
        pause: Waits so many seconds. [s]

    Raises:
        NoContactError: It does not answer.
    """
    product = _product(device)
    shown = _shown(device, product, clock)
    samples, left_s = [_sample(shown)], watch_s
    while left_s > 0 and samples[0] is not None:
        pause(min(SAMPLE_S, left_s))
        left_s -= SAMPLE_S
        samples.append(_sample(_shown(device, product, clock)))
    watched = [sample for sample in samples if sample is not None]
    return judged(device.where, 0, shown, beside, watched)


def _product(device: Device) -> _Product:
    facts = {quantity: device.product.facts(quantity) for quantity in device.product.points}
    electric = "voltage_l1" in facts
    wanted = {
        quantity: Point(facts=each)
        for quantity, each in facts.items()
        if each.kind is not Kind.STATE
        and (
            not electric
            or each.billing
            or any(re.fullmatch(pattern, quantity) for pattern in WANTED)
        )
    }
    own = device.product
    return _Product(id=own.id, vendor=own.vendor, models=own.models, points=wanted)


def _shown(device: Device, product: _Product, clock: Clock) -> Shown:
    answered = look_at(device, list(product.points), clock)
    values = {
        quantity: count * product.points[quantity].resolution
        for quantity, count in answered.counts.items()
    }
    return Shown(at=answered.at, values=values, flaws=answered.flaws, plate={}, map=product)


def _sample(shown: Shown) -> Sample | None:
    counter, power_w = billed(shown.map), shown.in_base("active_power")
    if counter is None or counter not in shown.values or power_w is None:
        return None
    return Sample(at=shown.at, power_w=power_w, count=shown.values[counter])
