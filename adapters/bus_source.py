"""Step 1 of 6: values of meters on one byte link -> reading columns of one slot. I/O.

From: one bus with many meters. To: the spool. Shared by DL/T 645 and CJ/T 188: who is asked when,
who rests, how readings are dated. How one meter is asked is the adapter's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from adapters.backoff import Backoff
from adapters.link_fault import NOT_ASKED, AskFailedError
from adapters.meter_profile import ProfiledMeter, ProfilePoint
from adapters.octets import OctetLink
from adapters.poll import Gathered, PollAnswer, PolledValue, PollResult, dated
from energy.base.clock import Clock, monotonic_s

W = TypeVar("W")
FAILURES_BEFORE_REST = 3
FIRST_REST_S = 30.0
LONGEST_REST_S = 600.0
BITS = 11
"""Start, eight, parity and stop: these meters talk 8E1. [bit]"""
TURNAROUND_S = 0.1
"""What a meter usually takes before it answers; the standards allow it half a second. [s]"""
SILENT_A_POLL = 3
"""Meters that failed before and may fail again in one poll: the live ones keep their interval."""
DEAD_A_POLL = 1
"""The same for meters that rest. As soon as they answer, all are asked."""


Keep = Callable[[Sequence[PolledValue]], None]
"""Takes the values of one answer as soon as they are there."""


class BusMeter(ABC, Generic[W]):
    """One meter as its adapter asks it."""

    def __init__(self, meter: ProfiledMeter[W]) -> None:
        """Take the meter.

        Args:
            meter: Its profile and channels.

        Raises:
            MeterProfileError: A channel's quantity is not in its profile.
        """
        self.point = meter.point
        self.channels = meter.channels
        self.points = [meter.profile.point(quantity) for quantity in meter.channels]

    def value(
        self, point: ProfilePoint[W], count: int, flaw: StrEnum | None, why: str
    ) -> PolledValue:
        """Return a value of the meter.

        Args:
            point: What it is.
            count: Content of the register. [count]
            flaw: Why it is suspect; None when it is sound.
            why: The same in words.
        """
        return PolledValue(
            channel=self.channels[point.quantity],
            facts=point.facts,
            count=count,
            flaw=flaw,
            why=why,
        )

    @property
    @abstractmethod
    def exchanges(self) -> Sequence[int]:
        """Return the bytes of each question with its answer, wake-up bytes included. [byte]."""

    @abstractmethod
    async def read(self, keep: Keep, *, urgent: bool) -> Sequence[AskFailedError]:
        """Ask for every value; return what the meter properly refused.

        Args:
            keep: Takes the values of each answer.
            urgent: Ask also for what the meter refused before.

        Raises:
            AskFailedError: The meter gave no proper answer; it is not asked further.
        """


@dataclass(slots=True, kw_only=True)
class _Asked:
    """A meter and how it behaved."""

    meter: BusMeter[Any]
    rest: Backoff
    failures: int = 0
    rest_until_s: float = 0.0

    @property
    def dead(self) -> bool:
        return self.failures >= FAILURES_BEFORE_REST


class BusSource:
    """Polls the meters of one bus, one question at a time."""

    PROTOCOL = ""
    """Begins the code of each fault and flaw."""

    def __init__(
        self,
        key: str,
        link: OctetLink,
        meters: Sequence[BusMeter[Any]],
        clock: Clock,
        *,
        skew_s: float = 5.0,
    ) -> None:
        """Take the bus; nothing is opened yet.

        Args:
            key: Name of the source.
            link: The bus.
            meters: Whom to ask.
            clock: Dates answers that came too late for their slot.
            skew_s: An answer later than this after its slot is dated by the clock. [s]
        """
        self.key = key
        self.link = link
        self._clock = clock
        self._skew = timedelta(seconds=skew_s)
        self._asked = [
            _Asked(
                meter=meter,
                rest=Backoff(f"{key}/{meter.point}", first_s=FIRST_REST_S, most_s=LONGEST_REST_S),
            )
            for meter in meters
        ]

    @property
    def channels(self) -> dict[int, str]:
        """Return the metering point of each channel of this source."""
        return {
            channel: asked.meter.point
            for asked in self._asked
            for channel in asked.meter.channels.values()
        }

    def needs_s(self, baud: int, pause_s: float) -> float:
        """Return what one slot takes while every meter answers. [s].

        Args:
            baud: Speed of the bus. [bit/s]
            pause_s: Least pause between two questions. [s]
        """
        each = [octets for asked in self._asked for octets in asked.meter.exchanges]
        return sum(each) * BITS / baud + len(each) * (TURNAROUND_S + pause_s)

    async def poll(
        self, slot: datetime, *, points: Collection[str] | None = None, urgent: bool = False
    ) -> PollResult:
        """Return what the meters answer for a slot; a meter that fails never stops the others.

        Args:
            slot: The scheduled instant, aware UTC.
            points: Ask only these meters; None asks all.
            urgent: Somebody waits for this very slot: ask resting meters too, and date every
                reading by the slot.
        """
        wanted = [a for a in self._asked if points is None or a.meter.point in points]
        if urgent:
            self.link.hurry()
        gathered = Gathered()
        silent = 0
        for asked in sorted(wanted, key=lambda each: each.failures):
            before = asked.failures
            if before and not urgent:
                most = DEAD_A_POLL if asked.dead else SILENT_A_POLL
                if silent >= most or monotonic_s() < asked.rest_until_s:
                    continue
            await self._poll_meter(asked, slot, gathered, urgent=urgent)
            silent += bool(before) and asked.failures > before
        return gathered.result()

    def close(self) -> None:
        """Close the bus."""
        self.link.close()

    async def _poll_meter(
        self, asked: _Asked, slot: datetime, gathered: Gathered, *, urgent: bool
    ) -> None:
        def keep(values: Sequence[PolledValue]) -> None:
            at = slot if urgent else dated(slot, self._clock.now(), self._skew)
            gathered.answered.append(PollAnswer(asked.meter.point, self.link.latency_us))
            for value in values:
                gathered.keep(self.PROTOCOL, asked.meter.point, value, at)

        try:
            refused = await asked.meter.read(keep, urgent=urgent)
        except AskFailedError as error:
            gathered.fail(asked.meter.point, error, slot)
            if error.fault not in NOT_ASKED:
                asked.failures += 1
                if asked.dead:
                    asked.rest_until_s = monotonic_s() + asked.rest.next_s()
            return
        for refusal in refused:
            gathered.fail(asked.meter.point, refusal, slot)
        asked.failures = 0
        asked.rest_until_s = 0.0
        asked.rest.reset()
