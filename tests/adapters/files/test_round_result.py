"""What comes back from a phone is checked before anything is done with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.files.round_page import round_page
from adapters.files.round_result import RoundResultError, read_result

ENTRY = {
    "point": "b2-elec",
    "quantity": "active_energy_import",
    "serial": "S-2",
    "at": "2026-11-22T10:15:30.123Z",
    "value": "15203.4",
    "note": "",
    "confirmed": True,
}


def told(*entries: dict[str, Any], **changes: object) -> str:
    content = {"format": "meterline-round-1", "site": "town", "round": "r1", "reader": "Ada"}
    return json.dumps({**content, "entries": list(entries), **changes})


def test_a_result_is_read_with_its_instants_in_utc() -> None:
    result = read_result(told(ENTRY, {**ENTRY, "value": None, "note": "no access"}))
    assert (result.site, result.round, result.reader) == ("town", "r1", "Ada")
    first, second = result.entries
    assert first.at == datetime(2026, 11, 22, 10, 15, 30, 123_000, tzinfo=UTC)
    assert (first.value, first.confirmed) == ("15203.4", True)
    assert (second.value, second.note) == (None, "no access")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no result of a round"),
        ("[]", "format"),
        (told(ENTRY, format="other"), "format"),
        (told(entries="x"), "no list"),
        (told({**ENTRY, "value": "1e5"}), "entry 1: '1e5' is no display value"),
        (told({**ENTRY, "value": 15203.4}), "is no display value"),
        (told({**ENTRY, "value": "-1"}), "is no display value"),
        (told(ENTRY, {**ENTRY, "at": "yesterday"}), "entry 2: `at` is no instant"),
        (told({**ENTRY, "at": "2026-11-22T10:15:30"}), "bears no zone"),
        (told({**ENTRY, "point": None}), "'point' is no text"),
        (told({**ENTRY, "note": "x" * 2_001}), "'note' is no text of at most 2000"),
        (told(7), "entry 1 is no entry"),  # type: ignore[arg-type]
        (" " * 2_000_001, "more than 2000000 octets"),
    ],
)
def test_a_file_that_is_no_result_is_refused_and_says_where(text: str, message: str) -> None:
    with pytest.raises(RoundResultError, match=message):
        read_result(text)


def test_no_name_breaks_out_of_the_page() -> None:
    page = round_page(
        {"name": "</script><script>alert(1)</script>", "texts": {}, "stops": []},
        title="<b>Round & more</b>",
        language='en" onload="x',
    )
    assert page.count("</script>") == 3
    assert "&lt;b&gt;Round &amp; more&lt;/b&gt;" in page
    assert '<html lang="en&quot; onload=&quot;x">' in page
