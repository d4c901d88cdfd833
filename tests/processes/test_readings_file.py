"""Readings as people write them: values of the display become counts, exactly or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from energy.metering.channel import Channel
from energy.metering.correction import StatementError
from processes.readings_file import chunks, count_of, read_file, stated_readings
from tests.fixtures.batches import at
from tests.fixtures.meters import counter_facts

LONDON = ZoneInfo("Europe/London")
CHANNEL = Channel(number=4, point="m1", facts=counter_facts())
THIRDS = Channel(number=5, point="m2", facts=counter_facts(resolution=Fraction(1, 3)))
NAMED = {("m1", ""): CHANNEL, ("m1", "active_energy_import"): CHANNEL}


def test_a_reading_is_a_local_instant_and_the_value_of_the_display() -> None:
    words = ["2019-07-01 10:15=47.11", "2019-07-01T10:15+00:00=47.12"]
    assert stated_readings(words, CHANNEL, LONDON) == [
        (datetime(2019, 7, 1, 9, 15, tzinfo=UTC), 4711),
        (datetime(2019, 7, 1, 10, 15, tzinfo=UTC), 4712),
    ]


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("4711", "is no reading"),
        ("yesterday=4711", "is no instant"),
        ("2019-07-01=4.711", "finer than the register"),
        ("2019-07-01=four", "is no number"),
        ("2019-07-01=1/0", "is no number"),
        ("2019-07-01=1e3000000", "is no number"),
    ],
)
def test_what_is_no_reading_is_refused(word: str, complaint: str) -> None:
    with pytest.raises(StatementError, match=complaint):
        stated_readings([word], CHANNEL, LONDON)


def test_a_value_is_exact_whatever_the_resolution() -> None:
    assert count_of("1/3", THIRDS) == 1
    with pytest.raises(StatementError, match="its step is 1/3 kWh"):
        count_of("0.3333", THIRDS)


def test_a_file_is_read_by_channel() -> None:
    text = "point,quantity,at,value\nm1,,2019-01-01 00:15,1\nm1,active_energy_import,2019-01-01,2\n"
    assert read_file(text, NAMED, LONDON) == {4: [(at(15), 100), (at(0), 200)]}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("point,at\n", "lacks the column value"),
        ("", "holds no reading"),
        ("point,at,value\n", "holds no reading"),
        ("point,at,value\nm9,2019-01-01,1\n", "Row 2: there is no point m9. `meter list`"),
        (
            "point,quantity,at,value\nm1,volume,2019-01-01,1\n",
            "Row 2: m1 has no quantity volume. It has: active_energy_import",
        ),
        ("point,at,value\nm1,2019-01-01,1\nm1,2019-01-01\n", "Row 3: it has fewer fields"),
        ("point,at,value\nm1,2019-01-01,x\n", "Row 2: 'x' is no number"),
    ],
)
def test_a_wrong_row_is_named(text: str, complaint: str) -> None:
    with pytest.raises(StatementError, match=complaint):
        read_file(text, NAMED, LONDON)


def test_every_wrong_row_is_named_at_once_up_to_a_screenful() -> None:
    rows = ["m9,2019-01-01,1", "m1,2019-01-01,1", "m1,soon,1", *["m1,2019-01-01,x"] * 30]
    with pytest.raises(StatementError) as caught:
        read_file("point,at,value\n" + "\n".join(rows), NAMED, LONDON)
    told = str(caught.value)
    assert told.startswith("32 of the file's readings are wrong; nothing was written:\nRow 2: ")
    assert "\nRow 4: 'soon' is no instant" in told
    assert "Row 3:" not in told
    assert "\n... and 12 more.\n" in told
    assert "没有计量点 m9" in caught.value.told("zh")


def test_a_long_file_is_stated_in_parts() -> None:
    readings = [(at(n), n) for n in reversed(range(5001))]
    parts = list(chunks(readings))
    assert [len(part) for part in parts] == [5000, 1]
    assert parts[0][0] == (at(0), 0)
