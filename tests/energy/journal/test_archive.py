"""Old parts leave as sealed files; the journal stays provable, replayable and idempotent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from energy.base.errors import JournalError, RefusedError
from energy.journal.archive import ArchiveError, Archiving, NothingToArchiveError, drop_payloads
from energy.journal.archive_read import (
    Segment,
    SegmentMissingError,
    segments_of,
    use_archive,
)
from energy.journal.chain import entries_from, entry_bytes
from energy.journal.entry import BATCH_TOPIC, Entry, decode_batch
from energy.journal.export_file import ExportReader, ExportWriter
from energy.journal.export_records import (
    Header,
    Kind,
    Part,
    Tag,
)
from energy.journal.recorder import entries_of, read_entries
from energy.journal.seal_head import read_head_files
from energy.journal.seal_keys import public_keys, seal_key
from energy.metering.codec import decode, encode
from energy.store.pool import Database
from energy.system import OWNER
from tests.fixtures.batches import Spooler, reading
from tests.fixtures.journals import fill_journals, seal_site, sealer_of, sign_site, verified
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, view_rows

pytestmark = pytest.mark.servers


@pytest.fixture
def site(site_schema: TestSite, tmp_path: Path) -> TestSite:
    """Four entries of registry, batches at 5 to 24, a mark at 25; all signed, then one batch."""
    fill_journals(site_schema, batches=20)
    seal_site(site_schema)
    sign_site(site_schema, tmp_path)
    site_schema.accept(reading(1, 500, 90))
    return site_schema


def every(site: TestSite, *folders: Path, after: int = 0) -> list[Entry]:
    with site.writer.connection() as connection:
        return list(entries_of(connection, site.schema, "metering", after=after, folders=folders))


def archived(
    site: TestSite, folder: Path, before: int = 1_000, *, application: str = "metering"
) -> list[Segment]:
    def header(kind: Kind, parts: tuple[Part, ...]) -> Header:
        return Header(
            kind=kind,
            made_at=site.clock.now(),
            program="test",
            schema_number=2,
            site=None,
            parts=parts,
        )

    seals = folder / "seals"
    with sealer_of(site) as database:
        archiving = Archiving(
            database=database,
            schema=site.schema,
            application=application,
            folder=folder / "archive",
            clock=site.clock,
            key=seal_key(folder / "secrets", seals),
            keys=public_keys(seals),
            header=header,
        )
        return archiving.before(before, read_head_files(seals, site.schema), size=8)


def dropped(site: TestSite, folder: Path, before: int = 1_000) -> list[Segment]:
    owner = Database(site.server.dsn(OWNER), max_size=1)
    try:
        return drop_payloads(
            owner,
            site.schema,
            "metering",
            before,
            folders=[folder / "archive"],
            keys=public_keys(folder / "seals"),
            followers=["metering"],
            clock=site.clock,
        )
    finally:
        owner.close()


def test_segments_hold_what_is_signed_and_rows_stay(site: TestSite, tmp_path: Path) -> None:
    before = every(site)
    segments = archived(site, tmp_path)
    assert [(each.first, each.last) for each in segments] == [(1, 10), (11, 20), (21, 25)]
    assert segments[0].file_name == f"{site.schema}-metering-1-10.segment.zst"
    with site.writer.connection() as connection:
        assert segments_of(connection, site.schema, "metering") == segments
    assert every(site) == before
    assert verified(site, "metering", tmp_path).chain_ok
    with pytest.raises(NothingToArchiveError, match="between position 25 and 1000"):
        archived(site, tmp_path)


def test_unsigned_entries_are_not_archived(site: TestSite, tmp_path: Path) -> None:
    seal_site(site)
    assert archived(site, tmp_path)[-1].last == 25
    site.tick()
    sign_site(site, tmp_path)
    assert [(each.first, each.last) for each in archived(site, tmp_path)] == [(26, 26)]


def test_journal_with_dropped_payloads_is_the_same_journal(site: TestSite, tmp_path: Path) -> None:
    before = every(site)
    archived(site, tmp_path)
    site.project()
    octets = _octets(site)
    assert [each.last for each in dropped(site, tmp_path)] == [10, 20, 25]
    assert _octets(site) < octets
    assert every(site, tmp_path / "archive") == before
    assert every(site, tmp_path / "archive", after=13) == before[13:]
    result = verified(site, "metering", tmp_path)
    assert (result.broken_at, result.readings, result.signed) == (None, 201, 25)
    assert dropped(site, tmp_path) == []


def _octets(site: TestSite) -> int:
    return int(site.rows("SELECT sum(octet_length(state))::bigint FROM {s}.metering_events")[0][0])


def test_entries_can_be_asked_for_in_any_order(site: TestSite, tmp_path: Path) -> None:
    before = every(site)
    archived(site, tmp_path)
    site.project()
    dropped(site, tmp_path)
    use_archive([tmp_path / "archive"])
    with site.writer.connection() as connection:
        for position in (7, 8, 23, 6, 26, 7):
            entries = read_entries(connection, site.schema, "metering", after=position - 1, limit=1)
            assert entries == [before[position - 1]]
    use_archive([])


def test_views_are_folded_anew_from_segments(site: TestSite, new_site: Any, tmp_path: Path) -> None:
    archived(site, tmp_path)
    site.project()
    dropped(site, tmp_path)
    into: TestSite = new_site()
    copied_journal(site, into)
    with site.server.superuser() as connection:
        connection.execute(
            f"INSERT INTO {into.schema}.archive_segment "
            f"SELECT * FROM {site.schema}.archive_segment".encode()
        )
    use_archive([tmp_path / "archive"])
    into.project()
    use_archive([])
    assert view_rows(into) == view_rows(site)


def test_what_is_left_of_a_dropped_batch_says_where_its_readings_are(
    site: TestSite, tmp_path: Path
) -> None:
    archived(site, tmp_path)
    site.project()
    dropped(site, tmp_path)
    ((state,),) = site.rows("SELECT state FROM {s}.metering_events WHERE notification_id = 7")
    record = decode_batch(bytes(state))
    assert (record.count, record.source) == (10, "modbus-1")
    with pytest.raises(JournalError, match="archived segment"):
        decode(record.payload)
    with site.writer.connection() as connection, pytest.raises(SegmentMissingError):
        read_entries(connection, site.schema, "metering", after=6, limit=1)


def test_batch_sent_again_is_still_known(site: TestSite, tmp_path: Path) -> None:
    (state,) = site.rows("SELECT state FROM {s}.metering_events WHERE notification_id = 5")[0]
    record = decode_batch(bytes(state))
    archived(site, tmp_path)
    site.project()
    dropped(site, tmp_path)
    site.spooler.sequence, site.spooler.head = 0, bytes(32)
    again = site.spooler.batch(list(decode(record.payload)))
    assert again.own_hash == record.own_hash
    accepted = site.ingest.accept([again])
    assert (accepted.stored, accepted.repeated, accepted.conflicts) == (0, 1, 0)


def test_views_must_have_read_before_anything_is_dropped(site: TestSite, tmp_path: Path) -> None:
    archived(site, tmp_path)
    with site.writer.connection() as connection:
        connection.execute(
            f"INSERT INTO {site.schema}.follower (name, position) VALUES ('metering', 12)".encode()
        )
    with pytest.raises(RefusedError, match="metering is at position 12"):
        dropped(site, tmp_path)
    with site.writer.connection() as connection:
        segments = segments_of(connection, site.schema, "metering")
    assert [each.dropped for each in segments] == [True, False, False]


def test_missing_segment_is_named(site: TestSite, tmp_path: Path) -> None:
    archived(site, tmp_path)
    site.project()
    dropped(site, tmp_path)
    (tmp_path / "archive" / f"{site.schema}-metering-11-20.segment.zst").unlink()
    with pytest.raises(SegmentMissingError, match="Positions 11 to 20"):
        every(site, tmp_path / "archive")
    result = verified(site, "metering", tmp_path)
    assert result.broken_at == 11
    assert "metering-11-20.segment.zst, which is not in" in result.reason


@pytest.mark.parametrize("dropped_already", [False, True])
def test_damaged_segment_is_named(site: TestSite, tmp_path: Path, *, dropped_already: bool) -> None:
    archived(site, tmp_path)
    site.project()
    if dropped_already:
        dropped(site, tmp_path)
    path = tmp_path / "archive" / f"{site.schema}-metering-11-20.segment.zst"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    if dropped_already:
        broken_at = verified(site, "metering", tmp_path).broken_at
        assert broken_at is not None
        assert 11 <= broken_at <= 20
    else:
        with pytest.raises(ArchiveError, match="not the file that was recorded"):
            dropped(site, tmp_path)
        assert verified(site, "metering", tmp_path).chain_ok


def test_segment_written_anew_with_other_readings_is_not_read(
    site: TestSite, tmp_path: Path
) -> None:
    archived(site, tmp_path)
    site.project()
    dropped(site, tmp_path)
    path = tmp_path / "archive" / f"{site.schema}-metering-1-10.segment.zst"
    with path.open("rb") as source:
        reader = ExportReader(source)
        records = list(reader.records())
    with path.open("wb") as out:
        writer = ExportWriter(out, reader.header)
        for record in records:
            body = record.body
            if record.tag is Tag.ENTRIES:
                body = b"".join(entry_bytes(_with_other_readings(e)) for e in entries_from(body))
            writer.record(record.tag, body)
        writer.close()
    (entry,) = every(site, tmp_path / "archive", after=6)[:1]
    with pytest.raises(JournalError, match="archived segment"):
        decode(decode_batch(entry.state).payload)


def _with_other_readings(entry: Entry) -> Entry:
    if entry.topic != BATCH_TOPIC:
        return entry
    record = decode_batch(entry.state)
    columns = decode(record.payload)
    columns.count[:] += 1
    forged = msgspec.structs.replace(record, payload=encode(columns))
    return replace(entry, state=msgspec.msgpack.encode(forged))


def test_batch_of_a_source_with_an_endless_name_stays_readable(
    site_schema: TestSite, tmp_path: Path
) -> None:
    fill_journals(site_schema, batches=2)
    site_schema.ingest.accept([Spooler("other").batch([reading(1, 600, 90)], source="x" * 2_000)])
    seal_site(site_schema)
    sign_site(site_schema, tmp_path)
    before = every(site_schema)
    archived(site_schema, tmp_path)
    site_schema.project()
    assert dropped(site_schema, tmp_path)
    assert every(site_schema, tmp_path / "archive") == before
    assert verified(site_schema, "metering", tmp_path).chain_ok


def test_row_altered_after_the_drop_is_found(site: TestSite, tmp_path: Path) -> None:
    archived(site, tmp_path)
    site.project()
    dropped(site, tmp_path)
    with site.server.superuser() as connection:
        connection.execute(
            f"UPDATE {site.schema}.metering_events SET state = set_byte(state, 20, "
            "get_byte(state, 20) # 1) WHERE notification_id = 9".encode()
        )
    assert verified(site, "metering", tmp_path).broken_at == 9


def test_altered_table_is_not_dropped(site: TestSite, tmp_path: Path) -> None:
    archived(site, tmp_path)
    site.project()
    with site.server.superuser() as connection:
        connection.execute(
            f"UPDATE {site.schema}.metering_events SET state = set_byte(state, 20, "
            "get_byte(state, 20) # 1) WHERE notification_id = 15".encode()
        )
    with pytest.raises(ArchiveError, match="does not hold what the segment holds"):
        dropped(site, tmp_path)
    with site.writer.connection() as connection:
        segments = segments_of(connection, site.schema, "metering")
    assert [each.dropped for each in segments] == [True, False, False]


def test_altered_journal_is_not_archived(site: TestSite, tmp_path: Path) -> None:
    with site.server.superuser() as connection:
        connection.execute(
            f"UPDATE {site.schema}.metering_events SET state = set_byte(state, 20, "
            "get_byte(state, 20) # 1) WHERE notification_id = 15".encode()
        )
    with pytest.raises(ArchiveError, match="position 15"):
        archived(site, tmp_path)
    names = sorted(p.name for p in (tmp_path / "archive").iterdir() if p.suffix == ".zst")
    assert names == [f"{site.schema}-metering-1-10.segment.zst"]


def test_other_applications_are_archived_but_never_dropped(site: TestSite, tmp_path: Path) -> None:
    assert archived(site, tmp_path, application="books")[-1].last == 12
    owner = Database(site.server.dsn(OWNER), max_size=1)
    with pytest.raises(RefusedError, match="Nothing of books can leave"):
        drop_payloads(
            owner,
            site.schema,
            "books",
            99,
            folders=[tmp_path / "archive"],
            keys={},
            followers=[],
            clock=site.clock,
        )
    owner.close()
