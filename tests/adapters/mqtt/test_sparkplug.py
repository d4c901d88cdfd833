from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.mqtt.payload import Reason, RefusedError
from adapters.mqtt.sparkplug import ASKS_A_TURN, SparkplugHost
from adapters.mqtt.topic import TopicPattern
from tests.adapters.mqtt.sparkplug_proto import metric, payload

CASES = Path(__file__).parents[2] / "cases" / "mqtt"
NODE = TopicPattern.of("spBv1.0/{group}/{kind}/{node}")
DEVICE = TopicPattern.of("spBv1.0/{group}/{kind}/{node}/{device}")
ENERGY = {"name": "energy", "alias": 7, "datatype": 8}
POWER = {"name": "power", "alias": 8, "datatype": 3}


def birth_number(number: int = 0) -> dict[str, Any]:
    return metric("bdSeq", datatype=8, long_value=number)


class Host:
    """A host that is told messages in words."""

    def __init__(self) -> None:
        self.host = SparkplugHost()

    def take(
        self, kind: str, *metrics: dict[str, Any], seq: int | None = 0, node: str = "n"
    ) -> Any:
        topic = f"spBv1.0/g/{kind}/{node}" + ("/d" if kind.startswith("D") else "")
        return self.topic(topic, payload(*metrics, seq=seq))

    def topic(self, topic: str, raw: bytes) -> Any:
        parts = NODE.parts(topic) or DEVICE.parts(topic)
        assert parts is not None
        taken = self.host.take(parts, raw)
        return taken.fields["metrics"] if taken else None

    def refused(self, kind: str, *metrics: dict[str, Any], seq: int = 0) -> Reason:
        with pytest.raises(RefusedError) as caught:
            self.take(kind, *metrics, seq=seq)
        return caught.value.refusal.reason

    def born(self) -> Host:
        self.take("NBIRTH", birth_number())
        self.take("DBIRTH", {**ENERGY, "long_value": 1}, {**POWER, "int_value": 2}, seq=1)
        return self


def test_a_data_message_is_understood_by_the_aliases_of_its_birth() -> None:
    rows = (
        Host()
        .born()
        .take(
            "DDATA",
            metric(alias=7, long_value=11, timestamp=5),
            metric(alias=8, int_value=2**32 - 3),
            seq=2,
        )
    )
    assert [(row["name"], row["value"], row["timestamp"]) for row in rows] == [
        ("energy", 11, 5),
        ("power", -3, 1795241133000),
    ]


def test_devices_whose_gateway_gives_them_the_same_aliases_keep_their_own_values() -> None:
    host = Host()
    host.take("NBIRTH", birth_number(), metric("load", alias=1, datatype=8, long_value=5))
    for seq, (device, name) in enumerate([("a", "power"), ("b", "energy")], 1):
        birth = payload(metric(name, alias=1, datatype=8, long_value=seq), seq=seq)
        host.topic(f"spBv1.0/g/DBIRTH/n/{device}", birth)
    (row,) = host.topic("spBv1.0/g/DDATA/n/a", payload(metric(alias=1, long_value=7), seq=3))
    assert (row["name"], row["value"]) == ("power", 7)
    (row,) = host.topic("spBv1.0/g/NDATA/n", payload(metric(alias=1, long_value=8), seq=4))
    assert (row["name"], row["value"]) == ("load", 8)


def test_an_alias_of_another_device_is_refused() -> None:
    host = Host().born()
    host.topic("spBv1.0/g/DBIRTH/n/e", payload(metric("flow", alias=9, datatype=8), seq=2))
    assert host.refused("DDATA", metric(alias=9, long_value=1), seq=3) is Reason.UNKNOWN_ALIAS


def test_data_before_a_birth_is_refused_and_the_birth_is_asked_for() -> None:
    host = Host()
    assert host.refused("NDATA", metric("energy", long_value=1), seq=4) is Reason.BEFORE_BIRTH
    assert host.host.due(0.0) == [("g", "n")]
    assert host.host.due(0.5) == []
    assert host.host.due(1000.0) == [("g", "n")]
    host.born()
    assert host.host.due(2000.0) == []


def test_data_of_a_device_that_was_not_born_is_refused() -> None:
    host = Host()
    host.take("NBIRTH", birth_number())
    assert host.refused("DDATA", metric("energy", long_value=1), seq=1) is Reason.BEFORE_BIRTH


def test_after_a_gap_nothing_is_believed_until_the_next_birth() -> None:
    host = Host().born()
    assert host.refused("DDATA", metric(alias=7, long_value=2), seq=3) is Reason.SEQUENCE_GAP
    assert host.refused("DDATA", metric(alias=7, long_value=3), seq=2) is Reason.SEQUENCE_GAP
    assert host.host.unborn == 1
    host.born()
    assert host.take("DDATA", metric(alias=7, long_value=4), seq=2)[0]["value"] == 4


def test_the_number_after_255_is_0() -> None:
    host = Host().born()
    for seq in [*range(2, 256), 0, 1]:
        assert host.take("DDATA", metric(alias=7, long_value=seq), seq=seq)[0]["value"] == seq


def test_an_alias_that_stands_in_no_birth_is_refused_and_the_birth_asked_for() -> None:
    host = Host().born()
    assert host.refused("DDATA", metric(alias=99, long_value=2), seq=2) is Reason.UNKNOWN_ALIAS
    assert host.host.unborn == 1
    assert host.refused("DDATA", metric(alias=7, long_value=2), seq=3) is Reason.SEQUENCE_GAP


def test_a_message_that_comes_twice_counts_once() -> None:
    host = Host().born()
    assert host.take("DDATA", metric(alias=7, long_value=4), seq=2)
    assert host.take("DDATA", metric(alias=7, long_value=4), seq=2) is None
    assert host.take("DDATA", metric(alias=7, long_value=5), seq=3)


def test_what_a_broker_sends_again_after_a_reconnect_is_no_gap() -> None:
    host = Host().born()
    for seq in (2, 3, 4):
        host.take("DDATA", metric(alias=7, long_value=seq), seq=seq)
    for seq in (3, 4):
        assert host.take("DDATA", metric(alias=7, long_value=seq), seq=seq) is None
    assert host.take("DDATA", metric(alias=7, long_value=5), seq=5)[0]["value"] == 5


def test_the_same_words_under_the_same_number_are_news_a_turn_later() -> None:
    host = Host().born()
    for seq in range(2, 2 + 256 + 3):
        assert host.take("DDATA", metric(alias=7, long_value=11), seq=seq % 256) is not None


def test_the_death_of_an_older_connection_says_nothing_of_this_one() -> None:
    host = Host()
    host.take("NBIRTH", birth_number(4), metric("energy", datatype=8, long_value=1))
    host.take("NDEATH", birth_number(3), seq=None)
    assert host.host.dead == []
    assert host.take("NDATA", metric("energy", long_value=2), seq=1)
    host.take("NDEATH", birth_number(4), seq=None)
    assert host.host.dead == ["g/n"]
    assert host.refused("NDATA", metric("energy", long_value=3), seq=2) is Reason.BEFORE_BIRTH


def test_after_the_death_of_a_device_its_data_are_refused() -> None:
    host = Host().born()
    assert host.take("DDEATH", seq=2) is None
    assert host.refused("DDATA", metric(alias=7, long_value=3), seq=3) is Reason.BEFORE_BIRTH


def test_what_a_gateway_had_kept_is_historical_and_a_mixed_message_is_not() -> None:
    host = Host().born()
    parts = DEVICE.parts("spBv1.0/g/DDATA/n/d")
    assert parts is not None
    old = metric(alias=7, long_value=1, is_historical=True)
    taken = host.host.take(parts, payload(old, seq=2))
    assert taken is not None and taken.historical
    taken = host.host.take(parts, payload(old, metric(alias=8, int_value=1), seq=3))
    assert taken is not None and not taken.historical


def test_commands_and_the_gateways_own_metrics_are_no_values() -> None:
    host = Host()
    assert host.take("NCMD", metric("Node Control/Rebirth", boolean_value=True)) is None
    assert host.take("DCMD", metric("relay", boolean_value=True)) is None
    assert host.take("NBIRTH", birth_number(), metric("Node Control/Rebirth")) is None


def test_an_integer_of_unknown_type_is_no_value() -> None:
    host = Host()
    (row,) = host.take("NBIRTH", birth_number(), metric("energy", int_value=2**32 - 1))
    assert row["value"] == "type None"


def test_a_null_and_a_unit_are_told() -> None:
    null = metric("energy", datatype=8, is_null=True, properties={"engUnit": "kWh", "Quality": 0})
    (row,) = Host().take("NBIRTH", birth_number(), null)
    assert (row["value"], row["unit"], row["quality"]) == (None, "kWh", 0)


def test_ten_thousand_gateways_at_once_are_asked_a_few_at_a_time() -> None:
    host = Host()
    for number in range(10_000):
        with pytest.raises(RefusedError):
            host.take("NDATA", metric("energy", long_value=1), seq=9, node=f"n{number}")
    asked = [gateway for turn in range(200) for gateway in host.host.due(turn / 10_000)]
    assert len(asked) == len(set(asked)) == 10_000
    assert len(host.host.due(0.02)) == 0
    again = [len(host.host.due(1.0 + turn)) for turn in range(5)]
    assert max(again) <= ASKS_A_TURN


def test_a_birth_without_a_number_is_no_birth() -> None:
    with pytest.raises(RefusedError) as caught:
        Host().take("NBIRTH", birth_number(), seq=None)
    assert caught.value.refusal.reason is Reason.NOT_SPARKPLUG


def test_a_session_recorded_from_a_public_package_is_understood() -> None:
    rows = json.loads((CASES / "sparkplug_pysparkplug_0_6_1.json").read_text("utf-8"))
    host, said = Host(), []
    for row in rows:
        try:
            values = host.topic(row["topic"], bytes.fromhex(row["payload"])) or []
            said.append([str(value["value"])[:8] for value in values])
        except RefusedError as refused:
            said.append([refused.refusal.reason])
    first = ["15203.39", "-12.5", "50", "-4"]
    one, two = ["15204.39", "-13.5", "51", "-5"], ["15205.39", "-14.5", "52", "-6"]
    three, four = ["15206.39", "-15.5", "53", "-7"], ["15207.39", "-16.5", "54", "-8"]
    five = ["15208.39", "-17.5", "55", "-9"]
    assert said == [[], first, one, two, three, ["sequence_gap"], [], [], four, five, []]
