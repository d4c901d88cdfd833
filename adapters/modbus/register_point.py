"""In: nothing. Out: what one value of a product is: where it lies and what it means. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from adapters.profile_point import Point, Trust


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
    ACC32 = "acc32"
    """An unsigned accumulator of SunSpec: 0 means "not available"."""
    BITS16 = "bits16"
    BITS32 = "bits32"

    @property
    def bits(self) -> int:
        """Width of the value. [bit]."""
        return int(self.value[-2:])

    @property
    def width(self) -> int:
        """Number of registers. [register]."""
        return self.bits // 16

    @property
    def is_float(self) -> bool:
        """Whether the value is a floating-point number."""
        return self.value[0] == "f"

    @property
    def is_signed(self) -> bool:
        """Whether the value is a whole number that may be below zero."""
        return self.value[0] == "s"

    @property
    def is_bits(self) -> bool:
        """Whether the value is a field of single bits."""
        return self.value.startswith("bits")


class Null(StrEnum):
    """Raw integer that means "not available"."""

    ALL_ONES = "all_ones"
    MAX_POSITIVE = "max_positive"
    MIN_NEGATIVE = "min_negative"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPoint(Point):
    """One value of a product that may become a channel: where it lies and what it means."""

    address: int
    """First register, as it goes on the wire."""
    type: RegisterType
    function_code: int
    """3 holding registers, 4 input registers."""
    trust: Trust
    note: str
    bits: tuple[int, int] | None = None
    """Lowest bit and number of bits of a state; None for the whole value."""
    scale: Fraction = Fraction(1)
    """Units in one of a float; an integer's scale is its resolution. [unit / raw]"""
    scale_address: int | None = None
    """Register of the power of ten by which the raw value is multiplied; None for none."""

    @property
    def value_end(self) -> int:
        """First register behind the value itself."""
        return self.address + self.type.width

    @property
    def end(self) -> int:
        """First register behind all that must come in one answer: the value and its scale."""
        if self.scale_address is None:
            return self.value_end
        return max(self.value_end, self.scale_address + 1)

    @property
    def raw_per_count(self) -> Fraction:
        """How much a float's raw value moves in one count. [raw / count]."""
        return self.resolution / self.scale


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatePoint:
    """A text or a setting of the device, such as its serial number: never a channel."""

    quantity: str
    address: int
    """First register, as it goes on the wire."""
    type: RegisterType | None
    """None: a text, two letters a register."""
    width: int
    """Number of registers. [register]"""
    function_code: int
    resolution: Fraction
    """Units per count of a number. [unit / count]"""
    unit: str
    trust: Trust
    note: str

    @property
    def end(self) -> int:
        """First register behind the value."""
        return self.address + self.width


@dataclass(frozen=True, slots=True, kw_only=True)
class Identify:
    """What a register holds when the device is of this product.

    Rules for one address are alternatives; those for different addresses must all hold.
    """

    address: int
    type: RegisterType | None
    """None: a text."""
    width: int
    """Number of registers. [register]"""
    function_code: int
    equals: int | str | None
    low: Fraction | None
    """Least raw value, included."""
    high: Fraction | None
    """Greatest raw value, included."""
    note: str

    def holds(self, value: float | Fraction | str) -> bool:
        """Return whether a raw value is as the rule says.

        Args:
            value: Raw number, or the text without blanks at its end.
        """
        if self.equals is not None or isinstance(value, str):
            return value == self.equals
        if value != value:  # noqa: PLR0124 - not a number
            return False
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)
