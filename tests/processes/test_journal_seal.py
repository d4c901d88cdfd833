"""The process `jobs` seals as entries come and signs once a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from energy.base.config import Config
from energy.journal.seal import SITE_APPLICATIONS, SealError
from energy.journal.seal_head import read_head_files
from processes.journal_seal import Sealing, signing_key
from tests.fixtures.journals import append_events, fill_journals, sealer_of, verified
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


def test_a_journal_is_sealed_at_once_and_signed_once_a_day(
    site_schema: TestSite, tmp_path: Path
) -> None:
    site, config = site_schema, Config(data_dir=tmp_path)
    fill_journals(site)
    with sealer_of(site) as database:

        def started() -> Sealing:
            return Sealing(database, site.schema, SITE_APPLICATIONS, config, site.clock)

        def signings() -> int:
            return len({h.signed_at for h in read_head_files(config.seals_dir, site.schema)})

        sealing = started()
        assert sealing.step()
        assert not sealing.step()
        assert signings() == 1
        append_events(site, "books", 2)
        site.tick()
        assert sealing.step()
        assert not sealing.step()
        assert not started().step(), "a restart the same day signs nothing either"
        assert signings() == 1
        result = verified(site, "books", tmp_path)
        assert (result.sealed, result.signed) == (14, 12)
        site.clock.move_to(site.clock.now() + timedelta(days=1))
        assert not sealing.step()
        assert signings() == 2
        assert verified(site, "books", tmp_path).signed == 14


def test_a_damaged_journal_is_neither_sealed_nor_signed_on(
    site_schema: TestSite, tmp_path: Path
) -> None:
    site, config = site_schema, Config(data_dir=tmp_path)
    fill_journals(site)
    with site.server.superuser() as connection:
        connection.execute(
            f"DELETE FROM {site.schema}.books_events WHERE notification_id = 4".encode()
        )
    with sealer_of(site) as database:
        sealing = Sealing(database, site.schema, SITE_APPLICATIONS, config, site.clock)
        assert sealing.step(), "what stands before the damage"
        with pytest.raises(SealError, match="position 4 is missing"):
            sealing.step()
    assert read_head_files(config.seals_dir, site.schema) == []


def test_a_new_key_is_made_on_demand(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path)
    first = signing_key(config)
    assert signing_key(config).key_id == first.key_id
    assert signing_key(config, renew=True).key_id != first.key_id
