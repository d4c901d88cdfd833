"""In: nothing. Out: what a play needs to know of any simulated site: two Protocols. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class CountingRegister(Protocol):
    """A register as a function of time."""

    @property
    def modulus(self) -> int | None:
        """Counts at which it returns to zero; None: it never does. [count]."""

    def true_count(self, at_us: int) -> int:
        """Return the count as if it had endless digits. [us since the epoch -> count]."""

    def shown_count(self, at_us: int) -> int:
        """Return the count that it shows. [us since the epoch -> count]."""


class PlayedSite(Protocol):
    """The simulated meters of a site."""

    def channels(self) -> list[tuple[str, str]]:
        """Return (point, quantity) of every channel that the site reads."""

    def registers(self) -> Mapping[str, CountingRegister]:
        """Return the register of every counting point."""


class PushedMeter(Protocol):
    """A counter or sensor whose gateway publishes it."""

    @property
    def point(self) -> str:
        """The metering point."""

    @property
    def device(self) -> str:
        """Its name at the gateway."""

    @property
    def topic(self) -> str:
        """The topic of its messages."""

    @property
    def quantity(self) -> str:
        """What it counts or shows."""

    def shown_count(self, at_us: int) -> int:
        """Return the count that it shows. [us since the epoch -> count]."""
