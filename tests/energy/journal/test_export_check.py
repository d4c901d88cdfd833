"""The offline verifier finds what `journal verify` finds, with nothing but the file."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from energy.journal.chain import entries_from, entry_bytes
from energy.journal.entry import Entry
from energy.journal.export import parts_of, snapshot, write_part
from energy.journal.export_check import Checked, check_export
from energy.journal.export_file import (
    ExportReader,
    ExportWriter,
    Record,
)
from energy.journal.export_records import (
    Header,
    Kind,
    Tag,
    head_bytes,
    head_from,
    seal_from,
)
from energy.journal.recorder import entries_of
from energy.journal.seal import SITE_APPLICATIONS
from energy.journal.seal_head import read_head_files
from energy.journal.seal_keys import SealKey, public_keys, seal_key
from tests.fixtures.journals import fill_journals, seal_site, sign_site
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers


def exported(site: TestSite, folder: Path) -> bytes:
    """Return a site's journals as a file, signed with the key of a folder."""
    out = io.BytesIO()
    key = seal_key(folder / "secrets", folder / "seals")
    with site.writer.connection() as connection, snapshot(connection):
        parts = parts_of(connection, [(site.schema, name) for name in SITE_APPLICATIONS])
        header = Header(
            kind=Kind.JOURNAL,
            made_at=site.clock.now(),
            program="meterline test",
            schema_number=2,
            site=None,
            parts=parts,
        )
        writer = ExportWriter(out, header)
        for pem in public_keys(folder / "seals").values():
            writer.record(Tag.KEY, pem)
        for part in parts:
            entries = entries_of(connection, part.scope, part.application)
            write_part(
                writer,
                connection,
                part,
                entries,
                heads=read_head_files(folder / "seals", part.scope),
            )
        writer.close(_signer(key))
    return out.getvalue()


def _signer(key: SealKey) -> Callable[[bytes], tuple[str, bytes]]:
    return lambda message: (key.key_id, key.sign(message))


Change = Callable[[list[Record]], Sequence[Record]]


def rewritten(content: bytes, change: Change) -> bytes:
    """Return a file written anew from changed records: its own hashes are right."""
    reader = ExportReader(io.BytesIO(content))
    records = change(list(reader.records()))
    out = io.BytesIO()
    writer = ExportWriter(out, reader.header)
    for record in records:
        writer.record(record.tag, record.body)
    writer.close()
    return out.getvalue()


def changed_entries(application: str, change: Callable[[list[Entry]], list[Entry]]) -> Change:
    """Return what changes the entries of one application."""

    def act(records: list[Record]) -> list[Record]:
        kept: list[Record] = []
        at = ""
        entries: list[Entry] = []
        for record in [*records, Record(Tag.APPLICATION, b"")]:
            if record.tag is Tag.APPLICATION:
                if at == application:
                    kept += [Record(Tag.ENTRIES, entry_bytes(entry)) for entry in change(entries)]
                at = next((n for n in SITE_APPLICATIONS if f'"{n}"'.encode() in record.body), "")
            if record.tag is Tag.ENTRIES and at == application:
                entries += entries_from(record.body)
                continue
            kept.append(record)
        return kept[:-1]

    return act


@pytest.fixture
def site(site_schema: TestSite, tmp_path: Path) -> TestSite:
    fill_journals(site_schema)
    seal_site(site_schema)
    sign_site(site_schema, tmp_path)
    return site_schema


def checked(content: bytes, **known: object) -> Checked:
    return check_export(io.BytesIO(content), **known)  # type: ignore[arg-type]


def broken(content: bytes, application: str) -> int | None:
    result = checked(content)
    (part,) = (p.verified for p in result.parts if p.verified.application == application)
    return part.broken_at


def test_untouched_file_is_whole(site: TestSite, tmp_path: Path) -> None:
    key = seal_key(tmp_path / "secrets", tmp_path / "seals")
    result = checked(exported(site, tmp_path))
    assert (result.whole, result.damage, result.signed_by) == (True, "", key.key_id)
    assert [
        (p.verified.application, p.verified.position, p.verified.signed) for p in result.parts
    ] == [("metering", 11, 11), ("operations", 12, 12), ("books", 12, 12)]


@pytest.mark.parametrize("application", SITE_APPLICATIONS)
def test_every_attack_on_an_entry_is_named_by_its_position(
    site: TestSite, tmp_path: Path, application: str
) -> None:
    content = exported(site, tmp_path)
    for seed in range(6):
        luck = np.random.default_rng(seed)
        one, other = sorted(int(n) for n in luck.choice(10, 2, replace=False))

        def altered(entries: list[Entry], at: int = one) -> list[Entry]:
            entry = entries[at]
            state = bytearray(entry.state)
            state[-1] ^= 1
            entries[at] = Entry(
                position=entry.position,
                stream=entry.stream,
                version=entry.version,
                topic=entry.topic,
                state=bytes(state),
            )
            return entries

        def deleted(entries: list[Entry], at: int = one) -> list[Entry]:
            return entries[:at] + entries[at + 1 :]

        def swapped(entries: list[Entry], at: int = one, to: int = other) -> list[Entry]:
            entries[at], entries[to] = entries[to], entries[at]
            return entries

        def cut(entries: list[Entry], at: int = one) -> list[Entry]:
            return entries[:at]

        for attack in (altered, deleted, swapped, cut):
            harmed = rewritten(content, changed_entries(application, attack))
            assert broken(harmed, application) == one + 1, f"{attack.__name__}, seed {seed}"
            assert not checked(harmed).whole


def test_file_written_anew_without_its_last_entries_and_seals_is_found_by_heads_kept_elsewhere(
    site: TestSite, tmp_path: Path
) -> None:
    def shortened(records: list[Record]) -> list[Record]:
        kept: list[Record] = []
        books = False
        for record in changed_entries("books", lambda entries: entries[:7])(records):
            if record.tag is Tag.APPLICATION:
                books = b'"books"' in record.body
            cut = record.tag is Tag.HEAD or (
                record.tag is Tag.SEAL and seal_from("books", record.body).last > 7
            )
            if not (books and cut):
                kept.append(record)
        return kept

    harmed = rewritten(exported(site, tmp_path), shortened)
    heads = read_head_files(tmp_path / "seals", site.schema)
    result = checked(harmed, heads=heads, keys=public_keys(tmp_path / "seals"))
    (books,) = (p.verified for p in result.parts if p.verified.application == "books")
    assert books.broken_at == 8


def test_head_of_another_journal_in_a_file_is_damage(site: TestSite, tmp_path: Path) -> None:
    def planted(records: list[Record]) -> list[Record]:
        at = next(n for n, record in enumerate(records) if record.tag is Tag.HEAD)
        head = replace(head_from(records[at].body), application="books", position=10**9)
        return [*records[: at + 1], Record(Tag.HEAD, head_bytes(head)), *records[at + 1 :]]

    result = checked(rewritten(exported(site, tmp_path), planted))
    assert not result.whole
    assert f"A signed head of {site.schema}.books stands among those of" in result.damage


def test_altered_file_without_seal_and_signatures_is_not_whole_for_who_trusts_a_key(
    site: TestSite, tmp_path: Path
) -> None:
    def stripped(records: list[Record]) -> list[Record]:
        return [each for each in records if each.tag not in {Tag.KEY, Tag.HEAD, Tag.SEAL}]

    def altered(entries: list[Entry]) -> list[Entry]:
        return [replace(entries[0], state=entries[0].state + b" "), *entries[1:]]

    forged = rewritten(
        rewritten(exported(site, tmp_path), stripped), changed_entries("books", altered)
    )
    assert checked(forged).whole, "nothing in the file contradicts it"
    result = checked(forged, keys=public_keys(tmp_path / "seals"))
    assert (result.whole, result.damage) == (False, "The file is signed by nobody.")


def test_file_cut_off_names_where_it_ends(site: TestSite, tmp_path: Path) -> None:
    content = exported(site, tmp_path)
    result = checked(content[: len(content) - 20])
    assert not result.whole
    assert "cut off" in result.damage
    result = checked(content[: len(content) // 2])
    assert not result.whole
    assert {p.verified.application for p in result.parts} == set(SITE_APPLICATIONS)
    assert all(p.verified.broken_at is not None for p in result.parts[1:])


def test_file_signed_by_a_strange_key_is_not_whole_for_who_trusts_another(
    site: TestSite, tmp_path: Path
) -> None:
    mine = seal_key(tmp_path / "mine", tmp_path / "mine")
    result = checked(exported(site, tmp_path), keys={mine.key_id: mine.public_pem})
    assert not result.whole
    assert "not signed by a trusted key" in result.damage


def test_memory_does_not_grow_with_the_file(site: TestSite, tmp_path: Path) -> None:
    content = exported(site, tmp_path)
    longest = max(len(r.body) for r in ExportReader(io.BytesIO(content)).records())
    assert longest < 2**21, "entries go by in records of a megabyte"
