"""What polls find is told once when it begins and once when it is over, also after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.cjt188 import decode as cjt188
from adapters.dlt645 import decode as dlt645
from adapters.errors import SpoolFullError
from adapters.mbus import decode as mbus
from adapters.modbus import decode as modbus
from adapters.modbus.plate_guard import Doubt
from adapters.mqtt.client import Message
from adapters.mqtt.payload import Reason, Refusal
from adapters.mqtt.source import Arrival
from adapters.spool_rows import SpoolPart
from energy.base.clock import ManualClock
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.base.text import LANGUAGES, catalogue
from energy.metering.checks import frozen_counter
from energy.metering.note import Note, Phase
from energy.metering.reading import Reading, ReadingColumns
from processes.collector_findings import (
    MAP_CHANGED,
    SUSPECT_VALUE,
    WELL_S,
    FieldFindings,
)
from tests.fixtures.batches import MIDNIGHT

OTHER, NAN = "modbus.other_device", "modbus.not_a_number"


class Keeper:
    """Takes notes, or has no room."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.full = False

    def tell(self, notes: Sequence[Note]) -> None:
        if self.full:
            raise SpoolFullError(Path("spool"), "no room")
        self.notes += notes

    @property
    def said(self) -> list[tuple[str, int | None, Phase]]:
        return [(each.code, each.channel, each.phase) for each in self.notes]


def finding(code: str, at: datetime, channel: int = 1, **proof: Any) -> Finding:
    return Finding(
        code=code,
        severity=Severity.DO_NOT_BILL,
        channel=channel,
        start=at,
        end=at,
        position=0,
        proof={"point": "m1", **proof},
    )


def read(at: datetime, quality: Quality = Quality.MEASURED) -> ReadingColumns:
    return ReadingColumns.of(
        Reading(channel=channel, at=at, count=5, quality=quality) for channel in (1, 2)
    )


class Field:
    """A source that is polled every ten seconds, and what becomes of its findings."""

    def __init__(self, path: Path | None = None) -> None:
        self.clock, self.keeper, self.path = ManualClock(MIDNIGHT), Keeper(), path
        self.findings = FieldFindings(self.keeper, self.clock, path)

    def poll(self, *codes: str, times: int = 1, channels: Sequence[int] = (1,)) -> None:
        for _ in range(times):
            self.clock.move_to(self.clock.now() + timedelta(seconds=10))
            at = self.clock.now()
            found = [finding(code, at, channel) for code in codes for channel in channels]
            self.findings.note("bus-1", found, read(at, Quality(5 if codes else 0)))
            self.findings.tell()

    def restart(self) -> None:
        self.findings = FieldFindings(self.keeper, self.clock, self.path)


def test_another_device_is_told_at_once_and_only_once() -> None:
    field = Field()
    field.poll(OTHER, times=500, channels=(1, 2))
    assert field.keeper.said == [(OTHER, 1, Phase.BEGUN), (OTHER, 2, Phase.BEGUN)]
    first = field.keeper.notes[0]
    assert (first.source, first.first_us) == ("bus-1", first.last_us)


def test_a_single_value_that_is_no_number_is_not_worth_a_person() -> None:
    field = Field()
    for _ in range(50):
        field.poll(NAN, times=2)
        field.poll()
    assert field.keeper.said == []


def test_a_value_that_stays_no_number_is_told_and_explained_when_it_is_well_again() -> None:
    field = Field()
    field.poll(NAN, times=5)
    field.poll(times=int(WELL_S / 10))
    assert field.keeper.said == [(NAN, 1, Phase.BEGUN)]
    field.poll()
    assert field.keeper.said == [(NAN, 1, Phase.BEGUN), (NAN, 1, Phase.OVER)]
    begun, over = field.keeper.notes
    assert (begun.first_us, over.first_us) == (over.first_us, begun.first_us)
    assert over.last_us - over.first_us == 40_000_000
    assert not over.stays


def test_a_device_that_cannot_decide_tells_it_once() -> None:
    field = Field()
    for _ in range(100):
        field.poll(OTHER)
        field.poll(times=9)
    assert field.keeper.said == [(OTHER, 1, Phase.BEGUN)]


def test_another_device_that_is_gone_again_still_waits_for_a_person() -> None:
    field = Field()
    field.poll(OTHER)
    field.poll(times=int(WELL_S / 10) + 1)
    assert [(each.phase, each.stays) for each in field.keeper.notes] == [
        (Phase.BEGUN, True),
        (Phase.OVER, True),
    ]


def test_a_poll_that_says_nothing_of_the_channel_ends_nothing() -> None:
    field = Field()
    field.poll(OTHER, channels=(7,))
    field.poll(times=1_000)
    assert field.keeper.said == [(OTHER, 7, Phase.BEGUN)]


def test_after_a_restart_the_same_is_not_told_again_and_its_end_is(tmp_path: Path) -> None:
    field = Field(tmp_path / "episodes.json")
    field.poll(OTHER, channels=(1, 2))
    field.restart()
    field.poll(OTHER, times=20, channels=(1, 2))
    assert len(field.keeper.notes) == 2
    field.restart()
    field.poll(times=int(WELL_S / 10) + 1)
    assert [(c, p) for _, c, p in field.keeper.said[2:]] == [(1, Phase.OVER), (2, Phase.OVER)]


@pytest.mark.parametrize("rubbish", [b"", b"{", b'[{"source": 1}]'])
def test_a_memory_that_is_damaged_is_forgotten(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / "episodes.json"
    path.write_bytes(rubbish)
    field = Field(path)
    field.poll(OTHER)
    assert len(field.keeper.notes) == 1
    assert msgspec.json.decode(path.read_bytes())


def test_a_spool_without_room_is_asked_again() -> None:
    field = Field()
    field.keeper.full = True
    field.poll(OTHER)
    field.keeper.full = False
    field.poll(OTHER)
    assert field.keeper.said == [(OTHER, 1, Phase.BEGUN)]


def test_the_same_words_have_the_same_id() -> None:
    one, two = Field(), Field()
    for field in (one, two):
        field.poll(OTHER)
    assert one.keeper.notes[0].id == two.keeper.notes[0].id


def test_channels_that_are_not_collected_are_told_and_over_when_they_are() -> None:
    field = Field()
    field.findings.left_out("bus-1", {"m1": [1]})
    field.poll(times=int(WELL_S / 10) + 2)
    assert field.keeper.said == [
        ("collect.map_changed", 1, Phase.BEGUN),
        ("collect.map_changed", 1, Phase.OVER),
    ]


def test_refused_messages_are_told_once_a_reason_whatever_topics_a_stranger_invents() -> None:
    field = Field()
    good = SpoolPart(source="gw", columns=read(MIDNIGHT))

    def arrive(number: int, reason: Reason | None) -> None:
        refusals = (Refusal(reason=reason, detail="no"),) if reason else ()
        message = Message(topic=f"gw/{number}", payload=b"", qos=1, mid=1, connection=1)
        arrival = Arrival(source="gw", message=message, refusals=refusals)
        field.clock.move_to(field.clock.now() + timedelta(seconds=10))
        field.findings.pushed([arrival], [] if reason else [good])
        field.findings.tell()

    for number in range(100):
        arrive(number, Reason.CONFLICTING_ID if number % 2 else Reason.UNKNOWN_TOPIC)
    codes = {"mqtt.conflicting_id", "mqtt.unknown_topic"}
    assert {(c, n, p) for c, n, p in field.keeper.said} == {
        (code, None, Phase.BEGUN) for code in codes
    }
    for number in range(62):
        arrive(number, None)
    assert [(p) for _, _, p in field.keeper.said[2:]] == [Phase.OVER, Phase.OVER]


def test_a_pushed_value_that_stays_suspect_is_told() -> None:
    field = Field()
    message = Message(topic="gw/1", payload=b"", qos=1, mid=1, connection=1)
    for _ in range(3):
        part = SpoolPart(source="gw", columns=read(field.clock.now(), Quality.SUSPECT))
        field.findings.pushed([Arrival(source="gw", message=message)], [part])
        field.findings.tell()
    assert field.keeper.said == [(SUSPECT_VALUE, 1, Phase.BEGUN), (SUSPECT_VALUE, 2, Phase.BEGUN)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_polls_can_find_is_said_in_words(language: str) -> None:
    codes = [
        *(f"modbus.{each}" for each in (*Doubt, *modbus.Flaw)),
        *(f"dlt645.{each}" for each in dlt645.Flaw),
        *(f"cjt188.{each}" for each in cjt188.Flaw),
        *(f"mbus.{each}" for each in mbus.Flaw),
        *(f"mqtt.{each}" for each in Reason),
        SUSPECT_VALUE,
        MAP_CHANGED,
        frozen_counter.CODE,
    ]
    assert len(codes) > 20
    assert [code for code in codes if not catalogue()[f"finding.{code}"][language]] == []
