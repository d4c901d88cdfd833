"""In: scans of gateways. Out: how fast they go through the spool into the journal. I/O.

Timed is all that the collect process does with columns it has: encode and commit them in the
spool slot by slot (synchronous=FULL), seal, hash and chain, accept in the journal, let go. The
baseline copies as many readings into a table without any index.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.modbus.decode import BlockDecoder
from adapters.modbus.decode_columns import ColumnDecoder
from adapters.modbus.read_plan import plan_reads
from adapters.modbus.register_map import load
from adapters.spool import Spool
from bench.append import copy_rate
from bench.ground import COPY_ROWS, BenchSite, Ground
from bench.measure import Bench, Scale, Sides, rate
from energy.metering.codec import MAX_READINGS
from processes.collector_drain import Drain

SLOT_READINGS = 40_000
"""Readings of one slot: 1,000 meters with 40 values each."""
METERS = 1_000
VALUES = 40


@contextmanager
def through_spool(ground: Ground, scale: Scale) -> Iterator[Sides]:
    """Give the way through the spool beside COPY."""
    with (
        ground.site() as site,
        ground.copy_table() as table,
        tempfile.TemporaryDirectory(prefix="meterline-bench-") as folder,
    ):
        spool = Spool(Path(folder) / "spool.sqlite", site.clock)
        yield Sides(
            product=lambda: _brought(spool, site, scale),
            baseline=lambda: copy_rate(ground, table, site.parts(scale.slices)),
        )
        spool.close()


def _brought(spool: Spool, site: BenchSite, scale: Scale) -> float:
    drain = Drain(spool, site.ingest())
    slots = site.parts(max(scale.slices * COPY_ROWS // SLOT_READINGS, 1), SLOT_READINGS)

    def act() -> None:
        for slot in slots:
            spool.append("bus", slot)
            while drain.step(least=MAX_READINGS):
                pass
        while drain.step(least=1):
            pass
        assert drain.drained == len(slots) * SLOT_READINGS, drain.failing

    return rate(len(slots) * SLOT_READINGS, act)


@contextmanager
def decoding(_: Ground, __: Scale) -> Iterator[Sides]:
    """Give the decoding of one slot of 1,000 meters together, beside meter by meter."""
    register_map = load("eastron_sdm630")
    points = list(register_map.points.values())[:VALUES]
    blocks = plan_reads(points)
    answers = [_answer(block.count) for block in blocks]
    together = [ColumnDecoder(block, register_map) for block in blocks]
    alone = [BlockDecoder(block, register_map) for block in blocks]

    def columns() -> None:
        for decoder, answer in zip(together, answers, strict=True):
            decoder.decode([answer] * METERS)

    def values() -> None:
        for decoder, answer in zip(alone, answers, strict=True):
            for _ in range(METERS):
                decoder.decode(answer)

    many = METERS * len(points)
    yield Sides(product=lambda: rate(many, columns), baseline=lambda: rate(many, values))


def _answer(count: int) -> Sequence[int]:
    values = [100.25 + 0.37 * n for n in range(count // 2)]
    raw = struct.pack(f">{count // 2}f", *values) + bytes(2 * (count % 2))
    return struct.unpack(f">{count}H", raw)


BENCHES = (
    Bench(
        name="append-spool",
        says="slots of 40,000 readings through the spool into the journal; to COPY without index",
        unit="reading/s",
        prepare=through_spool,
    ),
    Bench(
        name="decode-modbus",
        says="the registers of 1,000 meters together; to the same meter by meter",
        unit="reading/s",
        prepare=decoding,
    ),
)
