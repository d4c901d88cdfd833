"""Random devices for the probe: a seed makes a product, its load, its deviation and its temper."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np

from adapters.modbus.probing.asking import questions
from adapters.modbus.probing.candidate import Products
from adapters.modbus.probing.judge import Ranked, Verdict, judge
from adapters.modbus.probing.seen import Seen
from adapters.modbus.probing.values import TO_COMMON, Values
from adapters.modbus.register_product import RegisterMap
from simulator.profile_image import Image, Value, register_image
from simulator.profile_values import plausible

FIRST_MODEL = 40070
"""Where the model of a relative map begins in these devices."""


class Temper(StrEnum):
    """What a device does with registers that it does not have."""

    STRICT = "strict"
    """Exception 2."""
    ZEROS = "zeros"
    NOISE = "noise"
    """Settings and leftovers for some registers around its own, exception 2 beyond."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """One simulated device."""

    map: RegisterMap
    values: dict[str, Value]
    image: Image
    temper: Temper
    around: Image

    def read(self, function_code: int, first: int, end: int) -> list[int] | None:
        """Return registers, None for a refusal."""
        found: list[int] = []
        for address in range(first, end):
            word = self.image.get((function_code, address))
            if word is None and self.temper is Temper.ZEROS:
                word = 0
            if word is None:
                word = self.around.get((function_code, address))
            if word is None:
                return None
            found.append(word)
        return found


def random_device(maps: list[RegisterMap], seed: int) -> Device:
    """Return the device of a seed."""
    rng = np.random.default_rng(seed)
    register_map = maps[int(rng.integers(len(maps)))]
    lowest = min(point.address for point in register_map.points.values())
    offset = int(rng.choice([0, 0, 0, -1 if lowest else 0, 1]))
    if register_map.discovery is not None:
        offset += FIRST_MODEL
    swapped = rng.random() < 0.3
    other = "little" if register_map.word_order == "big" else "big"
    order = other if swapped else register_map.word_order
    values, image = _fitting(register_map, order, offset, rng)
    turn_marker(register_map, image, order)
    if rng.random() < 0.15:
        image = {(7 - code, address): word for (code, address), word in image.items()}
    temper = Temper(rng.choice([Temper.STRICT, Temper.STRICT, Temper.ZEROS, Temper.NOISE]))
    around: Image = {}
    if temper is Temper.NOISE:
        for code, address in image:
            for place in range(max(0, address - 5), min(65536, address + 5)):
                around.setdefault((code, place), int(rng.integers(65536)))
    return Device(map=register_map, values=values, image=image, temper=temper, around=around)


def _fitting(
    register_map: RegisterMap, word_order: str, offset: int, rng: np.random.Generator
) -> tuple[dict[str, Value], Image]:
    """Return values that fit their registers, and the registers."""
    while True:
        values = random_values(register_map, rng)
        try:
            image = register_image(register_map, values, word_order=word_order, offset=offset)
        except ValueError:
            continue  # a value that does not fit its type: another load
        return values, image


def turn_marker(register_map: RegisterMap, image: Image, word_order: str) -> None:
    """Turn the words of a SunSpec marker too: a device has one order for all its values."""
    if register_map.discovery is None or word_order == register_map.word_order:
        return
    marker = register_map.discovery.marker
    [(code, first)] = [
        (code, address)
        for (code, address), word in image.items()
        if word == marker >> 16 and image.get((code, address + 1)) == marker & 0xFFFF
    ]
    image[code, first], image[code, first + 1] = marker & 0xFFFF, marker >> 16


def random_values(register_map: RegisterMap, rng: np.random.Generator) -> dict[str, Value]:
    """Return values of one moment: the simulator's own, each turned by a random load."""
    factors = _factors(rng)
    found: dict[str, Value] = {}
    for quantity, value in plausible(register_map).items():
        point = register_map.points.get(quantity)
        if point is None or isinstance(value, str):
            found[quantity] = value
            continue
        turned = Fraction(float(value) * _factor(quantity, factors, rng)).limit_denominator(10**9)
        found[quantity] = round(turned / point.resolution) * point.resolution
    return found


def _factors(rng: np.random.Generator) -> dict[str, float]:
    """Return how far each electric quantity is from the simulator's healthy afternoon."""
    nominal = float(rng.choice([230, 230, 230, 220, 120, 277, 57.7]))
    volts = nominal * (1 + rng.normal(0, 0.01, 3))
    amperes = 10 ** rng.uniform(-0.7, 1.7, 3) * (rng.random(3) > 0.1)
    shares = rng.uniform(0.75, 1.0, 3)
    if rng.random() < 0.1:
        amperes = np.zeros(3)
    apparent = volts * amperes
    active = apparent * shares
    reactive = np.sqrt(np.maximum(0, apparent**2 - active**2))
    totals = active.sum(), reactive.sum()
    whole = float(np.hypot(*totals))
    energy = 10 ** rng.uniform(-3.5, 1.5)
    split = rng.dirichlet((5, 5, 5)) * 3
    factors = {"frequency": float(rng.choice([50, 50, 50, 60])) / 50 * (1 + rng.normal(0, 3e-4))}
    for n in (1, 2, 3):
        factors[f"voltage_l{n}"] = float(volts[n - 1] / 230)
        factors[f"current_l{n}"] = float(amperes[n - 1] / 20)
        factors[f"active_power_l{n}"] = float(active[n - 1] / 4370)
        factors[f"reactive_power_l{n}"] = float(reactive[n - 1] / 1436.4)
        factors[f"apparent_power_l{n}"] = float(apparent[n - 1] / 4600)
        idle = not apparent[n - 1]
        factors[f"power_factor_l{n}"] = 0.0 if idle else float(shares[n - 1] / 0.95)
        factors[f"import_l{n}"] = float(energy * split[n - 1])
    factors["active_power"] = float(totals[0] / 13110)
    factors["reactive_power"] = float(totals[1] / 4309.2)
    factors["apparent_power"] = whole / 13800
    factors["power_factor"] = float(totals[0] / whole / 0.95) if whole else 0.0
    factors["energy"] = float(energy)
    factors["export"] = float(energy * rng.choice([0, 0, 0.1, 1]))
    for pair, (a, b) in {"l1l2": (0, 1), "l2l3": (1, 2), "l3l1": (2, 0)}.items():
        between = np.sqrt(volts[a] ** 2 + volts[b] ** 2 + volts[a] * volts[b])
        factors[f"voltage_{pair}"] = factors[f"voltage_{pair[2:]}{pair[:2]}"] = float(
            between / 398.4
        )
    factors["heat"] = float(10 ** rng.uniform(-1, 0.5))
    factors["temp"] = float(rng.uniform(0.7, 1.2))
    return factors


def _factor(quantity: str, factors: dict[str, float], rng: np.random.Generator) -> float:
    if quantity in factors:
        return factors[quantity]
    if re.fullmatch(r"active_energy_import_l\d", quantity):
        return factors[f"import_{quantity[-2:]}"]
    if "energy_export" in quantity:
        return factors["export"]
    if "energy" in quantity:
        return factors["energy"]
    if quantity.startswith(("voltage", "current", "thd", "residual", "trip")):
        return float(rng.uniform(0.5, 1.2)) if "voltage" not in quantity else 1.0
    if quantity.startswith("temp"):
        return factors["temp"]
    if quantity == "humidity":
        return float(rng.uniform(0.4, 1.7))
    return factors["heat"]


def probed(device: Device, products: Products) -> Verdict:
    """Return what a probe says of a device, over the same questions as on a real bus."""
    seen = Seen()
    asking = questions(products, seen)
    try:
        run = next(asking)
        while True:
            code, first, end = run
            words = device.read(code, first, end)
            if words is None:
                seen.refuse(code, first, end - first)
            else:
                seen.take(code, first, words)
            run = next(asking)
    except StopIteration as stop:
        return judge(stop.value, seen)


class Outcome(StrEnum):
    """How a probe came out."""

    RIGHT = "right"
    """Settled, and every shared value is the device's."""
    REFUSED = "refused"
    WRONG = "wrong"
    """Settled, and a value is not the device's."""


def outcome(device: Device, verdict: Verdict) -> Outcome:
    """Return how a probe came out, judged by values and not by names."""
    best = verdict.best
    if best is None or not verdict.settled:
        return Outcome.REFUSED
    return Outcome.RIGHT if _reads(device, best) else Outcome.WRONG


def _reads(device: Device, best: Ranked) -> bool:
    """Return whether every value that device and answer share is the device's, to one count."""
    known = best.values.known
    shared = [q for q in known if q in device.map.points]
    return bool(shared) and all(_same(device, best, q) for q in shared)


def _same(device: Device, best: Ranked, quantity: str) -> bool:
    point = best.candidate.map.points[quantity]
    step = max(point.resolution, device.map.points[quantity].resolution)
    truth = _common(device, quantity)
    value = best.values.known[quantity]
    for family, power in best.scales.items():
        value *= 10.0**power if quantity.startswith(family) else 1.0
    return abs(value - truth) <= float(step) * TO_COMMON.get(point.unit, 1.0) + 1e-6 * abs(truth)


def _common(device: Device, quantity: str) -> float:
    value = device.values.get(quantity, 0)
    assert not isinstance(value, str), "a point is a number"
    unit = device.map.points[quantity].unit
    common = float(value) * TO_COMMON.get(unit, 1.0)
    percent = quantity.startswith("power_factor") and unit in {"pct", "%"}
    return common / 100 if percent else common


def alike(values: Values, other: Values) -> bool:
    """Return whether two readings agree where both have a value."""
    return all(values.known[q] == other.known[q] for q in values.known.keys() & other.known.keys())


def without(products: Iterable[RegisterMap], *ids: str) -> Products:
    """Return products without some."""
    return Products([each for each in products if each.id not in ids])
