"""In: what one poll met. Out: readings, findings and failures as values. Pure.

Every polled source, whatever its protocol, has the shape of PolledSource.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

import numpy as np

from energy.base.clock import to_us
from energy.base.errors import EnergyError
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.metering.channel import ChannelFacts
from energy.metering.reading import ReadingColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFailure:
    """Why a meter gave no reading in a slot; cause and next step in one sentence each."""

    point: str
    """Metering point that was asked."""
    code: str
    """Stable code, for example "modbus.no_answer"."""
    message: str
    slot: datetime


class PollAnswer(NamedTuple):
    """One question that a meter answered."""

    point: str
    """Metering point."""
    latency_us: int
    """From the question to its answer. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one slot of one source gave."""

    columns: ReadingColumns
    findings: tuple[Finding, ...] = ()
    """Data problems; position 0, for they are not journaled yet."""
    failures: tuple[PollFailure, ...] = ()
    answered: tuple[PollAnswer, ...] = ()

    @staticmethod
    def joined(parts: Iterable[PollResult]) -> PollResult:
        """Return several results as one."""
        every = list(parts)
        return PollResult(
            columns=ReadingColumns.joined(p.columns for p in every),
            findings=tuple(f for p in every for f in p.findings),
            failures=tuple(f for p in every for f in p.failures),
            answered=tuple(a for p in every for a in p.answered),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledValue:
    """One value of an answer and the channel it is."""

    channel: int
    facts: ChannelFacts
    count: int
    """Content of the register; 0 where there is no number. [count]"""
    flaw: StrEnum | None = None
    """Why the value is suspect; None when it is sound."""
    why: str = ""
    """The same in words."""

    def finding(self, protocol: str, point: str, at: datetime) -> Finding:
        """Return the finding of its flaw.

        Args:
            protocol: Begins the code.
            point: Metering point.
            at: The instant of the reading, aware UTC.
        """
        return Finding(
            code=f"{protocol}.{self.flaw}",
            severity=Severity.DO_NOT_BILL if self.facts.billing else Severity.WARN,
            channel=self.channel,
            start=at,
            end=at,
            position=0,
            proof={
                "point": point,
                "quantity": self.facts.quantity,
                "count": self.count,
                "why": self.why,
            },
        )


@dataclass(slots=True)
class Gathered:
    """What a poll has gathered so far, a value a row: channel, instant, count, quality."""

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failures: list[PollFailure] = field(default_factory=list)
    answered: list[PollAnswer] = field(default_factory=list)

    def keep(self, protocol: str, point: str, value: PolledValue, at: datetime) -> None:
        """Keep a value, and the finding of its flaw.

        Args:
            protocol: Begins the code of the finding.
            point: Metering point.
            value: What the meter said.
            at: The instant it stands for, aware UTC.
        """
        quality = Quality.MEASURED if value.flaw is None else Quality.SUSPECT
        self.rows.append((value.channel, to_us(at), value.count, quality))
        if value.flaw is not None:
            self.findings.append(value.finding(protocol, point, at))

    def fail(self, point: str, error: EnergyError, slot: datetime) -> None:
        """Keep why a meter gave no reading in a slot."""
        self.failures.append(
            PollFailure(point=point, code=error.code, message=str(error), slot=slot)
        )

    def result(self) -> PollResult:
        """Return it as columns, in the order of the answers."""
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 4)
        columns = ReadingColumns(
            channel=table[:, 0].astype(np.int32),
            at_us=table[:, 1].copy(),
            count=table[:, 2].copy(),
            quality=table[:, 3].astype(np.uint8),
        )
        return PollResult(
            columns=columns,
            findings=tuple(self.findings),
            failures=tuple(self.failures),
            answered=tuple(self.answered),
        )


def dated(slot: datetime, now: datetime, skew: timedelta) -> datetime:
    """Return the slot, or the present when an answer came too late to stand for it.

    Args:
        slot: The scheduled instant, aware UTC.
        now: When the answer came, aware UTC.
        skew: How far it may lie from its slot.
    """
    return slot if abs(now - slot) <= skew else now


class PolledSource(Protocol):
    """A source that is asked at each of its slots."""

    @property
    def key(self) -> str:
        """Return the name of the source within the site."""
        ...

    @property
    def channels(self) -> dict[int, str]:
        """Return the metering point of each channel of this source."""
        ...

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
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
