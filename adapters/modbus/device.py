"""In: one meter on a bus. Out: its reads as learned so far, and how it stands. Pure but for memory.

A read that the device refuses is cut into halves until the refused registers are found; what was
learned outlives a restart. Registers that are refused by themselves rest ten minutes.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adapters.modbus.bus import Question, Rank
from adapters.modbus.buses import Decoders
from adapters.modbus.decode_columns import ColumnDecoder
from adapters.modbus.learned import Learned
from adapters.modbus.quarantine import DeviceWatch
from adapters.modbus.read_plan import Hole, ReadBlock
from adapters.modbus.register_map import RegisterMap

ASK_AGAIN_S = 600.0
"""Rest of registers that the device does not know: somebody may set it up meanwhile. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusMeter:
    """One meter behind a source: its unit number and which quantity is which channel."""

    point: str
    unit: int
    map: RegisterMap
    channels: Mapping[str, int]
    """Channel number by quantity."""
    serial: str = ""
    """Serial number on record: a recorded exchange makes what the old device taught void."""
    register_serial: str = ""
    """What the device itself tells for it, where a technician confirmed that the plate differs."""
    ratio_since: str = ""
    """Instant of the last ratio change on record: it makes the old ratio void."""


class Read:
    """One read of one meter, and which channels its values are."""

    __slots__ = ("block", "channels", "decoder", "question", "rank", "refused", "rest_until_s")

    def __init__(self, meter: ModbusMeter, block: ReadBlock, decoder: ColumnDecoder) -> None:
        """Prepare the question."""
        self.block = block
        self.decoder = decoder
        self.channels: NDArray[np.int32] = np.array(
            [meter.channels[point.quantity] for point in block.points], np.int32
        )
        self.question = Question(
            meter.unit,
            block.function_code,
            block.address,
            block.count,
            meter.map.allow_transaction_zero,
        )
        self.rank = _rank(block)
        self.rest_until_s = 0.0
        """Not asked before then: the device does not know these registers. [s]"""
        self.refused = ""
        """What it said when it refused them; empty while it does not."""


class Device:
    """A meter as its bus asks it."""

    def __init__(
        self,
        source: str,
        meter: ModbusMeter,
        max_gap: int,
        decoders: Decoders,
        learned: Learned,
    ) -> None:
        """Plan the reads by what was learned before.

        Args:
            source: Key of the source.
            meter: The meter.
            max_gap: Widest hole read along. [register]
            decoders: Makes decoders.
            learned: What devices have taught.

        Raises:
            UnknownQuantityError: A channel's quantity is not in its register map.
        """
        self.meter = meter
        self.name = "/".join(
            [source, str(meter.unit), meter.map.id, meter.serial]
            + ([meter.ratio_since] if meter.ratio_since else [])
        )
        self.watch = DeviceWatch(f"{source}/{meter.point}")
        self.phase = zlib.crc32(meter.point.encode())
        """Its place among the devices of its bus: the same after every start."""
        self.plate_rest_s = 0.0
        """The plate value is not asked before then. [s]"""
        self._decoders = decoders
        self._learned = learned
        self.lesson = learned.of(self.name)
        plan = decoders.plan(meter.map, meter.channels, max_gap, self.lesson.holes)
        self.reads = [Read(meter, block, decoder) for block, decoder in plan]
        plate = meter.map.plate.get(meter.map.constant) if meter.map.constant else None
        self.plate = plate
        self.plate_question = (
            None
            if plate is None
            else Question(
                meter.unit,
                plate.function_code,
                plate.address,
                plate.width,
                meter.map.allow_transaction_zero,
            )
        )

    @property
    def probe(self) -> Question:
        """Return the shortest question that tells whether it lives."""
        questions = [read.question for read in self.reads]
        if self.plate_question is not None:  # all there is where a changed map left no channel
            questions.append(self.plate_question)
        return min(questions, key=lambda q: q.registers)

    def halves(self, blocks: Sequence[ReadBlock]) -> list[Read]:
        """Return reads for the parts of a refused one."""
        of = self._decoders.of
        return [Read(self.meter, block, of(block, self.meter.map)) for block in blocks]

    def learn(self, refused: Read, parts: Sequence[Read], holes: Sequence[Hole]) -> None:
        """Ask in parts from now on, and remember where the cuts are.

        Args:
            refused: The read that the device does not answer.
            parts: What is asked in its place.
            holes: What no read may span any more.
        """
        place = self.reads.index(refused)
        self.reads[place : place + 1] = parts
        self.lesson.holes.update(holes)
        self._learned.changed()

    def keep_plate(self, value: str) -> None:
        """Remember by which plate value the device is known."""
        self.lesson.plate = value
        self._learned.changed()


def _rank(block: ReadBlock) -> Rank:
    if block.is_billed:
        return Rank.BILLED
    return Rank.COUNTER if block.has_counter else Rank.GAUGE
