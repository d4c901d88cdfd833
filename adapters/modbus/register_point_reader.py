"""In: the [[point]] and [[identify]] tables of a map. Out: its points, and every problem. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from adapters.modbus.register_point import (
    Identify,
    PlatePoint,
    RegisterPoint,
    RegisterType,
)
from adapters.modbus.register_product import MOST_REGISTERS
from adapters.profile_fields import Fields, read_facts, twice
from adapters.profile_point import UNSETTLED_UNITS, Trust
from adapters.quantities import problem_with
from energy.metering.channel import Kind

POINT_KEYS = frozenset({
    "quantity", "address", "type", "function_code", "resolution", "scale", "scale_address", "unit",
    "kind", "utility", "direction", "side", "billing", "modulus", "max_per_hour", "bits", "trust",
    "note",
})  # fmt: skip
PLATE_KEYS = frozenset({
    "quantity", "address", "type", "function_code", "resolution", "unit", "kind", "trust", "note",
})  # fmt: skip
IDENTIFY_KEYS = frozenset({"address", "type", "function_code", "equals", "low", "high", "note"})
_TEXT = re.compile(r"str([1-9]\d{0,2})")


class PlateKind(StrEnum):
    """Kinds of a [[point]] that is no channel."""

    TEXT = "text"
    CONFIG = "config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value lies, checked."""

    address: int
    type: RegisterType | None
    width: int
    function_code: int


def read_place(fields: Fields) -> Place | None:
    """Return where a value lies, or None when something is wrong with it."""
    word = fields.table.get("type")
    text = _TEXT.fullmatch(word) if isinstance(word, str) else None
    type_ = None if text else fields.one_of(RegisterType, "type")
    width = int(text[1]) if text else type_.width if type_ is not None else 0
    code = fields.get("function_code")
    if code not in {3, 4}:
        fields.problem("function_code must be 3 or 4 (Meterline only reads)")
    address = fields.table.get("address")
    if type(address) is not int or not width or not 0 <= address <= 65536 - width:
        fields.problem("address must be 0 to 65535 and leave room for the type")
        return None
    if width > MOST_REGISTERS:
        fields.problem(f"type: no request may carry more than {MOST_REGISTERS} registers")
        return None
    if not isinstance(code, int) or code not in {3, 4}:
        return None
    return Place(address=address, type=type_, width=width, function_code=code)


def is_plate(row: Mapping[str, object]) -> bool:
    """Return whether a [[point]] is a text or a setting."""
    return row.get("kind") in list(PlateKind)


def read_plate(fields: Fields) -> PlatePoint | None:
    """Return a text or a setting of the device, or None when something is wrong with it."""
    fields.only(PLATE_KEYS)
    before = len(fields.problems)
    name = fields.text("quantity")
    wrong = problem_with(fields.table.get("quantity"), plate=True)
    if wrong is not None:
        fields.problem(wrong)
    place = read_place(fields)
    resolution = fields.exact("resolution", default=Fraction(1), above_zero=True)
    unit = fields.text("unit", "1")
    trust = fields.one_of(Trust, "trust")
    if place is None or trust is None or len(fields.problems) > before:
        return None
    return PlatePoint(
        quantity=name, address=place.address, type=place.type, width=place.width,
        function_code=place.function_code, resolution=resolution, unit=unit, trust=trust,
        note=fields.text("note", ""),
    )  # fmt: skip


def read_point(fields: Fields) -> RegisterPoint | None:
    """Return what may become a channel, or None when something is wrong with it."""
    fields.only(POINT_KEYS)
    before = len(fields.problems)
    facts = read_facts(fields, unsettled=UNSETTLED_UNITS)
    trust = fields.one_of(Trust, "trust")
    place = read_place(fields)
    type_ = (place.type if place else None) or RegisterType.U64
    point = RegisterPoint(
        facts=facts,
        address=place.address if place else 0,
        type=type_,
        function_code=place.function_code if place else 3,
        trust=trust or Trust.SINGLE,
        note=fields.text("note", ""),
        bits=fields.bits(most=type_.bits if facts.kind is Kind.STATE else 0),
        scale=fields.exact("scale", default=Fraction(1), above_zero=False),
        scale_address=fields.whole("scale_address", 0, 65535),
    )
    if place is not None and place.type is None:
        fields.problem("type str is for kind text or config")
    elif place is not None and fields.get("kind") in list(Kind):
        _check(fields, point)
    return point if len(fields.problems) == before else None


def _check(fields: Fields, point: RegisterPoint) -> None:
    """Gather what does not fit together in a point."""
    if point.unit in UNSETTLED_UNITS and point.billing:
        fields.problem(f"no bill may rest on a value whose unit is {point.unit}")
    if point.billing and (point.kind not in {Kind.COUNTER, Kind.INTERVAL} or not point.utility):
        fields.problem("billing is for counters and intervals of a utility")
    if point.modulus is not None and point.kind is not Kind.COUNTER:
        fields.problem("modulus is for counters")
    _check_bits(fields, point)
    _check_scale(fields, point)


def _check_bits(fields: Fields, point: RegisterPoint) -> None:
    if point.type.is_bits and point.kind is not Kind.STATE:
        fields.problem(f"type {point.type} is for kind state")
    if point.kind is Kind.STATE and point.type.is_float:
        fields.problem("a state is a whole number, not a float")
    if point.bits is not None and point.type.is_signed:
        fields.problem("bits are cut from an unsigned type")


def _check_scale(fields: Fields, point: RegisterPoint) -> None:
    if point.scale == 0:
        fields.problem("scale must not be 0")
    if point.scale != 1 and not point.type.is_float:
        fields.problem("scale is for floats; the scale of an integer is its resolution")
    if point.scale < 0 and point.kind is Kind.COUNTER:
        fields.problem("scale of a counter must be above 0")
    address = point.scale_address
    if address is None:
        return
    if point.type.is_float or point.type.bits > 32 or point.kind is Kind.STATE:
        fields.problem("scale_address is for whole numbers of 16 or 32 bits, no states")
    if not point.value_end <= address < point.address + MOST_REGISTERS:
        fields.problem("scale_address must lie behind the value, within one request")


def read_identify(fields: Fields) -> Identify | None:
    """Return one rule of a product's signature, or None when something is wrong with it."""
    fields.only(IDENTIFY_KEYS)
    before = len(fields.problems)
    place = read_place(fields)
    equals = fields.table.get("equals")
    low, high = (
        fields.exact(key, above_zero=False) if key in fields.table else None
        for key in ("low", "high")
    )
    if equals is not None and (low is not None or high is not None):
        fields.problem("state equals, or low and high, not both")
    if equals is None and (low is None or high is None or low > high):
        fields.problem("state equals, or low and high in order")
    is_text = place is not None and place.type is None
    if equals is not None and type(equals) is not (str if is_text else int):
        fields.problem(f"equals must be {'a text' if is_text else 'a whole number'}")
    if place is None or len(fields.problems) > before:
        return None
    assert equals is None or isinstance(equals, (int, str)), "checked above"
    return Identify(
        address=place.address, type=place.type, width=place.width,
        function_code=place.function_code, equals=equals, low=low, high=high,
        note=fields.text("note", ""),
    )  # fmt: skip


def overlaps(points: list[RegisterPoint | PlatePoint]) -> list[str]:
    """Return problems of points that lie on one another or carry one name.

    States cut from one register may share it as long as no bit belongs to two of them.
    """
    problems = twice([point.quantity for point in points])
    in_order = sorted(points, key=lambda p: (p.function_code, p.address, _first_bit(p)))
    for a, b in pairwise(in_order):
        a_end = a.value_end if isinstance(a, RegisterPoint) else a.end
        b_end = b.value_end if isinstance(b, RegisterPoint) else b.end
        if a.function_code == b.function_code and b.address < a_end and not _share(a, b):
            problems.append(
                f"{a.quantity} ({a.address} to {a_end - 1}) and {b.quantity} "
                f"({b.address} to {b_end - 1}) overlap"
            )
    return problems


def _first_bit(point: RegisterPoint | PlatePoint) -> int:
    return point.bits[0] if isinstance(point, RegisterPoint) and point.bits else 0


def _share(a: RegisterPoint | PlatePoint, b: RegisterPoint | PlatePoint) -> bool:
    if not isinstance(a, RegisterPoint) or not isinstance(b, RegisterPoint):
        return False
    if a.bits is None or b.bits is None or (a.address, a.type) != (b.address, b.type):
        return False
    return a.bits[0] + a.bits[1] <= b.bits[0]
