"""In: answers of many polls. Out: each poll's readings and findings. Pure but for waiting.

Decoding costs by the call, not by the meter: so the polls that end within a moment are decoded
together, product by product, and each gets its own rows back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from adapters.modbus.decode import FLAW_MEANS, Flaw
from adapters.modbus.decode_columns import FLAWS, ColumnDecoder, DecodedColumns
from adapters.modbus.plate_guard import DOUBT_MEANS, Changed, is_held
from adapters.poll import PollAnswer, PollFailure, PollResult
from energy.base.clock import from_us
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.metering.channel import Kind
from energy.metering.reading import ReadingColumns

_MEASURED = np.uint8(Quality.MEASURED)
_SUSPECT = np.uint8(Quality.SUSPECT)
_NOTHING = ReadingColumns.of(())


@dataclass(slots=True, eq=False)
class Answer:
    """The registers that one read gave, and when."""

    decoder: ColumnDecoder
    point: str
    """Metering point."""
    channels: NDArray[np.int32]
    registers: Sequence[int]
    at_us: int
    changed: Changed | None
    """Why the counters among them are not believed."""


@dataclass(slots=True)
class Sheet:
    """What one poll has gathered: registers as they came."""

    answers: list[Answer] = field(default_factory=list)
    failures: list[PollFailure] = field(default_factory=list)
    answered: list[PollAnswer] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


class DecodeDesk:
    """Decodes what several polls have gathered, together."""

    def __init__(self, *, gather_s: float = 0.0) -> None:
        """Begin with nothing to do.

        Args:
            gather_s: How long answers of other polls are waited for. [s]
        """
        self._gather_s = gather_s
        self._waiting: list[tuple[Sheet, asyncio.Future[PollResult]]] = []

    async def result(self, sheet: Sheet, *, at_once: bool) -> PollResult:
        """Return a poll's readings, decoded with those of the polls that end with it.

        Args:
            sheet: What the poll gathered.
            at_once: Wait for nobody.
        """
        if at_once or not self._gather_s:
            return decode_together([sheet])[0]
        loop = asyncio.get_running_loop()
        done: asyncio.Future[PollResult] = loop.create_future()
        if not self._waiting:
            loop.call_later(self._gather_s, self._decode)
        self._waiting.append((sheet, done))
        return await done

    def _decode(self) -> None:
        waiting, self._waiting = self._waiting, []
        results = decode_together([sheet for sheet, _ in waiting])
        for result, (_, done) in zip(results, waiting, strict=True):
            if not done.done():
                done.set_result(result)


def decode_together(sheets: Sequence[Sheet]) -> list[PollResult]:
    """Return the result of every sheet: columns cut from those of all of them."""
    answers = [answer for sheet in sheets for answer in sheet.answers]
    if not answers:
        return [_result(sheet, _NOTHING) for sheet in sheets]
    sizes = [len(answer.channels) for answer in answers]
    ends = np.cumsum(sizes)
    columns = ReadingColumns(
        channel=np.concatenate([answer.channels for answer in answers]),
        at_us=np.repeat(np.array([answer.at_us for answer in answers], dtype=np.int64), sizes),
        count=np.empty(ends[-1], dtype=np.int64),
        quality=np.empty(ends[-1], dtype=np.uint8),
    )
    starts = dict(zip(map(id, answers), (ends - sizes).tolist(), strict=True))
    _fill(sheets, starts, columns)
    results, start = [], 0
    for sheet in sheets:
        size = sum(len(answer.channels) for answer in sheet.answers)
        results.append(_result(sheet, _part(columns, slice(start, start + size))))
        start += size
    return results


def _fill(sheets: Sequence[Sheet], starts: dict[int, int], columns: ReadingColumns) -> None:
    """Fill in counts and qualities of every answer, and the findings of every sheet."""
    by_decoder: dict[ColumnDecoder, list[tuple[Sheet, Answer]]] = {}
    for sheet in sheets:
        for answer in sheet.answers:
            by_decoder.setdefault(answer.decoder, []).append((sheet, answer))
    for decoder, pairs in by_decoder.items():
        values = decoder.decode([answer.registers for _, answer in pairs])
        first = np.array([starts[id(answer)] for _, answer in pairs])
        places = first[:, np.newaxis] + np.arange(values.count.shape[1])
        columns.count[places] = values.count
        columns.quality[places] = np.where(values.flaw == 0, _MEASURED, _SUSPECT)
        for sheet, answer in pairs:
            if answer.changed is not None:
                _hold(sheet, answer, answer.changed, columns, starts[id(answer)])
        _find_flaws(pairs, values)


def _hold(
    sheet: Sheet, answer: Answer, changed: Changed, columns: ReadingColumns, start: int
) -> None:
    """Mark the counters that are not believed; of those it does not touch a person is told, too."""
    for place, point in enumerate(answer.decoder.block.points):
        if point.kind is not Kind.COUNTER:
            continue
        held = is_held(point, changed.doubt)
        if held:
            columns.quality[start + place] = _SUSPECT
        proof = {
            "quantity": changed.quantity,
            "before": changed.before,
            "now": changed.now,
            "count": int(columns.count[start + place]),
            "why": DOUBT_MEANS[changed.doubt],
        }
        sheet.findings.append(_finding(answer, place, changed.doubt, proof, held=held))


def _find_flaws(pairs: Sequence[tuple[Sheet, Answer]], values: DecodedColumns) -> None:
    if not values.flaw.any():
        return
    for row, place in np.argwhere(values.flaw != 0).tolist():
        flaw: Flaw | None = FLAWS[values.flaw[row, place]]
        assert flaw is not None, "0 is no flaw"
        sheet, answer = pairs[row]
        proof = {
            "quantity": answer.decoder.block.points[place].quantity,
            "count": int(values.count[row, place]),
            "why": FLAW_MEANS[flaw],
        }
        sheet.findings.append(_finding(answer, place, flaw, proof))


def _finding(
    answer: Answer, place: int, code: str, proof: dict[str, object], *, held: bool = True
) -> Finding:
    at = from_us(answer.at_us)
    billing = held and answer.decoder.block.points[place].billing
    return Finding(
        code=f"modbus.{code}",
        severity=Severity.DO_NOT_BILL if billing else Severity.WARN,
        channel=int(answer.channels[place]),
        start=at,
        end=at,
        position=0,
        proof={"point": answer.point, **proof},
    )


def _result(sheet: Sheet, columns: ReadingColumns) -> PollResult:
    return PollResult(
        columns=columns,
        findings=tuple(sheet.findings),
        failures=tuple(sheet.failures),
        answered=tuple(sheet.answered),
    )


def _part(columns: ReadingColumns, which: slice) -> ReadingColumns:
    return ReadingColumns(
        channel=columns.channel[which],
        at_us=columns.at_us[which],
        count=columns.count[which],
        quality=columns.quality[which],
    )
