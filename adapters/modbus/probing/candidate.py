"""In: register maps. Out: every way in which a device may be read by them. Pure.

A candidate is a map with function code, address and word order as the map says or otherwise;
products of one name differ in just these between firmwares and gateways. Its name is a profile
that `field commission` takes, such as `chint_dtsu666@-1~little`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from adapters.errors import RegisterMapError
from adapters.modbus.register_point import Identify, PlatePoint, RegisterPoint
from adapters.modbus.register_product import RegisterMap
from adapters.modbus.register_variant import variant
from energy.metering.channel import Kind

OFFSETS = (0, -1, 1)
"""Manuals count registers from 0 or from 1; both mistakes are made."""
MOST_POINTS = 40
"""Points that are looked at, the most telling first."""
LONGEST_READ = 60
"""Registers of one read while probing: some devices give no more. [register]"""
Run = tuple[int, int, int]
"""Function code, first register and the one behind the last."""
_TELLING = (
    r"voltage_l[123]", r"voltage_l\dl\d", r"frequency", r"active_power", r"active_power_l[123]",
    r"current_l[123]", r"active_energy_import", r"active_energy_export", r"power_factor",
    r"power_factor_l[123]", r"reactive_power", r"apparent_power", r"reactive_power_l[123]",
    r"apparent_power_l[123]", r"active_energy_(import|export)_\w+", r"temp_flow", r"temp_return",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deviation:
    """In what a device is not as its map says."""

    function_code: bool
    """Whether 3 stands for 4 or 4 for 3."""
    offset: int
    """Added to every address; of a relative map to where it was found. [register]"""
    word_order: bool
    """Whether the words of a value stand the other way."""

    @property
    def count(self) -> int:
        """Return in how many respects it differs."""
        return self.function_code + bool(self.offset) + self.word_order


@dataclass(frozen=True)
class Candidate:
    """One way to read a device: a map, as it stands or with a deviation."""

    base: RegisterMap
    """The map as its file says."""
    map: RegisterMap
    """The map as this candidate reads it."""
    deviation: Deviation
    points: tuple[RegisterPoint, ...]
    """The telling points where this candidate has them."""

    @property
    def profile(self) -> str:
        """Return the name by which the device is commissioned."""
        return self.map.id

    @property
    def deviations(self) -> int:
        """Return in how many respects it is not as the map says."""
        return self.deviation.count

    @property
    def function_code(self) -> int:
        """Return the function code it asks its first point with."""
        return self.points[0].function_code

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Return the registers it rests on, without holes: values, texts and settings."""
        return tuple(runs_of([*self.points, *self.map.plate.values()]))

    @cached_property
    def places(self) -> frozenset[tuple[int, int]]:
        """Return every register that its map knows, by function code and address."""
        every: list[RegisterPoint | PlatePoint | Identify] = []
        every += self.map.points.values()
        every += self.map.plate.values()
        every += self.map.identify
        return frozenset(
            (place.function_code, address)
            for place in every
            for address in range(place.address, place_end(place))
        )

    @cached_property
    def anchor(self) -> Run:
        """Return the registers whose answer decides whether the others are asked for."""
        return runs_of(anchors(self.points))[0]


def telling_points(register_map: RegisterMap) -> list[RegisterPoint]:
    """Return the points that tell most, at most `MOST_POINTS`, the best first."""
    points = sorted(
        register_map.points.values(),
        key=lambda p: (p.kind is Kind.STATE, _rank(p.quantity), not p.billing),
    )
    return points[:MOST_POINTS]


def _rank(quantity: str) -> int:
    for place, pattern in enumerate(_TELLING):
        if re.fullmatch(pattern, quantity):
            return place
    return len(_TELLING)


def anchors(points: Sequence[RegisterPoint]) -> list[RegisterPoint]:
    """Return the phase voltages where the product has them; else its most telling point."""
    voltages = [p for p in points if re.fullmatch(r"voltage_l[123]", p.quantity)]
    return voltages or list(points[:1])


def place_end(place: RegisterPoint | PlatePoint | Identify) -> int:
    """Return the first register behind a place."""
    return place.address + place.width if isinstance(place, Identify) else place.end


def runs_of(points: Iterable[RegisterPoint | PlatePoint]) -> list[Run]:
    """Return the registers of some points as runs without holes, none longer than a read."""
    runs: list[Run] = []
    for point in sorted(points, key=lambda p: (p.function_code, p.address)):
        if runs:
            code, first, end = runs[-1]
            last = max(end, point.end)
            joins = code == point.function_code and point.address <= end
            if joins and last - first <= LONGEST_READ:
                runs[-1] = (code, first, last)
                continue
        runs.append((point.function_code, point.address, point.end))
    return runs


class FoundModel(NamedTuple):
    """Where the model of a relative map begins in a device."""

    place: int
    turned: bool
    """Whether the words of its marker stand the other way, and so those of all its values."""


class Products:
    """Some maps and their candidates, made once for many devices."""

    def __init__(self, maps: Iterable[RegisterMap], *, as_written: bool = False) -> None:
        """Take the maps that may fit.

        Args:
            maps: The maps.
            as_written: Only addresses and function codes as the maps have them: what there is
                time for at many units. The word order costs no question.
        """
        self.maps = [register_map for register_map in maps if register_map.points]
        self.as_written = as_written
        self._made: dict[tuple[str, FoundModel | None], list[Candidate]] = {}

    def candidates(self, found_at: Mapping[str, Sequence[FoundModel]]) -> list[Candidate]:
        """Return every candidate, those as written first.

        Args:
            found_at: Where the models of relative maps begin in this device, by map.
        """
        found: list[Candidate] = []
        for register_map in self.maps:
            relative = register_map.discovery is not None
            for model in found_at.get(register_map.id, ()) if relative else (None,):
                found += self._of_one(register_map, model)
        return sorted(found, key=lambda candidate: candidate.deviations)

    def _of_one(self, register_map: RegisterMap, model: FoundModel | None) -> list[Candidate]:
        key = (register_map.id, model)
        if key not in self._made:
            self._made[key] = _of_one(register_map, model, as_written=self.as_written)
        return self._made[key]


def _of_one(
    register_map: RegisterMap, model: FoundModel | None, *, as_written: bool
) -> list[Candidate]:
    wide = any(point.type.width > 1 for point in register_map.points.values())
    orders = (False, True) if wide else (False,)
    if model is not None:
        orders = (model.turned,)
    offsets = (0,) if model is not None or as_written else OFFSETS
    codes = (False,) if as_written else (False, True)
    telling = [point.quantity for point in telling_points(register_map)]
    made = [
        candidate(register_map, telling, Deviation(other_code, offset, other_order), model=model)
        for other_code in codes
        for offset in offsets
        for other_order in orders
    ]
    return [each for each in made if each is not None]


def candidate(
    register_map: RegisterMap,
    telling: Sequence[str],
    deviation: Deviation,
    *,
    model: FoundModel | None = None,
) -> Candidate | None:
    """Return a way to read a device, None when an address would lie outside the registers.

    Args:
        register_map: The map as its file says.
        telling: Quantities to look at.
        deviation: In what the device differs.
        model: Where a relative map begins; None for others.
    """
    code = register_map.points[telling[0]].function_code
    other = "little" if register_map.word_order == "big" else "big"
    place = 0 if model is None else model.place
    try:
        made = variant(
            register_map,
            shift=place + deviation.offset if model is not None or deviation.offset else None,
            word_order=other if deviation.word_order else None,
            function_code=7 - code if deviation.function_code else None,
        )
    except RegisterMapError:
        return None
    points = tuple(made.points[quantity] for quantity in telling)
    return Candidate(base=register_map, map=made, deviation=deviation, points=points)
