"""Step 1 of 6: values of meters in BACnet devices -> reading columns of one slot. I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.bacnet.address import BacnetAddress
from adapters.bacnet.client import LARGEST_APDU, Asked, BacnetLink, Property, RefusedError
from adapters.bacnet.profile import PROTOCOL, Wire
from adapters.exact_float import FLOAT32_BITS, FLOAT64_BITS
from adapters.meter_profile import ProfiledMeter
from adapters.server_fault import ServerAskError, ServerFault
from adapters.server_source import AskedValue, ServerSource, asked_values
from adapters.told_value import Flaw, Told
from energy.base.clock import Clock, monotonic_s

VALUE, FLAGS, RELIABILITY = "present-value", "status-flags", "reliability"
OBJECT_OCTETS, HEAD_OCTETS = 48, 24
"""What an answer takes: for one object with its three properties, and in front. [byte]"""
_TOO_LONG = frozenset(
    {"buffer-overflow", "segmentation-not-supported", "apdu-too-long", "out-of-resources"}
)
_ABSENT = frozenset({"unknown-object", "unknown-property", "no-answer-for-it"})
_DENIED = frozenset({"read-access-denied", "not-configured"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BacnetSettings:
    """How the devices of a source are reached."""

    host: str
    port: int
    timeout_s: float = 1.0
    at_once: int = 1
    """Devices behind a router that are asked at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacnetMeter(ProfiledMeter[Wire]):
    """One meter: where it lies and which quantity is which channel."""

    address: BacnetAddress


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """An object whose present value is read."""

    type: str
    instance: int

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.type},{self.instance}"


class BacnetSource(ServerSource[ObjectRef]):
    """Polls the meters of one device, or of the devices behind one router."""

    def __init__(
        self,
        key: str,
        settings: BacnetSettings,
        meters: Sequence[BacnetMeter],
        clock: Clock,
        *,
        skew_s: float = 5.0,
    ) -> None:
        """Plan the questions; nothing is opened yet.

        Args:
            key: Name of the source.
            settings: How the devices are reached.
            meters: Which meters.
            clock: Dates answers that came too late for their slot.
            skew_s: An answer later than this after its slot is dated by the clock. [s]

        Raises:
            MeterProfileError: A channel's quantity is not in its profile.
        """
        link = BacnetLink(settings.host, settings.port, timeout_s=settings.timeout_s)
        devices: dict[tuple[int, str], list[AskedValue[ObjectRef]]] = {}
        for meter in meters:
            key_ = (meter.address.device, meter.address.route)
            devices.setdefault(key_, []).extend(_values(meter))
        stations = [
            (_Device(link, number, route), values) for (number, route), values in devices.items()
        ]
        super().__init__(key, link, stations, clock, at_once=settings.at_once, skew_s=skew_s)


@dataclass(slots=True)
class _Device:
    """One device as it is asked."""

    link: BacnetLink
    number: int
    route: str
    protocol: str = PROTOCOL
    _objects: int = 0
    """Objects in one question; 0 until the device has said what it takes, or must be asked anew."""
    _singly: bool = False
    """Whether it takes questions for one property alone."""
    _mute: bool = False
    """Whether it once said nothing to many questions at once, right after it answered to one."""
    _without: set[ObjectRef] = field(default_factory=set)
    """Objects that have no reliability."""

    @property
    def where(self) -> str:
        behind = f" at {self.route}" if self.route else ""
        return f"{self.link.where} device {self.number}{behind}"

    async def ask(self, refs: Sequence[ObjectRef], slot: datetime) -> Sequence[Told]:
        fresh = False
        try:
            if not self._objects:
                await self._learn()
                fresh = True
            return await self._ask_all(list(refs))
        except RefusedError as error:
            raise self._fault(ServerFault.REFUSED, error.reason) from error
        except ServerAskError as error:
            self._mute = self._mute or (fresh and error.fault is ServerFault.NO_ANSWER)
            self._objects = 0  # who answers next may be another device
            raise self._fault(error.fault, error.what) from error

    def close(self) -> None:
        self.link.close()

    async def _learn(self) -> None:
        """Ask whether the right device answers, and how much it can say at once."""
        asked = ("device", self.number, "max-apdu-length-accepted")
        told = await self.link.one(self.route, asked)
        if told.error:
            raise self._fault(ServerFault.WRONG_METER, f"no device {self.number}: {told.error}")
        longest = told.value if type(told.value) is int else 0
        room = min(longest, LARGEST_APDU) - HEAD_OCTETS
        self._objects = max(1, room // OBJECT_OCTETS)
        self._singly = self._mute
        self._without.clear()

    async def _ask_all(self, refs: list[ObjectRef]) -> list[Told]:
        told: dict[ObjectRef, Told] = {}
        waiting = list(dict.fromkeys(refs))
        while waiting:
            part = waiting[: self._objects]
            asked_s = monotonic_s()
            try:
                found = await self._ask_part(part)
            except RefusedError as error:
                self._yield(error, len(part))
                continue
            latency_us = round((monotonic_s() - asked_s) * 1e6)
            for ref in part:
                told[ref] = _told(found, ref, latency_us)
                if found.get((ref, RELIABILITY), Property()).error in _ABSENT:
                    self._without.add(ref)
            waiting = waiting[len(part) :]
        return [told[ref] for ref in refs]

    def _yield(self, error: RefusedError, asked: int) -> None:
        """Ask less at once after a refusal; raises it again where one property is refused."""
        if self._singly:
            raise error
        if error.reason in _TOO_LONG and asked > 1:
            self._objects = asked // 2
        else:
            self._singly = True

    async def _ask_part(self, refs: Sequence[ObjectRef]) -> dict[tuple[ObjectRef, str], Property]:
        wanted = [
            (ref, name)
            for ref in refs
            for name in (VALUE, FLAGS, RELIABILITY)
            if name != RELIABILITY or ref not in self._without
        ]
        asked: list[Asked] = [(ref.type, ref.instance, name) for ref, name in wanted]
        if self._singly:
            found = [await self.link.one(self.route, each) for each in asked]
        else:
            found = await self.link.many(self.route, asked)
        return dict(zip(wanted, found, strict=True))

    def _fault(self, fault: ServerFault, what: str) -> ServerAskError:
        return ServerAskError(PROTOCOL, fault, self.where, what)


def _values(meter: BacnetMeter) -> list[AskedValue[ObjectRef]]:
    offset = meter.address.offset
    return asked_values(meter, lambda wire: ObjectRef(wire.type, wire.instance + offset))


def _told(found: Mapping[tuple[ObjectRef, str], Property], ref: ObjectRef, latency_us: int) -> Told:
    value = found[ref, VALUE]
    if value.error:
        fault = ServerFault.BAD_STATUS
        if value.error in _ABSENT:
            fault = ServerFault.NO_SUCH_VALUE
        elif value.error in _DENIED:
            fault = ServerFault.REFUSED
        return Told(fault=fault, why=value.error, latency_us=latency_us)
    flaw, why = flaw_of(found[ref, FLAGS], found.get((ref, RELIABILITY), Property()))
    return Told(
        value=value.value,
        fraction_bits=FLOAT32_BITS if value.single else FLOAT64_BITS,
        flaw=flaw,
        why=why,
        latency_us=latency_us,
    )


def flaw_of(flags: Property, reliability: Property) -> tuple[Flaw | None, str]:
    """Return what a device says against a value of its own, and the same in words.

    Args:
        flags: The status flags: in alarm, fault, overridden, out of service.
        reliability: Why a value is not reliable; 0 where it is.
    """
    bits = flags.value if isinstance(flags.value, tuple) else ()
    if len(bits) == 4:
        _, fault, overridden, out_of_service = bits
        if out_of_service:
            return Flaw.OUT_OF_SERVICE, ""
        if fault:
            return Flaw.DEVICE_FAULT, f"status flag fault, reliability {reliability.value}"
        if overridden:
            return Flaw.OVERRIDDEN, ""
    if type(reliability.value) is int and reliability.value != 0:
        return Flaw.DEVICE_FAULT, f"reliability {reliability.value}"
    return None, ""
