from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.mqtt.connecting import BrokerAccessError, Message
from adapters.mqtt.mapping_file import MappingError
from adapters.mqtt.payload import Reason, Refusal
from adapters.mqtt.settle import ChannelCount
from adapters.mqtt.source import Arrival, MqttSource
from adapters.own_files import use_own_files
from adapters.spool import Spool
from energy.base.clock import ManualClock, monotonic_s, wait
from energy.base.quality import Quality
from processes.collector_brokers import RefusalLog, broker_sources, parts_of, refused_of
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan
from tests.adapters.mqtt.broker import broker, publish
from tests.processes.test_collect import collecting, eventually
from tests.processes.test_collector_drain import Journal

CLOCK = ManualClock(datetime(2026, 11, 21, 6, 10, tzinfo=UTC))
SOURCE = SourcePlan(
    key="gw", kind="mqtt", host="127.0.0.1", port=1883, mapping="chinese_gateway", share="t2"
)
METER = MeterPlan(
    point="b2",
    source="gw",
    profile="chinese_gateway",
    address={"device": "GW07.A01", "account": "GW07"},
    channels=(
        ChannelPlan(
            number=1,
            quantity="active_energy_import",
            kind="counter",
            unit="kWh",
            resolution="1/100",
            utility="electricity",
        ),
        ChannelPlan(number=2, quantity="active_power", kind="gauge", unit="W", resolution="1"),
    ),
)
BODY = (
    '{"gwId": "GW07", "ts": "2026-11-21 14:05:33", "devs": [{"devId": "A01", '
    '"data": [{"id": "EPI", "val": "15203.4"}, {"id": "P", "val": "-12.5"}]}]}'
).encode("gb18030")
MESSAGE = Message(topic="gateway/GW07/up", payload=BODY, mid=1, qos=1, connection=0)


@pytest.fixture(autouse=True)
def presets_only() -> None:
    use_own_files(None)


def sources(
    source: SourcePlan = SOURCE, meter: MeterPlan = METER, **names: str
) -> list[MqttSource]:
    plan = CollectPlan(site="campus", sources=(source,), meters=(meter,))
    return broker_sources(plan, CLOCK, names)


def test_a_message_of_a_plans_gateway_becomes_counts_of_its_channels() -> None:
    (source,) = sources()
    arrival = source.judge(MESSAGE)
    assert [(c.channel, c.count) for c in arrival.counts] == [(1, 1_520_340), (2, -12_500)]
    (part,) = parts_of([arrival])
    assert (part.source, part.once) == ("gw", True)
    assert [(r.channel, r.count, r.quality) for r in part.columns] == [
        (1, 1_520_340, Quality.MEASURED),
        (2, -12_500, Quality.MEASURED),
    ]


def test_a_message_refused_in_part_gives_readings_and_is_kept() -> None:
    arrival = Arrival(
        source="gw",
        message=MESSAGE,
        counts=(ChannelCount(channel=1, at_us=5, count=7, quality=Quality.SUSPECT),),
        refusals=(
            Refusal(reason=Reason.WRONG_VALUE, detail="a"),
            Refusal(reason=Reason.NOT_WHOLE, detail="b"),
        ),
    )
    (part,) = parts_of([arrival])
    assert [r.quality for r in part.columns] == [Quality.SUSPECT]
    kept = refused_of([arrival])
    assert [(each.reason, each.detail, each.body) for each in kept] == [
        ("wrong_value", "a", BODY),
        ("not_whole", "b", BODY),
    ]


def test_each_collector_of_a_group_has_a_session_of_its_own() -> None:
    (source,) = sources(METERLINE_COLLECTOR="edge-2")
    assert source.settings.client_id == "meterline-campus-gw-edge-2"
    assert source.settings.subscription.filters == ["$share/t2/gateway/+/up"]
    (source,) = sources()
    assert source.settings.client_id == f"meterline-campus-gw-{socket.gethostname()}"
    (source,) = sources(replace(SOURCE, share=""))
    assert source.settings.client_id == "meterline-campus-gw"


def test_a_plan_of_an_earlier_version_takes_whole_counts_of_its_own_form() -> None:
    source = replace(SOURCE, mapping="", share="", topic="m/+")
    channel = ChannelPlan(number=3, quantity="volume")
    meter = replace(METER, address={"device": "b2-gas"}, channels=(channel,))
    (made,) = sources(source, meter)
    body = b'{"device": "b2-gas", "at": "2026-11-21T06:00:00Z", "count": 7, "id": "1"}'
    arrival = made.judge(replace(MESSAGE, topic="m/b2-gas", payload=body))
    assert [(c.channel, c.count) for c in arrival.counts] == [(3, 7)]


@pytest.mark.parametrize(
    ("source", "meter", "problem"),
    [
        (replace(SOURCE, mapping="absent"), METER, "no such mapping"),
        (SOURCE, replace(METER, address={"device": "GW07.A01"}), "its address needs account"),
        (
            SOURCE,
            replace(METER, channels=(ChannelPlan(number=1, quantity="volume_hot"),)),
            "the mapping never gives volume_hot; it gives active_energy_export",
        ),
        (replace(SOURCE, mapping="sparkplug_b"), METER, "must come to one collector"),
        (replace(SOURCE, topic="gw/{device}"), METER, "lacks the part\\(s\\) gateway"),
    ],
)
def test_a_mapping_that_does_not_fit_its_meters_starts_nothing(
    source: SourcePlan, meter: MeterPlan, problem: str
) -> None:
    with pytest.raises(MappingError, match=problem):
        sources(source, meter)


def test_a_flood_of_refused_messages_is_told_once_a_minute() -> None:
    now_s = [0.0]
    told = RefusalLog(monotonic=lambda: now_s[0])
    refusal = Refusal(reason=Reason.NOT_JSON, detail="no JSON")
    bad = Arrival(source="gw", message=MESSAGE, refusals=(refusal,))
    other = Arrival(source="gw", message=replace(MESSAGE, topic="x"), refusals=(refusal,))
    with capture_logs() as rows:
        told.tell([bad] * 500)
        told.tell([other])
        now_s[0] = 61.0
        told.tell([bad])
    assert [(row["event"], row["topic"], row["since_told"]) for row in rows] == [
        ("mqtt.not_json", "gateway/GW07/up", 0),
        ("mqtt.not_json", "x", 0),
        ("mqtt.not_json", "gateway/GW07/up", 499),
    ]


def test_a_stranger_who_invents_topics_does_not_flood_the_log() -> None:
    now_s = [0.0]
    told = RefusalLog(monotonic=lambda: now_s[0])
    refusal = Refusal(reason=Reason.UNKNOWN_TOPIC, detail="no")
    with capture_logs() as rows:
        for number in range(10_000):
            now_s[0] = number / 100
            told.tell(
                [Arrival(source="gw", message=replace(MESSAGE, topic=f"x/{number}"),
                         refusals=(refusal,))]
            )  # fmt: skip
    assert len(rows) == RefusalLog.TOPICS + 2
    assert (rows[-1]["topic"], rows[-1]["since_told"]) == (RefusalLog.OTHERS, 5_999)


def test_certificates_of_a_source_go_before_those_of_the_environment() -> None:
    own = replace(SOURCE, authority="/absent/own.crt")
    with pytest.raises(BrokerAccessError, match=r"/absent/own\.crt"):
        sources(own, METERLINE_MQTT_CA="/absent/environment.crt")


def test_exact_resolutions_come_over_from_the_plan() -> None:
    (source,) = sources()
    targets = source._judge._settler._devices["GW07.A01"]
    assert targets["active_energy_import"].resolution == Fraction(1, 100)


@pytest.mark.servers
def test_a_collector_lives_through_nasty_messages_and_stores_the_good_ones_once(
    tmp_path: Path,
) -> None:
    plan = CollectPlan(site="campus", sources=(replace(SOURCE, share=""),), meters=(METER,))
    journal, topic = Journal(), "gateway/GW07/up"
    nasty: list[tuple[str, bytes]] = [
        (topic, b""),
        (topic, BODY[:-4]),
        (topic, b"[" * 10_000),
        (topic, BODY.replace(b'"-12.5"', b"NaN")),
        (topic, BODY.replace(b'"gwId"', b'"ts": "1", "gwId"')),
        (topic, b'{"gwId": "\x81\x20"}'),
        (topic, bytes(100_000)),
        (topic, BODY.replace(b"GW07", b"GW08")),
        (topic, BODY.replace(b"2026-11-21", b"2099-11-21")),
        ("gateway/GW08/up", BODY),
        ("gateway/..;DROP TABLE reading/up", BODY),
    ]
    with broker(tmp_path) as port:
        here = replace(plan, sources=(replace(plan.sources[0], port=port),))
        with collecting(here, journal, CLOCK, tmp_path / "c"):
            until_s = monotonic_s() + 20
            while not journal.readings and monotonic_s() < until_s:
                publish(port, topic, BODY)  # what comes before the subscription is lost
                wait(0.1)
            for where, body in nasty:
                publish(port, where, body)
            publish(port, topic, BODY)
            later = BODY.replace(b"14:05:33", b"14:05:34").replace(b"15203.4", b"15203.5")
            publish(port, topic, later)
            assert [each[2] for each in eventually(journal, 4)] == [
                1_520_340,
                1_520_350,
                -12_500,
                -12_500,
            ]
    spool = Spool(tmp_path / "c" / "spool.sqlite", CLOCK)
    kept = {message.reason: message.times for message in spool.quarantined()}
    spool.close()
    assert kept == {
        "not_json": 1,
        "too_deep": 1,
        "duplicate_key": 1,
        "not_gb18030": 1,
        "too_large": 1,
        "wrong_device": 1,
        "time_ahead": 1,
        "unknown_topic": 1,
    }
