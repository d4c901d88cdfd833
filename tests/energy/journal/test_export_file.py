"""The container: whole or named as damaged, whatever byte is wrong or wherever it ends."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import zstandard

from energy.journal import export_file, export_records
from energy.journal.chain import DamagedError
from energy.journal.export_file import (
    ExportReader,
    ExportWriter,
    TruncatedError,
)
from energy.journal.export_records import (
    Header,
    Kind,
    NewerFormatError,
    Part,
    Tag,
)

PART = Part(
    scope="site_a", application="books", after=0, link="00" * 32, last=1, learned_us=1_000_000
)
HEADER = Header(
    kind=Kind.JOURNAL,
    made_at=datetime(2019, 1, 1, tzinfo=UTC),
    program="meterline test",
    schema_number=2,
    site={"key": "a", "name": "站点"},
    parts=(PART,),
)


def file_of(*bodies: bytes) -> bytes:
    out = io.BytesIO()
    writer = ExportWriter(out, HEADER)
    for body in bodies:
        writer.record(Tag.ENTRIES, body)
    writer.close()
    assert writer.octets == len(out.getvalue())
    return out.getvalue()


def read(content: bytes) -> list[bytes]:
    return [record.body for record in ExportReader(io.BytesIO(content)).records()]


def test_what_was_written_is_read() -> None:
    reader = ExportReader(io.BytesIO(file_of(b"one", b"", b"three")))
    assert reader.header == HEADER
    assert [record.body for record in reader.records()] == [b"one", b"", b"three"]
    assert reader.end is not None
    assert reader.end.records == 4


def test_long_file_has_many_frames_and_plain_tools_read_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_file, "FRAME_BYTES", 1_000)
    bodies = [bytes([n]) * 700 for n in range(40)]
    content = file_of(*bodies)
    assert content.count(b"\x28\xb5\x2f\xfd") > 10
    assert read(content) == bodies
    plain = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content), read_across_frames=True)
    assert plain.read()[:1] == b"H"


def test_file_cut_off_anywhere_is_never_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_file, "FRAME_BYTES", 300)
    content = file_of(*(bytes([n]) * 100 for n in range(10)))
    for length in range(len(content)):
        with pytest.raises(DamagedError):
            read(content[:length])


def test_file_cut_off_between_frames_is_called_truncated() -> None:
    content = file_of(b"one")
    with pytest.raises(TruncatedError):
        read(content[: len(content) // 2])


def test_every_flipped_bit_is_found() -> None:
    content = file_of(*(np.random.default_rng(n).bytes(50) for n in range(4)))
    for at in range(len(content)):
        flipped = bytearray(content)
        flipped[at] ^= 1 << (at % 8)
        if flipped == content:
            continue
        try:
            bodies = read(bytes(flipped))
        except DamagedError:
            continue
        assert bodies == read(content), f"byte {at}: only what carries nothing may change"


def test_what_stands_behind_the_end_is_refused() -> None:
    with pytest.raises(DamagedError):
        read(file_of(b"one") + file_of(b"two"))


def test_other_files_are_refused() -> None:
    for content in (b"", b"no such file", b"PK\x03\x04", zstandard.compress(b"H\0\0\0\x02{}")):
        with pytest.raises(DamagedError):
            read(content)


def test_newer_format_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_records, "FORMAT", 2)
    content = file_of(b"one")
    monkeypatch.undo()
    with pytest.raises(NewerFormatError, match="newer format"):
        read(content)


def test_record_left_out_is_found_by_the_end() -> None:
    out = io.BytesIO()
    writer = ExportWriter(out, replace(HEADER, site=None))
    writer.record(Tag.ENTRIES, b"one")
    writer._records += 1
    writer.close()
    with pytest.raises(DamagedError, match="not those that were written"):
        read(out.getvalue())
