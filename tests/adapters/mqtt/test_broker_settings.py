from __future__ import annotations

from pathlib import Path

import pytest

from adapters.mqtt.broker_settings import settings_problems

ROOT = Path(__file__).parents[3]
SHIPPED = (ROOT / "docker" / "mosquitto.conf").read_text("utf-8")


def test_the_broker_that_ships_loses_and_opens_nothing() -> None:
    assert settings_problems(SHIPPED) == []


def test_an_empty_file_has_mosquittos_losing_defaults() -> None:
    told = settings_problems("# nothing\n\n")
    assert [problem.split(" ")[0] for problem in told] == [
        "max_queued_messages",
        "max_inflight_messages",
        "persistence",
        "nothing",
    ]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("max_queued_messages 0", "max_queued_messages 5000", "max_queued_messages is 5000"),
        ("max_queued_messages 0", "max_queued_messages 0\nmax_queued_bytes 9", "max_queued_bytes"),
        ("max_inflight_messages 1000", "max_inflight_messages 20", "max_inflight_messages is 20"),
        ("persistence true", "persistence false", "persistence is off"),
        ("autosave_on_changes true", "", "without autosave_on_changes"),
        ("message_size_limit 1048576", "", "nothing bounds a message's size"),
        ("allow_anonymous false", "allow_anonymous true", "anybody may publish"),
        ("acl_file /mosquitto/config/acl", "", "every account may use every topic"),
        ("certfile /certificates/broker.crt", "", "not encrypted"),
        ("persistence true", "persistence true\nqueue_qos0_messages true", "queue_qos0_messages"),
    ],
)
def test_each_setting_that_loses_or_opens_readings_is_named(
    before: str, after: str, problem: str
) -> None:
    assert before in SHIPPED
    told = settings_problems(SHIPPED.replace(before, after))
    assert len(told) == 1
    assert problem in told[0]


def test_a_broker_on_loopback_needs_neither_accounts_nor_certificates() -> None:
    told = settings_problems("listener 1883 127.0.0.1\nallow_anonymous true\n")
    assert not any("Write an acl_file" in problem or "anybody" in problem for problem in told)
