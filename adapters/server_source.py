"""Step 1 of 6: values of meters behind a server -> reading columns of one slot. I/O.

From: stations (an OPC UA server; BACnet devices), each with values of one or more meters. To: the
spool. Who is asked when, who rests, how readings are dated; how a station is asked is the
adapter's own. One question brings many values; a station that fails never stops the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

from adapters.backoff import Backoff
from adapters.meter_profile import ProfiledMeter
from adapters.poll import Gathered, PollAnswer, PolledValue, PollResult, dated
from adapters.server_fault import ServerAskError
from adapters.server_wire import ServerWire
from adapters.told_value import FLAW_MEANS, Told, counted
from energy.base.clock import Clock, monotonic_s
from energy.metering.channel import ChannelFacts

FIRST_REST_S = 1.0
LONGEST_REST_S = 60.0
DEAD_A_POLL = 2
"""Stations that failed before and are asked again in one poll: the live ones stay on time."""
R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)
W = TypeVar("W", bound=ServerWire)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedValue(Generic[R]):
    """One value of a meter, as its server names it."""

    point: str
    """Metering point."""
    channel: int
    facts: ChannelFacts
    ref: R
    """Node or object."""
    scale: Fraction = Fraction(1)
    """Units of the channel in one of the server. [unit / raw]"""
    bits: tuple[int, int] | None = None
    """First bit and width of a state."""


def asked_values(meter: ProfiledMeter[W], ref: Callable[[W], R]) -> list[AskedValue[R]]:
    """Return the values of a meter behind a server.

    Args:
        meter: Its profile and channels.
        ref: Names a value to the server, by where its profile says that it lies.

    Raises:
        MeterProfileError: A channel's quantity is not in the profile.
    """
    found = []
    for quantity, channel in meter.channels.items():
        known = meter.profile.point(quantity)
        wire = known.wire
        found.append(
            AskedValue(
                point=meter.point,
                channel=channel,
                facts=known.facts,
                ref=ref(wire),
                scale=wire.scale,
                bits=wire.bits,
            )
        )
    return found


class Station(Protocol[R_contra]):
    """One server or device as its adapter asks it."""

    @property
    def protocol(self) -> str:
        """Return what begins the code of each fault and flaw."""
        ...

    @property
    def where(self) -> str:
        """Return its name for messages."""
        ...

    async def ask(self, refs: Sequence[R_contra], slot: datetime) -> Sequence[Told]:
        """Return what it says of each value, in their order.

        Args:
            refs: The values.
            slot: The scheduled instant, aware UTC.

        Raises:
            ServerAskError: It gave no proper answer.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Link(Protocol):
    """What the questions of a source go through."""

    @property
    def connects(self) -> int:
        """Return connections opened since the start."""
        ...


@dataclass(slots=True, kw_only=True)
class _Asked(Generic[R]):
    station: Station[R]
    values: Sequence[AskedValue[R]]
    rest: Backoff
    rest_until_s: float = 0.0


class ServerSource(Generic[R]):
    """Polls the stations of one source."""

    def __init__(
        self,
        key: str,
        link: Link,
        stations: Sequence[tuple[Station[R], Sequence[AskedValue[R]]]],
        clock: Clock,
        *,
        at_once: int = 1,
        skew_s: float = 5.0,
    ) -> None:
        """Take the stations; nothing is opened yet.

        Args:
            key: Name of the source.
            link: Counts connections.
            stations: Whom to ask, and for which values.
            clock: Dates answers that came too late for their slot.
            at_once: Stations asked at the same time.
            skew_s: An answer later than this after its slot is dated by the clock. [s]
        """
        self.key = key
        self.link = link
        self._clock = clock
        self._at_once = at_once
        self._skew = timedelta(seconds=skew_s)
        self._asked = [
            _Asked(
                station=station,
                values=values,
                rest=Backoff(f"{key}/{station.where}", first_s=FIRST_REST_S, most_s=LONGEST_REST_S),
            )
            for station, values in stations
        ]

    @property
    def channels(self) -> dict[int, str]:
        """Return the metering point of each channel of this source."""
        return {value.channel: value.point for asked in self._asked for value in asked.values}

    async def poll(
        self, slot: datetime, *, points: Collection[str] | None = None, urgent: bool = False
    ) -> PollResult:
        """Return what the meters answer for a slot; a meter that fails never stops the others.

        Args:
            slot: The scheduled instant, aware UTC.
            points: Ask only these meters; None asks all.
            urgent: Somebody waits for this very slot: ask resting stations too, and date every
                reading by the slot.
        """
        gathered = Gathered()
        room = asyncio.Semaphore(self._at_once)

        async def one(asked: _Asked[R]) -> None:
            values = [v for v in asked.values if points is None or v.point in points]
            async with room:
                if values:
                    await self._ask(asked, values, slot, gathered, urgent=urgent)

        await asyncio.gather(*(one(asked) for asked in self._due(urgent=urgent)))
        return gathered.result()

    def close(self) -> None:
        """Close every connection."""
        for asked in self._asked:
            asked.station.close()

    def _due(self, *, urgent: bool) -> list[_Asked[R]]:
        """Return whom to ask now: those that answer, then a few of those that do not."""
        if urgent:
            return sorted(self._asked, key=lambda asked: asked.rest.failures)
        now_s = monotonic_s()
        well = [asked for asked in self._asked if not asked.rest.failures]
        ill = [a for a in self._asked if a.rest.failures and a.rest_until_s <= now_s]
        return [*well, *sorted(ill, key=lambda asked: asked.rest_until_s)[:DEAD_A_POLL]]

    async def _ask(
        self,
        asked: _Asked[R],
        values: Sequence[AskedValue[R]],
        slot: datetime,
        gathered: Gathered,
        *,
        urgent: bool,
    ) -> None:
        try:
            told = await asked.station.ask([value.ref for value in values], slot)
        except ServerAskError as error:
            asked.rest_until_s = monotonic_s() + asked.rest.next_s()
            points = dict.fromkeys(value.point for value in values)
            for point in points:
                gathered.fail(point, error, slot)
            return
        asked.rest.reset()
        at = slot if urgent else dated(slot, self._clock.now(), self._skew)
        for point in dict.fromkeys(value.point for value in values):
            own = [(v, t) for v, t in zip(values, told, strict=True) if v.point == point]
            self._keep(asked.station, point, own, slot, at, gathered)

    def _keep(
        self,
        station: Station[R],
        point: str,
        own: Sequence[tuple[AskedValue[R], Told]],
        slot: datetime,
        at: datetime,
        gathered: Gathered,
    ) -> None:
        """Take what was said of one meter."""
        failed: dict[str, ServerAskError] = {}
        answers = []
        for value, told in own:
            if told.fault is not None:
                what = f"{value.ref}: {told.why}"
                error = ServerAskError(station.protocol, told.fault, station.where, what)
                failed.setdefault(error.code, error)
                continue
            answers.append(told.latency_us)
            worth = counted(told, value.facts, value.scale, value.bits)
            why = ""
            if worth.flaw is not None:
                why = (told.why if told.flaw is worth.flaw else "") or FLAW_MEANS[worth.flaw]
            polled = PolledValue(
                channel=value.channel,
                facts=value.facts,
                count=worth.count,
                flaw=worth.flaw,
                why=why,
            )
            gathered.keep(station.protocol, point, polled, at)
        if answers:
            gathered.answered.append(PollAnswer(point, max(answers)))
        for error in failed.values():
            gathered.fail(point, error, slot)
