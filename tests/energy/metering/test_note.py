from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy.base.ids import id_of
from energy.metering.note import NoteError, decode_note, encode_note, note

AT = datetime(2019, 1, 1, tzinfo=UTC)


def test_a_note_comes_back_from_its_bytes_unchanged() -> None:
    told = note("spool.thinned", AT, AT, source="bus", channel=3, proof={"readings": 5})
    assert decode_note(encode_note(told)) == told


def test_the_same_fact_told_again_is_the_same_note_and_another_one_is_not() -> None:
    told = [note("modbus.other_device", AT, AT, channel=7, note_id=id_of("x")) for _ in range(2)]
    assert told[0] == told[1]
    assert note("spool.thinned", AT, AT).id != note("spool.thinned", AT, AT).id


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[1]"])
def test_what_is_no_note_is_refused(body: bytes) -> None:
    with pytest.raises(NoteError, match="does not decode"):
        decode_note(body)
