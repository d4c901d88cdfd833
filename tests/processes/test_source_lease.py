from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from energy.store.errors import StoreUnavailableError
from energy.store.source_claims import Claim, claim_sources, give_back
from processes.source_lease import SourceLease, collector_id
from tests.fixtures.postgres import TestSite, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]


def test_a_collector_keeps_its_identity_with_its_spool(tmp_path: Path) -> None:
    assert collector_id(tmp_path / "a") == collector_id(tmp_path / "a")
    assert collector_id(tmp_path / "a") != collector_id(tmp_path / "b")


@pytest.mark.servers
def test_of_two_collectors_with_one_source_only_the_first_asks_it(site_schema: TestSite) -> None:
    database, schema = site_schema.writer, site_schema.schema

    def lease(owner: UUID) -> SourceLease:
        return SourceLease(
            owner,
            lambda: ["bus-1", "bus-2"],
            lambda who, name, sources: claim_sources(database, schema, who, name, sources),
            lambda who: give_back(database, schema, who),
        )

    first, second = lease(uuid4()), lease(uuid4())
    first.start()
    second.start()
    assert [first.is_ours(key) for key in ("bus-1", "bus-2")] == [True, True]
    assert [second.is_ours(key) for key in ("bus-1", "bus-2")] == [False, False]
    assert "is asked by the collector on" in second.complaints()[0]
    first.finish()
    second.renew()
    assert [second.is_ours(key) for key in ("bus-1", "bus-2")] == [True, True]
    assert second.complaints() == []
    second.finish()


def test_without_contact_a_collector_asks_what_it_asked_before() -> None:
    def away(_: UUID, __: str, ___: Sequence[str]) -> list[Claim]:
        raise StoreUnavailableError("localhost", "it is away")

    lease = SourceLease(uuid4(), lambda: ["bus-1"], away, lambda _: None)
    lease.start()
    assert lease.is_ours("bus-1")
    lease.finish()
