"""In: the points wanted from one meter. Out: the reads that fetch them. Pure.

A read is one request: one function code, consecutive registers. Rules: no hole wider than the
gap, no more registers than a request may carry, no value is ever split. Among the plans that
obey, first the fewest reads that hold counters (their counts should be of one moment), then the
fewest reads, then the fewest registers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.modbus.register_map import RegisterPoint
from energy.metering.channel import Kind

MAX_GAP = 16
"""Registers that may be read for nothing to save a request. [register]"""
MAX_COUNT = 125
"""Most registers of one request by the protocol. [register]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBlock:
    """One request and the points its answer holds, by address."""

    function_code: int
    address: int
    count: int
    """Registers asked for. [register]"""
    points: tuple[RegisterPoint, ...]

    @property
    def has_holes(self) -> bool:
        """Whether registers of no point are read along."""
        return self.count > sum(point.type.width for point in self.points)


def plan_reads(
    points: Iterable[RegisterPoint], *, max_gap: int = MAX_GAP, max_count: int = MAX_COUNT
) -> tuple[ReadBlock, ...]:
    """Return the reads of one meter, those with counters first.

    Args:
        points: What is wanted; no two overlap (the register map has seen to it).
        max_gap: Widest hole read along. [register]
        max_count: Most registers of one request. [register]
    """
    assert max_gap >= 0, "a gap is no overlap"
    assert max_count >= 4, "the widest value fits into one request"
    wanted = sorted(points, key=lambda p: (p.function_code, p.address))
    blocks: list[ReadBlock] = []
    for function_code in sorted({point.function_code for point in wanted}):
        group = [point for point in wanted if point.function_code == function_code]
        blocks += _best(group, max_gap, max_count)
    return tuple(sorted(blocks, key=lambda b: not _has_counter(b.points)))


def _has_counter(points: Sequence[RegisterPoint]) -> bool:
    return any(point.kind is Kind.COUNTER for point in points)


def _best(group: list[RegisterPoint], max_gap: int, max_count: int) -> list[ReadBlock]:
    """Return the cheapest cut of points in address order, found from left to right."""
    costs: list[tuple[int, int, int]] = [(0, 0, 0)]
    cuts: list[int] = [0]
    for end in range(1, len(group) + 1):
        best: tuple[tuple[int, int, int], int] | None = None
        for start in range(end - 1, -1, -1):
            span = group[end - 1].end - group[start].address
            if span > max_count:
                break
            if start < end - 1 and group[start + 1].address - group[start].end > max_gap:
                break
            counters, reads, registers = costs[start]
            cost = (counters + _has_counter(group[start:end]), reads + 1, registers + span)
            if best is None or cost < best[0]:
                best = (cost, start)
        assert best is not None, "a single value always fits"
        costs.append(best[0])
        cuts.append(best[1])
    return _blocks(group, cuts)


def _blocks(group: list[RegisterPoint], cuts: list[int]) -> list[ReadBlock]:
    blocks: list[ReadBlock] = []
    end = len(group)
    while end:
        part = group[cuts[end] : end]
        first = part[0]
        blocks.append(
            ReadBlock(
                function_code=first.function_code,
                address=first.address,
                count=part[-1].end - first.address,
                points=tuple(part),
            )
        )
        end = cuts[end]
    return blocks[::-1]
