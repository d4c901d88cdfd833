from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.mqtt.mapping_file import load_mapping
from adapters.mqtt.source import MqttSettings, MqttSource
from energy.base.clock import SystemClock, monotonic_s, wait
from processes.broker_checks import BrokerChecks
from tests.adapters.mqtt.broker import OURS, broker
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.servers


def source(port: int, key: str = "a", mapping: str = "pulses") -> MqttSource:
    settings = MqttSettings(
        key=key, host="127.0.0.1", port=port, client_id=f"m-{key}", mapping=load_mapping(mapping)
    )
    return MqttSource(settings, [], SystemClock())


def eventually(condition: Callable[[], bool]) -> bool:
    until_s = monotonic_s() + 20
    while not condition() and monotonic_s() < until_s:
        wait(0.05)
    return condition()


@pytest.mark.parametrize(
    ("settings", "event"), [("", "mqtt.broker_drops"), (OURS, "mqtt.broker_keeps")]
)
def test_each_broker_is_checked_once_and_one_that_drops_is_complained_of(
    tmp_path: Path, settings: str, event: str
) -> None:
    with broker(tmp_path, settings=settings) as port, capture_logs() as rows:
        checks = BrokerChecks([source(port), source(port, "b")], after_s=0.0)
        assert checks.complaints() == []
        checks.start()
        assert eventually(lambda: bool(rows))
        checks.close()
        complaints = checks.complaints()
    assert [row["event"] for row in rows] == [event]
    assert [each.startswith(f"broker 127.0.0.1:{port}: ") for each in complaints] == (
        [True] if event == "mqtt.broker_drops" else []
    )


def test_a_source_for_which_nothing_is_kept_needs_no_check_and_a_close_ends_the_wait() -> None:
    assert BrokerChecks([source(1, mapping="zigbee2mqtt")])._threads == []
    checks = BrokerChecks([source(free_port())], after_s=0.0)
    checks.start()
    wait(0.1)
    checks.close()
    assert checks.complaints() == []
    assert not any(thread.is_alive() for thread in checks._threads)
