"""A head is signed only when everything before it still is what was sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy.journal.seal import SealError
from energy.journal.seal_head import HeadFileError, head_holds, read_head_files, table_heads
from energy.journal.seal_keys import public_keys, renew_key
from tests.fixtures.journals import append_events, fill_journals, seal_site, sign_site, verified
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


@pytest.fixture
def site(site_schema: TestSite, tmp_path: Path) -> TestSite:
    fill_journals(site_schema)
    seal_site(site_schema)
    sign_site(site_schema, tmp_path)
    return site_schema


def test_each_application_has_a_head_in_the_table_and_in_a_file(
    site: TestSite, tmp_path: Path
) -> None:
    filed = read_head_files(tmp_path / "seals", site.schema)
    with site.writer.connection() as connection:
        stored = [
            head
            for application in ("metering", "operations", "books")
            for head in table_heads(connection, site.schema, application)
        ]
    assert filed == stored
    assert [head.position for head in filed] == [11, 12, 12]
    keys = public_keys(tmp_path / "seals")
    assert all(head_holds(head, keys) for head in filed)


def test_what_is_signed_already_is_not_signed_again(site: TestSite, tmp_path: Path) -> None:
    assert sign_site(site, tmp_path) == []
    append_events(site, "books", 1)
    seal_site(site)
    site.tick()
    assert [head.position for head in sign_site(site, tmp_path)] == [13]
    assert len(list((tmp_path / "seals" / site.schema).iterdir())) == 2


@pytest.mark.parametrize("resealed", [False, True])
def test_altered_entry_gets_no_signature(site: TestSite, tmp_path: Path, *, resealed: bool) -> None:
    append_events(site, "books", 4)
    if not resealed:
        seal_site(site)
    with site.server.superuser() as connection:
        connection.execute(
            f"UPDATE {site.schema}.books_events SET state = 'x' "
            f"WHERE notification_id = {12 if resealed else 14}".encode()
        )
        if resealed:
            connection.execute(
                f"DELETE FROM {site.schema}.seal WHERE application = 'books'".encode()
            )
    seal_site(site)
    with pytest.raises(SealError, match="not what was sealed up to position 16"):
        sign_site(site, tmp_path, ["books"])


def test_shortened_journal_gets_no_signature(site: TestSite, tmp_path: Path) -> None:
    with site.server.superuser() as connection:
        for statement in (
            "DELETE FROM {s}.seal WHERE application = 'books' AND first_position > 5",
            "DELETE FROM {s}.seal_head WHERE application = 'books'",
        ):
            connection.execute(statement.format(s=site.schema).encode())
    with pytest.raises(SealError, match="sealed up to position 5, but 12 was signed"):
        sign_site(site, tmp_path, ["books"])


def test_both_keys_prove_their_time_after_a_new_key(site: TestSite, tmp_path: Path) -> None:
    new = renew_key(tmp_path / "secrets", tmp_path / "seals")
    append_events(site, "books", 1)
    seal_site(site)
    site.tick()
    (head,) = sign_site(site, tmp_path)
    assert head.key_id == new.key_id
    result = verified(site, "books", tmp_path)
    assert (result.broken_at, result.signed, result.signed_at) == (None, 13, head.signed_at)


def test_head_of_another_journal_is_not_taken_for_one_of_this(
    site: TestSite, tmp_path: Path
) -> None:
    (tmp_path / "seals" / site.schema).rename(tmp_path / "seals" / "site_other")
    with pytest.raises(HeadFileError, match="belongs to another journal"):
        read_head_files(tmp_path / "seals", "site_other")


def test_damaged_file_of_heads_is_named(site: TestSite, tmp_path: Path) -> None:
    (path,) = (tmp_path / "seals" / site.schema).iterdir()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(HeadFileError, match="damaged"):
        read_head_files(tmp_path / "seals", site.schema)
