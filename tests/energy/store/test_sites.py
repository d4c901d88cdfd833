"""Sites by key: the only one without a key, else the one that is named."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.journal.directory import found_site
from energy.store.pool import Database
from energy.store.sites import Site, UnknownSiteError, list_sites, the_site, valid_key
from tests.fixtures.postgres import NOON

CLOCK = ManualClock(NOON)


@pytest.mark.parametrize("key", ["a", "cambridge", "lhr_t5", "a" * 40])
def test_key_of_a_schema_is_valid(key: str) -> None:
    assert valid_key(key)


@pytest.mark.parametrize("key", ["", "A", "5t", "a b", "a-b", "ä", "a" * 41, "a\n", "a;"])
def test_key_of_no_schema_is_not(key: str) -> None:
    assert not valid_key(key)


def test_schema_is_made_of_the_key() -> None:
    site = Site(key="x", name="X", zone=ZoneInfo("UTC"), currency="GBP", language="en")
    assert site.schema == "site_x"


def _found(database: Database, key: str) -> None:
    found_site(
        database,
        CLOCK,
        key=key,
        name=key.title(),
        zone="Asia/Shanghai",
        currency="CNY",
        language="zh",
        command_id=id_of("found", key),
    )


@pytest.mark.servers
def test_only_site_needs_no_name(directory: Database) -> None:
    with pytest.raises(UnknownSiteError, match="no site yet"):
        the_site(directory, "")
    _found(directory, "north")
    _found(directory, "north")
    assert [site.key for site in list_sites(directory)] == ["north"]
    assert the_site(directory, "").zone == ZoneInfo("Asia/Shanghai")
    _found(directory, "south")
    with pytest.raises(UnknownSiteError, match="north, south"):
        the_site(directory, "")
    assert the_site(directory, "south").name == "South"
    with pytest.raises(UnknownSiteError, match="Known: north, south"):
        the_site(directory, "west")
