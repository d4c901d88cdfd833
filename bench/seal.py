"""In: a journal of batches. Out: how fast it is sealed and verified, beside its own append. I/O.

The baseline appends the same batches (encode, hash, accept): a ratio of 10 says that the seal
follower costs a tenth of the time that the append took.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

from bench.append import Append
from bench.ground import COPY_ROWS, BenchSite, Ground
from bench.measure import Bench, Scale, Sides, rate
from energy.journal.seal import seal_step
from energy.journal.verify import verify
from energy.store.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Seals batches of one size that were just appended."""

    readings: int
    """In a batch."""

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give both sides."""
        dsn = make_conninfo(ground.writer.dsn, user="meterline_sealer")
        sealer = Database(dsn, max_size=1)
        appending = Append(readings=self.readings, batches=COPY_ROWS // self.readings)
        try:
            with ground.site() as site, ground.site() as beside:
                yield Sides(
                    product=lambda: self._seal(sealer, site, scale),
                    baseline=lambda: appending.append(beside, scale),
                )
        finally:
            sealer.close()

    def _seal(self, sealer: Database, site: BenchSite, scale: Scale) -> float:
        _drain(sealer, site)
        done = site.append(scale.slices * COPY_ROWS, self.readings)
        return rate(done, lambda: _drain(sealer, site))


def _drain(sealer: Database, site: BenchSite) -> None:
    while seal_step(sealer, site.schema, ["metering"], site.clock):
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """Verifies a sealed journal of batches of one size."""

    readings: int

    @contextmanager
    def __call__(self, ground: Ground, scale: Scale) -> Iterator[Sides]:
        """Give the product's side."""
        dsn = make_conninfo(ground.writer.dsn, user="meterline_sealer")
        sealer = Database(dsn, max_size=1)
        with ground.site() as site:
            done = site.append(scale.slices * COPY_ROWS, self.readings)
            _drain(sealer, site)
            sealer.close()

            def act() -> None:
                with site.database.connection() as connection:
                    assert verify(connection, site.schema, "metering").chain_ok, "it is whole"

            yield Sides(product=lambda: rate(done, act))


BENCHES = (
    *(
        Bench(
            name=f"seal-{readings}",
            says=f"chain batches of {readings:,} into the seal; to appending them",
            unit="reading/s",
            prepare=Seal(readings=readings),
        )
        for readings in (5_000, 500)
    ),
    Bench(
        name="seal-verify-5000",
        says="`journal verify` of a sealed journal: hashes, counts, order, chain",
        unit="reading/s",
        prepare=Verify(readings=5_000),
    ),
)
