"""In: what one poll met. Out: readings, findings and failures as values. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from energy.base.finding import Finding
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one slot of one source gave."""

    columns: ReadingColumns
    findings: tuple[Finding, ...] = ()
    """Data problems; position 0, for they are not journaled yet."""
    failures: tuple[PollFailure, ...] = ()

    @staticmethod
    def joined(parts: Iterable[PollResult]) -> PollResult:
        """Return several results as one."""
        every = list(parts)
        return PollResult(
            columns=ReadingColumns.joined(p.columns for p in every),
            findings=tuple(f for p in every for f in p.findings),
            failures=tuple(f for p in every for f in p.failures),
        )
