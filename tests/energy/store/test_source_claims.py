from __future__ import annotations

from uuid import uuid4

import pytest

from energy.store.source_claims import STALE_S, claim_sources, give_back
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
BOX, SERVER = uuid4(), uuid4()


def test_the_first_collector_that_claims_a_source_has_it_until_it_gives_it_back(
    site_schema: TestSite,
) -> None:
    database, schema = site_schema.writer, site_schema.schema

    def owners(who: object, name: str, *sources: str) -> dict[str, str]:
        claims = claim_sources(database, schema, who, name, sources)  # type: ignore[arg-type]
        return {claim.source: claim.name for claim in claims}

    assert owners(BOX, "box", "bus-1") == {"bus-1": "box"}
    assert owners(SERVER, "server", "bus-1", "bus-2") == {"bus-1": "box", "bus-2": "server"}
    assert owners(BOX, "box", "bus-1", "bus-2") == {"bus-1": "box", "bus-2": "server"}
    give_back(database, schema, BOX)
    assert owners(SERVER, "server", "bus-1", "bus-2") == {"bus-1": "server", "bus-2": "server"}


def test_a_claim_that_was_not_renewed_for_long_is_taken_over(site_schema: TestSite) -> None:
    database, schema = site_schema.writer, site_schema.schema
    claim_sources(database, schema, BOX, "box", ["bus-1"])
    for age_s, owner in ((STALE_S - 30, "box"), (STALE_S + 30, "server")):
        with database.transaction() as connection:
            connection.execute(
                f"UPDATE {schema}.source_claim SET renewed_at = clock_timestamp() "
                "- make_interval(secs => %s)",
                (age_s,),
            )
        (claim,) = claim_sources(database, schema, SERVER, "server", ["bus-1"])
        assert claim.name == owner
