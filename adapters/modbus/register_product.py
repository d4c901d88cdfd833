"""In: nothing. Out: the registers of one product, as a value. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.errors import RegisterMapError, UnknownQuantityError
from adapters.modbus.register_point import Identify, Null, PlatePoint, RegisterPoint
from adapters.profile_fields import changed_step
from adapters.profile_point import Trust
from energy.metering.channel import ChannelFacts

MOST_REGISTERS = 125
"""Most registers of one request by the protocol. [register]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialDefaults:
    """How the device leaves the factory on a serial bus, as far as a source says."""

    bauds: tuple[int, ...] = ()
    formats: tuple[str, ...] = ()
    """Data bits, parity, stop bits: "8N1"."""
    unit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """How to find where the addresses of a relative map begin (SunSpec).

    A marker of two registers stands at one of the bases; behind it follow models, each with its
    number and its length, until number 65535. Addresses of the map count from the number of its
    own model; addresses of `common` count from the number of model 1.
    """

    marker: int
    bases: tuple[int, ...]
    models: tuple[int, ...]
    """Model numbers that this map describes."""
    common: Mapping[str, PlatePoint]
    """Texts and settings of model 1: maker, model, serial number."""


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
    """What may become a channel, by quantity."""
    plate: Mapping[str, PlatePoint] = field(default_factory=dict)
    """Texts and settings of the device, by quantity."""
    identify: tuple[Identify, ...] = ()
    constant: str | None = None
    """The plate value that never changes by itself: read anew before counters are accepted."""
    max_registers: int = MOST_REGISTERS
    """Most registers of one request. [register]"""
    allow_transaction_zero: bool = False
    """Whether the device answers with transaction 0 whatever was asked."""
    links: tuple[str, ...] = ()
    """Transports of the product: rtu, tcp."""
    serial: SerialDefaults = SerialDefaults()
    utility: str = "none"
    """What the product measures: a utility, or "none"."""
    ratios: tuple[str, ...] = ()
    """Ratios that the registers leave out: "CT", "VT"."""
    missing: tuple[str, ...] = ()
    """What the product has and no source places."""
    note: str = ""
    discovery: Discovery | None = None
    """Set while the addresses are relative: `base`, then `point`, need a place on the wire."""

    def point(self, quantity: str) -> RegisterPoint:
        """Return where a quantity lies.

        Raises:
            UnknownQuantityError: The product does not offer it.
            RegisterMapError: Its place or its unit is not settled.
        """
        try:
            point = self.points[quantity]
        except KeyError:
            known = ", ".join(sorted(self.points))
            raise UnknownQuantityError(
                self.id, [f"no quantity {quantity!r}; the map has {known}"]
            ) from None
        if self.discovery is not None:
            problem = (
                f"{quantity}: addresses count from where the model begins in this device. "
                f"Name that register with the profile, as in {self.id}@40069; "
                "`field probe` finds it"
            )
            raise RegisterMapError(self.id, [problem])
        if not point.unit_known:
            problem = (
                f"{quantity}: no source settles its unit ({point.unit}). Read it at the "
                "device, state it in a map of the site's own (`profile show --toml`), check "
                "it with `profile check`, and name that profile"
            )
            raise RegisterMapError(self.id, [problem])
        return point

    def facts(self, quantity: str) -> ChannelFacts:
        """Return what a channel of this quantity is.

        Raises:
            UnknownQuantityError: The product does not offer it.
            RegisterMapError: Its place or its unit is not settled.
        """
        return self.point(quantity).facts

    def disagrees(self, quantity: str, *, unit: str, resolution: str) -> str | None:
        """Return how a channel in the journal differs from this map, None where it does not.

        Args:
            quantity: Quantity of the channel.
            unit: Unit of the channel; empty in plans of earlier versions, which are not compared.
            resolution: Units per count of the channel, exact; empty likewise. [unit / count]
        """
        point = self.points.get(quantity)
        if point is None:
            return f"{self.id} has no {quantity} any more"
        return changed_step(self.id, point.facts, unit=unit, resolution=resolution)
