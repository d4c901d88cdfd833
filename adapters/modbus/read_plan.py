"""In: the points wanted from one meter. Out: the reads that fetch them. Pure.

A read is one request: one function code, consecutive registers. Rules: no hole wider than the
gap or known to be refused, no more registers than the device allows, no value is ever split.
Among the plans that obey, first the fewest reads that hold counters (their counts should be of
one moment), then the fewest reads, then the fewest registers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from adapters.modbus.register_map import RegisterPoint
from energy.metering.channel import Kind

MAX_GAP = 16
"""Registers that may be read for nothing to save a request. [register]"""
MAX_COUNT = 125
"""Most registers of one request by the protocol. [register]"""
WIDEST = 4
"""Registers of the widest value. [register]"""


class Hole(NamedTuple):
    """Registers that no read may span, for the device has refused one that did."""

    function_code: int
    first: int
    """First register behind the value on the left."""
    end: int
    """First register of the value on the right."""


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
        end = self.address
        for point in self.points:
            if point.address > end:
                return True
            end = max(end, point.end)
        return False

    @property
    def has_counter(self) -> bool:
        """Whether one of its values is a counter."""
        return _has_counter(self.points)

    @property
    def is_billed(self) -> bool:
        """Whether one of its values goes into bills."""
        return any(point.billing for point in self.points)


def plan_reads(
    points: Iterable[RegisterPoint],
    *,
    max_gap: int = MAX_GAP,
    max_count: int = MAX_COUNT,
    holes: Iterable[Hole] = (),
) -> tuple[ReadBlock, ...]:
    """Return the reads of one meter, those with counters first.

    Args:
        points: What is wanted.
        max_gap: Widest hole read along. [register]
        max_count: Most registers of one request; a value that needs more gets its own. [register]
        holes: What the device is known to refuse.
    """
    assert max_gap >= 0, "a gap is no overlap"
    assert max_count >= 1, "a request reads something"
    wanted = sorted(points, key=lambda p: (p.function_code, p.address))
    blocks: list[ReadBlock] = []
    for function_code in sorted({point.function_code for point in wanted}):
        group = [point for point in wanted if point.function_code == function_code]
        known = [hole for hole in holes if hole.function_code == function_code]
        blocks += _best(group, max_gap, max(max_count, WIDEST), known)
    return tuple(sorted(blocks, key=lambda b: not b.has_counter))


def halved(block: ReadBlock) -> tuple[ReadBlock, ...]:
    """Return a refused read as two, cut at the middle one of its holes; empty for one value.

    Args:
        block: The read that the device has refused.
    """
    points = block.points
    if len(points) == 1:
        return ()
    cuts = range(1, len(points))
    holes = [cut for cut in cuts if _end(points[:cut]) < points[cut].address]
    seams = holes or [cut for cut in cuts if _end(points[:cut]) <= points[cut].address] or cuts
    cut = seams[len(seams) // 2]
    return _block(points[:cut]), _block(points[cut:])


def hole_between(left: ReadBlock, right: ReadBlock) -> Hole | None:
    """Return what lies between two halves; None where they share a register."""
    end = left.address + left.count
    if end > right.address:
        return None
    return Hole(left.function_code, end, right.address)


def _has_counter(points: Sequence[RegisterPoint]) -> bool:
    return any(point.kind is Kind.COUNTER for point in points)


def _end(points: Sequence[RegisterPoint]) -> int:
    return max(point.end for point in points)


def _best(
    group: list[RegisterPoint], max_gap: int, max_count: int, holes: list[Hole]
) -> list[ReadBlock]:
    """Return the cheapest cut of points in address order, found from left to right."""
    costs: list[tuple[int, int, int]] = [(0, 0, 0)]
    cuts: list[int] = [0]
    for stop in range(1, len(group) + 1):
        best: tuple[tuple[int, int, int], int] | None = None
        end = 0
        for start in range(stop - 1, -1, -1):
            end = max(end, group[start].end)
            span = end - group[start].address
            if start < stop - 1 and (
                span > max_count or not _may_span(group[start], group[start + 1], max_gap, holes)
            ):
                break
            counters, reads, registers = costs[start]
            cost = (counters + _has_counter(group[start:stop]), reads + 1, registers + span)
            if best is None or cost < best[0]:
                best = (cost, start)
        assert best is not None, "a single value is always read"
        costs.append(best[0])
        cuts.append(best[1])
    return _blocks(group, cuts)


def _may_span(
    left: RegisterPoint, right: RegisterPoint, max_gap: int, holes: Sequence[Hole]
) -> bool:
    if right.address - left.end > max_gap:
        return False
    return not any(left.end <= hole.first and hole.end <= right.address for hole in holes)


def _blocks(group: list[RegisterPoint], cuts: list[int]) -> list[ReadBlock]:
    blocks: list[ReadBlock] = []
    stop = len(group)
    while stop:
        blocks.append(_block(group[cuts[stop] : stop]))
        stop = cuts[stop]
    return blocks[::-1]


def _block(points: Sequence[RegisterPoint]) -> ReadBlock:
    first = points[0]
    return ReadBlock(
        function_code=first.function_code,
        address=first.address,
        count=_end(points) - first.address,
        points=tuple(points),
    )
