"""In: a block of a file's readings, what the journal knows there. Out: what is to be written. Pure.

A row that says nothing new is left out and counted. What contradicts another row, or the journal,
is refused: nothing is overwritten, and nothing of two is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from adapters.files.piece import RefusedRow, Why
from billing.money import exact_text
from energy.base.clock import from_us
from energy.base.quality import PRECEDENCE, Quality
from energy.base.text import Told, tell
from energy.metering.channel import Channel, Direction, Kind
from energy.views.known import Accepted
from processes.import_stage import Block

LARGEST_COUNT = 2**53
Mask = NDArray[np.bool_]
_RANK = np.array([PRECEDENCE.get(quality, 99) for quality in Quality], dtype=np.int64)
MOST_TOLD = 1000
"""Refused rows of one cause in one block that are told with their cause; all are counted."""


class Conflict(NamedTuple):
    """A row that says something else than the journal."""

    channel: int
    at_us: int
    said: int
    """What the file says. [count]"""
    known: int
    """What the journal says. [count]"""
    row: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """What becomes of a block."""

    write: Mask
    """Which readings are new and good."""
    duplicates: int
    """Rows that say again what another row of the file says."""
    known: int
    """Readings that the journal has already, or has better."""
    refused: tuple[RefusedRow, ...]
    refused_by: Mapping[Why, int]
    conflicts: tuple[Conflict, ...]


def judge_block(
    block: Block,
    channels: Mapping[int, Channel],
    known: Mapping[int, Accepted],
    now_us: int,
) -> Judged:
    """Return what becomes of the readings of a block.

    Args:
        block: By channel, instant and row.
        channels: By number.
        known: What counts in the journal around the block's instants, SUSPECT included, by number.
        now_us: Present instant. [us]
    """
    first, contradicting, duplicate = _within(block)
    low, high = _limits(block, channels)
    outside = (block.count < low) | (block.count > high)
    future = ~outside & (block.at_us > now_us)
    open_ = first & ~contradicting & ~outside & ~future
    same, conflict, against = _beside(block, known, open_)
    judge = _Telling(block, channels)
    judge.tell(contradicting, Why.CONTRADICTION)
    judge.tell(outside & ~contradicting & ~duplicate, Why.RANGE, low, high)
    judge.tell(future & ~contradicting & ~duplicate, Why.FUTURE)
    judge.tell(conflict, Why.CONFLICT, against)
    places = np.flatnonzero(conflict)
    return Judged(
        write=open_ & ~same & ~conflict,
        duplicates=int(duplicate.sum()),
        known=int(same.sum()),
        refused=tuple(judge.told),
        refused_by=judge.by,
        conflicts=tuple(
            Conflict(*each)
            for each in zip(
                block.channel[places].tolist(),
                block.at_us[places].tolist(),
                block.count[places].tolist(),
                against[places].tolist(),
                block.row[places].tolist(),
                strict=True,
            )
        ),
    )


def _within(block: Block) -> tuple[Mask, Mask, Mask]:
    """Return which rows are the first of their instant, contradict another, say it again."""
    begins = np.ones(len(block), dtype=np.bool_)
    begins[1:] = (block.channel[1:] != block.channel[:-1]) | (block.at_us[1:] != block.at_us[:-1])
    starts = np.flatnonzero(begins)
    differ = np.minimum.reduceat(block.count, starts) != np.maximum.reduceat(block.count, starts)
    sizes = np.diff(np.append(starts, len(block)))
    contradicting = np.repeat(differ, sizes)
    return begins, contradicting, ~begins & ~contradicting


def _limits(
    block: Block, channels: Mapping[int, Channel]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the least and greatest count of each reading's register."""
    numbers, inverse = np.unique(block.channel, return_inverse=True)
    limits = np.array([_range(channels[n]) for n in numbers.tolist()], dtype=np.int64)
    low, high = limits.reshape(-1, 2)[inverse].T
    return low, high


def _range(channel: Channel) -> tuple[int, int]:
    facts = channel.facts
    if facts.kind is Kind.COUNTER and facts.modulus is not None:
        return 0, facts.modulus - 1
    if facts.kind is Kind.STATE:
        return 0, LARGEST_COUNT
    one_way = facts.kind in {Kind.COUNTER, Kind.INTERVAL} and facts.direction is not Direction.NONE
    return (0 if one_way else -LARGEST_COUNT), LARGEST_COUNT


def _beside(
    block: Block, known: Mapping[int, Accepted], open_: Mask
) -> tuple[Mask, Mask, NDArray[np.int64]]:
    """Return which readings the journal has, which contradict it, and what it has there."""
    same, conflict = np.zeros(len(block), dtype=np.bool_), np.zeros(len(block), dtype=np.bool_)
    against = np.zeros(len(block), dtype=np.int64)
    order = np.argsort(block.channel, kind="stable")
    numbers = block.channel[order]
    for number, there in known.items():
        if len(there.at_us) == 0:
            continue
        start, stop = np.searchsorted(numbers, [number, number + 1])
        mine = order[start:stop]
        mine = mine[open_[mine]]
        place = np.minimum(np.searchsorted(there.at_us, block.at_us[mine]), len(there.at_us) - 1)
        hit = there.at_us[place] == block.at_us[mine]
        mine, place = mine[hit], place[hit]
        ours, theirs = _RANK[block.quality[mine]], _RANK[there.quality[place]]
        against[mine] = there.count[place]
        equal = there.count[place] == block.count[mine]
        same[mine] = (theirs < ours) | ((theirs == ours) & equal)
        # A correction counts before what was measured; a suspect reading speaks against nothing.
        suspect = there.quality[place] == Quality.SUSPECT
        conflict[mine] = (theirs == ours) & ~equal & ~suspect
    return same, conflict, against


class _Telling:
    """Gathers refused rows with their causes."""

    def __init__(self, block: Block, channels: Mapping[int, Channel]) -> None:
        self._block = block
        self._channels = channels
        self.told: list[RefusedRow] = []
        self.by: dict[Why, int] = {}

    def tell(self, which: Mask, why: Why, *numbers: NDArray[np.int64]) -> None:
        """Say of some readings why they are refused."""
        places = np.flatnonzero(which)
        if not len(places):
            return
        self.by[why] = self.by.get(why, 0) + len(places)
        for place in places[:MOST_TOLD].tolist():
            given = [int(column[place]) for column in numbers]
            self.told.append(
                RefusedRow(int(self._block.row[place]), why, self._cause(place, why, given))
            )

    def _cause(self, place: int, why: Why, given: list[int]) -> Told:
        block = self._block
        channel = self._channels[int(block.channel[place])]
        at = f"{from_us(int(block.at_us[place])):%Y-%m-%d %H:%M:%S} UTC"
        value = self._value(channel, int(block.count[place]))
        match why:
            case Why.CONTRADICTION:
                same = (block.channel == channel.number) & (block.at_us == block.at_us[place])
                rows = ", ".join(map(str, block.row[same][:6].tolist()))
                return tell("why.row.contradiction", rows=rows, key=channel.key, at=at)
            case Why.RANGE:
                low, high = (self._value(channel, count) for count in given)
                return tell("why.row.range", value=value, key=channel.key, low=low, high=high)
            case Why.FUTURE:
                return tell("why.row.future", at=at)
            case _:
                there = self._value(channel, given[0])
                told = {"key": channel.key, "at": at, "there": there, "value": value}
                return tell("why.row.conflict", **told)

    def _value(self, channel: Channel, count: int) -> str:
        return f"{exact_text(count * channel.facts.resolution)} {channel.facts.unit}"
