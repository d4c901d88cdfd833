"""20 to 24 at a real broker: what is hostile, doubled or stormy, and the good message behind it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.spool import Spool
from energy.base.clock import ManualClock, monotonic_s, wait
from energy.metering.codec import decode
from energy.metering.note import Note
from processes.collector_drain import Drain
from processes.collector_plan import CollectPlan
from tests.adapters.mqtt.broker import broker, publish
from tests.nasty.raw_mqtt import connected, cut, publish_raw
from tests.processes.test_collect import collecting, eventually
from tests.processes.test_collector_drain import Journal
from tests.processes.test_collector_plan import GAS, PULSES

pytestmark = pytest.mark.servers

START = datetime(2019, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def hasty_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bring readings to the journal at once: nobody fills batches here."""
    defaults = Drain.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "flush_s", 0.05)


def plan_at(port: int) -> CollectPlan:
    source = replace(PULSES, host="127.0.0.1", port=port)
    return CollectPlan(site="campus", sources=(source,), meters=(GAS,))


def pulse(minutes: int, count: int, number: str | None = None) -> str:
    at = (START + timedelta(minutes=minutes)).isoformat()
    return json.dumps({"device": "b2-gas", "at": at, "count": count, "id": number or at})


def counts(journal: Journal) -> list[tuple[int, int]]:
    """Return minute and count of every reading in the journal."""
    readings = (r for batch in journal.batches.values() for r in decode(batch.payload))
    return sorted(((r.at - START) // timedelta(minutes=1), r.count) for r in readings)


def listening(port: int, journal: Journal) -> None:
    """Return once the collector's subscription stands: its first count has come."""
    until_s = monotonic_s() + 20
    while not journal.readings and monotonic_s() < until_s:
        publish(port, "m/b2-gas", pulse(0, 0))
        wait(0.1)


def kept(folder: Path, clock: ManualClock) -> tuple[dict[str, int], list[Note]]:
    """Return the refused messages by reason, and what waits to be told to the journal."""
    spool = Spool(folder / "spool.sqlite", clock)
    refused: dict[str, int] = {}
    for message in spool.quarantined(10_000):
        refused[message.reason] = refused.get(message.reason, 0) + message.times
    notes = spool.notes()
    spool.close()
    return refused, notes


def test_21_retained_doubled_reordered_and_contradicting_messages_count_once_and_right(
    tmp_path: Path,
) -> None:
    clock, journal = ManualClock(START + timedelta(hours=1)), Journal()
    with broker(tmp_path) as port:
        publish(port, "m/b2-gas", pulse(59, 999), retain=True)
        with collecting(plan_at(port), journal, clock, tmp_path / "c"):
            listening(port, journal)
            for minutes in (5, 4, 4, 3, 5):
                publish(port, "m/b2-gas", pulse(minutes, 10 * minutes))
            for other in (77, 78, 79):
                publish(port, "m/b2-gas", pulse(4, other))
            publish(port, "m/b2-gas", pulse(6, 60))
            eventually(journal, 5)
    assert counts(journal) == [(0, 0), (3, 30), (4, 40), (5, 50), (6, 60)]
    refused, notes = kept(tmp_path / "c", clock)
    assert refused == {"conflicting_id": 3}
    assert [(each.code, each.source) for each in notes] == [("mqtt.conflicting_id", "pulses-1")]


def test_22_hostile_topics_give_no_reading_and_the_next_message_is_read(tmp_path: Path) -> None:
    clock, journal = ManualClock(START + timedelta(hours=1)), Journal()
    body = pulse(30, 666).encode()
    through = [
        b"m/..",
        b"m/'; DROP TABLE reading; --",
        b"m/<script>alert(1)",
        b"m/" + b"G" * 60_000,
        b"m/b1-gas",
        "m/燃气".encode(),
    ]
    stopped = [b"m/+", b"m/#", b"m/b2\0gas", b"m/\xff\xfe"]
    with broker(tmp_path) as port, collecting(plan_at(port), journal, clock, tmp_path / "c"):
        listening(port, journal)
        taken = [publish_raw(port, topic, body) for topic in (*through, *stopped)]
        publish(port, "m/b2-gas", pulse(1, 10))
        eventually(journal, 2)
    assert taken == [True] * len(through) + [False] * len(stopped)
    assert counts(journal) == [(0, 0), (1, 10)]
    refused, _ = kept(tmp_path / "c", clock)
    assert sum(refused.values()) == len(through)
    assert set(refused) <= {"unknown_device", "unknown_topic", "wrong_device"}


def test_24_a_storm_of_wills_is_refused_and_the_live_message_behind_it_is_read(
    tmp_path: Path,
) -> None:
    clock, journal = ManualClock(START + timedelta(hours=1)), Journal()
    with broker(tmp_path) as port, collecting(plan_at(port), journal, clock, tmp_path / "c"):
        listening(port, journal)
        dying = [
            connected(port, f"gw-{n}", will=(b"m/gw-%d" % n if n % 2 else b"m/b2-gas", b"off"))
            for n in range(400)
        ]
        heard = subprocess.Popen(
            ["mosquitto_sub", "-p", str(port), "-q", "1", "-t", "m/+", "-C", "400", "-W", "20"],
            stdout=subprocess.DEVNULL,
        )
        wait(0.3)
        for each in dying:
            cut(each)
        assert heard.wait(25) == 0, "the broker has sent every will"
        publish(port, "m/b2-gas", pulse(1, 10))
        eventually(journal, 2)
    assert counts(journal) == [(0, 0), (1, 10)]
    refused, notes = kept(tmp_path / "c", clock)
    assert refused == {"not_json": 200, "unknown_device": 200}
    assert len(notes) == 2, "a person is told of each reason, not of each message"
