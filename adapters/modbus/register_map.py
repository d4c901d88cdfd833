"""In: a TOML file that describes one product. Out: its registers, checked. I/O: reads files.

A map is checked whole: every problem is listed at once, and a map with a problem is not used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from adapters.errors import RegisterMapError, UnknownQuantityError
from energy.base.errors import EnergyError
from energy.base.units import Utility, to_base
from energy.metering.channel import ChannelFacts, Direction, Kind, Side

E = TypeVar("E", bound=StrEnum)
MAPS = Path(__file__).parent / "maps"
SCHEMA_VERSION = 1


class RegisterType(StrEnum):
    """How a value lies in its registers; the name tells sign or float and bits."""

    U16 = "u16"
    S16 = "s16"
    U32 = "u32"
    S32 = "s32"
    U64 = "u64"
    S64 = "s64"
    F32 = "f32"
    F64 = "f64"

    @property
    def bits(self) -> int:
        """Width of the value. [bit]."""
        return int(self.value[1:])

    @property
    def width(self) -> int:
        """Number of registers. [register]."""
        return self.bits // 16

    @property
    def is_float(self) -> bool:
        """Whether the value is a floating-point number."""
        return self.value[0] == "f"


class Trust(StrEnum):
    """How well the map is known before a meter was witnessed."""

    SINGLE = "single"
    AGREE = "agree"
    MANUAL = "manual"
    CONFLICT = "conflict"


class Null(StrEnum):
    """Raw integer that means "not available"."""

    ALL_ONES = "all_ones"
    MAX_POSITIVE = "max_positive"
    MIN_NEGATIVE = "min_negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPoint:
    """One value of a product: where it lies and what it means."""

    quantity: str
    address: int
    """First register, as it goes on the wire."""
    type: RegisterType
    function_code: int
    """3 holding registers, 4 input registers."""
    resolution: Fraction
    """Units per count. [unit / count]"""
    unit: str
    kind: Kind
    utility: Utility | None
    direction: Direction
    side: Side
    billing: bool
    modulus: int | None
    """Counts at which the register returns to zero; None when no source says. [count]"""
    max_per_hour: int | None
    """Most counts an hour at the greatest current and voltage of the device. [count / h]"""
    trust: Trust
    note: str

    @property
    def end(self) -> int:
        """First register behind the value."""
        return self.address + self.type.width


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMap:
    """The registers of one product."""

    id: str
    vendor: str
    models: tuple[str, ...]
    trust: Trust
    sources: tuple[str, ...]
    word_order: str
    """Order of the registers of one value: "big" or "little"; bytes in a register are big."""
    unsigned_null: Null | None
    signed_null: Null | None
    points: Mapping[str, RegisterPoint]

    def point(self, quantity: str) -> RegisterPoint:
        """Return where a quantity lies.

        Raises:
            UnknownQuantityError: The product does not offer it.
        """
        try:
            return self.points[quantity]
        except KeyError:
            known = ", ".join(sorted(self.points))
            raise UnknownQuantityError(
                self.id, [f"no quantity {quantity!r}; the map has {known}"]
            ) from None

    def facts(self, quantity: str) -> ChannelFacts:
        """Return what a channel of this quantity is.

        Raises:
            UnknownQuantityError: The product does not offer it.
        """
        point = self.point(quantity)
        return ChannelFacts(
            quantity=quantity,
            kind=point.kind,
            utility=point.utility,
            unit=point.unit,
            resolution=point.resolution,
            modulus=point.modulus,
            direction=point.direction,
            side=point.side,
            billing=point.billing,
            max_per_hour=point.max_per_hour,
        )


def known() -> list[str]:
    """Return the ids of the maps that ship."""
    return sorted(path.stem for path in MAPS.glob("*.toml"))


def load(profile: str, folder: Path = MAPS) -> RegisterMap:
    """Return the checked map of a profile.

    Args:
        profile: Id of the map, the name of its file.
        folder: Where the maps lie.

    Raises:
        RegisterMapError: There is no such map or it has problems.
    """
    path = folder / f"{profile}.toml"
    if not re.fullmatch(r"[a-z0-9_]+", profile) or not path.is_file():
        raise RegisterMapError(profile, [f"no such map; there are {', '.join(known())}"])
    return parse(path.read_text("utf-8"), name=profile)


def parse(text: str, *, name: str) -> RegisterMap:
    """Return the checked map written in a text.

    Args:
        text: TOML.
        name: Name for messages; must equal the map's id.

    Raises:
        RegisterMapError: Lists every problem.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegisterMapError(name, [f"no TOML: {error}"]) from error
    return _Reader(name, raw).map()


_MAP_KEYS = {
    "schema_version", "id", "vendor", "models", "utility", "trust", "sources", "links",
    "function_code", "word_order", "side", "note", "nulls", "identify", "point",
}  # fmt: skip
_POINT_KEYS = {
    "quantity", "address", "type", "function_code", "resolution", "unit", "kind", "utility",
    "direction", "side", "billing", "modulus", "max_per_hour", "trust", "note",
}  # fmt: skip


class _Reader:
    """Reads one map and gathers its problems."""

    def __init__(self, name: str, raw: Mapping[str, object]) -> None:
        self.name = name
        self.raw = raw
        self.problems: list[str] = []

    def map(self) -> RegisterMap:
        self.unknown("the map", self.raw, _MAP_KEYS)
        if self.raw.get("schema_version") != SCHEMA_VERSION:
            self.problems.append(f"schema_version must be {SCHEMA_VERSION}")
        if self.raw.get("id") != self.name:
            self.problems.append(f"id must be {self.name!r}, the name of the file")
        nulls = self.raw.get("nulls", {})
        if not isinstance(nulls, dict) or set(nulls) - {"unsigned", "signed"}:
            self.problems.append('nulls must be a table with "unsigned" and "signed"')
            nulls = {}
        unsigned = self.one_of(Null, nulls.get("unsigned", "none"), "nulls.unsigned", none=True)
        signed = self.one_of(Null, nulls.get("signed", "none"), "nulls.signed", none=True)
        word_order = self.text("word_order", self.raw)
        if word_order not in {"big", "little"}:
            self.problems.append('word_order must be "big" or "little"')
        read = RegisterMap(
            id=self.name,
            vendor=self.text("vendor", self.raw),
            models=self.texts("models"),
            trust=self.one_of(Trust, self.raw.get("trust"), "trust") or Trust.SINGLE,
            sources=self.texts("sources"),
            word_order=word_order,
            unsigned_null=unsigned,
            signed_null=signed,
            points={point.quantity: point for point in self.points()},
        )
        if self.problems:
            raise RegisterMapError(self.name, self.problems)
        return read

    def points(self) -> list[RegisterPoint]:
        rows = self.raw.get("point", [])
        if not isinstance(rows, list) or not rows:
            self.problems.append("there is no [[point]]")
            return []
        points = [self.point(row) if isinstance(row, dict) else None for row in rows]
        found = [point for point in points if point is not None]
        self.overlaps(found)
        return found

    def overlaps(self, points: list[RegisterPoint]) -> None:
        names = [point.quantity for point in points]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.problems.append(f"quantity {name!r} stands twice")
        in_order = sorted(points, key=lambda p: (p.function_code, p.address))
        for a, b in pairwise(in_order):
            if a.function_code == b.function_code and b.address < a.end:
                self.problems.append(
                    f"{a.quantity} ({a.address} to {a.end - 1}) and {b.quantity} "
                    f"({b.address} to {b.end - 1}) overlap"
                )

    def point(self, row: Mapping[str, object]) -> RegisterPoint | None:
        name = row.get("quantity")
        where = f"point {name!r}"
        before = len(self.problems)
        self.unknown(where, row, _POINT_KEYS)
        kind = self.one_of(Kind, row.get("kind"), f"{where}: kind")
        type_ = self.one_of(RegisterType, row.get("type"), f"{where}: type")
        utility = self.one_of(
            Utility, row.get("utility", self.raw.get("utility")), f"{where}: utility", none=True
        )
        side = self.one_of(Side, row.get("side", self.raw.get("side")), f"{where}: side")
        direction = self.one_of(Direction, row.get("direction", "none"), f"{where}: direction")
        trust = self.one_of(Trust, row.get("trust", self.raw.get("trust")), f"{where}: trust")
        function_code = row.get("function_code", self.raw.get("function_code"))
        address, modulus = row.get("address"), row.get("modulus")
        max_per_hour = row.get("max_per_hour")
        billing = row.get("billing", False)
        if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            self.problems.append(f"{where}: quantity must be a lower-case name")
        if function_code not in {3, 4}:
            self.problems.append(f"{where}: function_code must be 3 or 4 (Meterline only reads)")
        if type(address) is not int or type_ is None or not 0 <= address <= 65536 - type_.width:
            self.problems.append(f"{where}: address must be 0 to 65535 and leave room for the type")
        if modulus is not None and (type(modulus) is not int or modulus < 2):
            self.problems.append(f"{where}: modulus must be a whole number of counts, 2 or more")
        if max_per_hour is not None and (type(max_per_hour) is not int or max_per_hour < 1):
            self.problems.append(f"{where}: max_per_hour must be a whole number of counts above 0")
        if not isinstance(billing, bool):
            self.problems.append(f"{where}: billing must be true or false")
        resolution = self.resolution(where, row.get("resolution"))
        unit = self.text("unit", row)
        if kind is Kind.COUNTER and utility is not None:
            self.counter_unit(where, utility, unit)
        if len(self.problems) > before:
            return None
        assert isinstance(name, str), "checked above, as are all below"
        assert kind is not None
        assert type_ is not None
        assert side is not None
        assert direction is not None
        assert trust is not None
        assert isinstance(address, int)
        assert isinstance(function_code, int)
        assert isinstance(billing, bool)
        assert modulus is None or isinstance(modulus, int)
        assert max_per_hour is None or isinstance(max_per_hour, int)
        return RegisterPoint(
            quantity=name, address=address, type=type_, function_code=function_code,
            resolution=resolution, unit=unit, kind=kind, utility=utility, direction=direction,
            side=side, billing=billing, modulus=modulus, max_per_hour=max_per_hour, trust=trust,
            note=str(row.get("note", "")),
        )  # fmt: skip

    def counter_unit(self, where: str, utility: Utility, unit: str) -> None:
        try:
            to_base(utility, unit)
        except EnergyError as error:
            self.problems.append(f'{where}: {error} (or state utility = "none")')

    def resolution(self, where: str, value: object) -> Fraction:
        try:
            if isinstance(value, str) and Fraction(value) > 0:
                return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
        self.problems.append(f'{where}: resolution must be an exact text such as "0.01"')
        return Fraction(1)

    def unknown(self, where: str, table: Mapping[str, object], keys: set[str]) -> None:
        self.problems += [f"{where}: unknown key {key!r}" for key in sorted(set(table) - keys)]

    def text(self, key: str, table: Mapping[str, object]) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            self.problems.append(f"{key} must be a text ({table.get('quantity', 'the map')})")
            return "?"
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            self.problems.append(f"{key} must be a list of texts, not empty")
            return ()
        return tuple(value)

    def one_of(self, kind: type[E], value: object, where: str, *, none: bool = False) -> E | None:
        if none and value == "none":
            return None
        try:
            return kind(str(value))
        except ValueError:
            self.problems.append(f"{where} must be one of {', '.join(kind)}, not {value!r}")
            return None
