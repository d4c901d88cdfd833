"""In: nothing. Out: what the simulator needs to know of a register map, as protocols. Pure.

The simulator does not know the adapters: it takes any map that has these facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol


class PlaceLayout(Protocol):
    """Where a value lies, as a register map says."""

    @property
    def address(self) -> int:
        """First register."""

    @property
    def type(self) -> str | None:
        """Name of the type; None for a text."""

    @property
    def function_code(self) -> int:
        """3 or 4."""


class RuleLayout(PlaceLayout, Protocol):
    """What a device of the product holds at one place."""

    @property
    def width(self) -> int:
        """Number of registers. [register]."""

    @property
    def equals(self) -> int | str | None:
        """What the registers hold, or None."""

    @property
    def low(self) -> Fraction | None:
        """Least raw value, or None."""

    @property
    def high(self) -> Fraction | None:
        """Greatest raw value, or None."""


class PlateLayout(PlaceLayout, Protocol):
    """A text or a setting."""

    @property
    def quantity(self) -> str:
        """Canonical name."""

    @property
    def width(self) -> int:
        """Number of registers. [register]."""

    @property
    def resolution(self) -> Fraction:
        """Units per count. [unit / count]."""

    @property
    def unit(self) -> str:
        """Unit."""


class PointLayout(PlaceLayout, Protocol):
    """A value that may become a channel."""

    @property
    def quantity(self) -> str:
        """Canonical name."""

    @property
    def resolution(self) -> Fraction:
        """Units per count. [unit / count]."""

    @property
    def scale(self) -> Fraction:
        """Units in one of a float. [unit / raw]."""

    @property
    def scale_address(self) -> int | None:
        """Register of the power of ten, or None."""

    @property
    def bits(self) -> tuple[int, int] | None:
        """Lowest bit and number of bits of a state, or None."""

    @property
    def unit(self) -> str:
        """Unit."""


class DiscoveryLayout(Protocol):
    """How a relative map is found."""

    @property
    def marker(self) -> int:
        """Two registers that stand where a device begins."""

    @property
    def common(self) -> Mapping[str, PlateLayout]:
        """Texts and settings of model 1."""


class ProductLayout(Protocol):
    """A register map, as far as a simulated device needs it."""

    @property
    def word_order(self) -> str:
        """Order of the words of a value: big or little."""

    @property
    def points(self) -> Mapping[str, PointLayout]:
        """What may become a channel, by quantity."""

    @property
    def plate(self) -> Mapping[str, PlateLayout]:
        """Texts and settings, by quantity."""

    @property
    def identify(self) -> Sequence[RuleLayout]:
        """The signature of the product."""

    @property
    def discovery(self) -> DiscoveryLayout | None:
        """How a relative map is found, or None."""
