from __future__ import annotations

import pytest

from energy.metering.reading import ReadingColumns
from tests.fixtures.batches import reading, sealed_batch
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers

CONFLICTS = (
    "SELECT code, severity, channel, position, proof->>'hash', proof->>'source' "
    "FROM {s}.finding WHERE code = 'batch.conflict'"
)


def test_the_finding_of_a_refused_batch_stands_again_after_a_rebuild(
    site_schema: TestSite,
) -> None:
    channel = site_schema.counter()
    genuine = site_schema.spooler.batch([reading(channel, 0, 5)])
    other = sealed_batch(
        ReadingColumns.of([reading(channel, 0, 6)]),
        stream=genuine.stream,
        sequence=1,
        source=genuine.source,
        before=genuine.previous_hash,
    )
    site_schema.ingest.accept([genuine])
    for _ in range(3):
        site_schema.ingest.accept([other])
    head = site_schema.application("metering").position()
    site_schema.project()
    expected = [("batch.conflict", "do_not_bill", 0, head, other.own_hash.hex(), genuine.source)]
    assert site_schema.rows(CONFLICTS) == expected
    with site_schema.writer.connection() as connection:
        connection.execute(f"DELETE FROM {site_schema.schema}.finding")
        connection.execute(
            f"UPDATE {site_schema.schema}.follower SET position = %s WHERE name = 'metering'",
            (head - 1,),
        )
    site_schema.project()
    assert site_schema.rows(CONFLICTS) == expected
