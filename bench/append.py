"""In: readings of one gateway. Out: how fast and how small the journal takes them. I/O.

Timed is what the product does between columns in memory and a committed transaction: encode,
hash, accept. The baseline copies the same number of readings into a table without any index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from bench.ground import BATCH, COPY_ROWS, BenchSite, Ground
from bench.measure import Aim, Bench, Scale, Sides, rate, ready
from bench.readings import GATEWAY_CHANNELS, Scans
from energy.metering.codec import decode, encode
from energy.metering.reading import ReadingColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """Appends batches of one size, so many a transaction."""

    readings: int
    """In a batch."""
    batches: int
    """In a transaction."""

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        with ground.site() as site, ground.copy_table() as table:
            yield Sides(
                product=lambda: self.append(site, scale),
                baseline=lambda: copy_rate(ground, table, site.parts(scale.slices)),
            )

    def append(self, site: BenchSite, scale: Scale) -> float:
        """Append fresh batches; return how fast. [reading/s]."""
        transactions = scale.slices * COPY_ROWS // (self.readings * self.batches)
        work = [site.parts(self.batches, self.readings) for _ in range(transactions)]
        ingest = site.ingest()

        def act() -> None:
            for parts in work:
                accepted = ingest.accept([site.chain.batch(part) for part in parts])
                assert accepted.stored == self.batches, "every batch is new"

        return rate(scale.slices * COPY_ROWS, act)


def copy_rate(ground: Ground, table: str, parts: Sequence[ReadingColumns]) -> float:
    """Return how fast parts are copied into a table, one a transaction. [reading/s]."""
    return rate(sum(map(len, parts)), lambda: ground.copy(table, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSize:
    """Fills a fresh journal with batches of one size and asks how large its table is."""

    readings: int

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give the product's side; a size has no baseline."""
        with ground.site() as site:
            yield Sides(product=lambda: self._size(ground, site, scale))

    def _size(self, ground: Ground, site: BenchSite, scale: Scale) -> float:
        before = ground.size(f"{site.schema}.metering_events")
        done = site.append(scale.size_readings * self.readings // BATCH, self.readings)
        return (ground.size(f"{site.schema}.metering_events") - before) / done


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """Encodes or decodes batches of one size, without a database."""

    readings: int
    decoding: bool

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give the product's side."""
        scans = Scans()
        count = max(scale.slices * COPY_ROWS // self.readings, 1)
        parts = [scans.take(self.readings // GATEWAY_CHANNELS) for _ in range(count)]
        payloads = [encode(part) for part in parts]

        def act() -> None:
            if self.decoding:
                for payload in payloads:
                    decode(payload)
            else:
                for part in parts:
                    encode(part)

        return ready(Sides(product=lambda: 1e9 / rate(count * self.readings, act)))


BENCHES = (
    Bench(
        name="append-5000x4",
        says="encode, chain, accept 4 batches of 5,000 a transaction; to COPY without index",
        unit="reading/s",
        prepare=Append(readings=5_000, batches=4),
        aim=Aim.RATIO_AT_LEAST,
        target=1.2,
    ),
    Bench(
        name="append-500x10",
        says="the same with 10 batches of 500 a transaction; to the same COPY",
        unit="reading/s",
        prepare=Append(readings=500, batches=10),
        aim=Aim.RATIO_AT_LEAST,
        target=0.5,
    ),
    Bench(
        name="journal-size-5000",
        says="table, TOAST and indexes of the journal, batches of 5,000",
        unit="B/reading",
        prepare=JournalSize(readings=5_000),
        aim=Aim.VALUE_AT_MOST,
        target=4.0,
    ),
    Bench(
        name="journal-size-500",
        says="the same, batches of 500",
        unit="B/reading",
        prepare=JournalSize(readings=500),
        aim=Aim.VALUE_AT_MOST,
        target=8.0,
    ),
    *(
        Bench(
            name=f"codec-{'decode' if decoding else 'encode'}-{readings}",
            says=f"{'columns from a payload' if decoding else 'a payload from columns'}",
            unit="ns/reading",
            prepare=Codec(readings=readings, decoding=decoding),
        )
        for readings in (5_000, 500)
        for decoding in (False, True)
    ),
)
