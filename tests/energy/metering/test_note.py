from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy.base.finding import Finding, Severity
from energy.base.ids import id_of
from energy.metering.note import NoteError, decode_note, encode_note, note, note_of

AT = datetime(2019, 1, 1, tzinfo=UTC)


def test_a_note_comes_back_from_its_bytes_unchanged() -> None:
    told = note("spool.thinned", AT, AT, source="bus", channel=3, proof={"readings": 5})
    assert decode_note(encode_note(told)) == told


def test_a_finding_of_a_poll_becomes_a_note_and_the_same_one_again() -> None:
    finding = Finding(
        code="modbus.other_device", severity=Severity.DO_NOT_BILL, channel=7, start=AT, end=AT,
        position=0, proof={"point": "b2"},
    )  # fmt: skip
    one = note_of(finding, "bus", note_id=id_of("x"))
    assert one == note_of(finding, "bus", note_id=id_of("x"))
    assert (one.code, one.channel, one.proof) == (finding.code, 7, {"point": "b2"})
    assert note_of(finding, "bus").id != note_of(finding, "bus").id


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[1]"])
def test_what_is_no_note_is_refused(body: bytes) -> None:
    with pytest.raises(NoteError, match="does not decode"):
        decode_note(body)
