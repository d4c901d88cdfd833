"""A technician hears a pulse box at a real broker, beside the collector's own session."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from energy.base.clock import SystemClock
from energy.base.units import Utility
from processes.collector_plan import SourcePlan
from processes.pulse_listen import BrokerEar
from processes.technician_pulse import pulse_facts
from processes.technician_values import FieldRefusedError, NoContactError
from tests.adapters.mqtt.broker import broker, publish

pytestmark = pytest.mark.servers
CLOCK = SystemClock()
FACTS = pulse_facts(Utility.GAS, Fraction("0.01"))


def ear(port: int, *, kind: str = "mqtt", patience_s: float = 60.0) -> BrokerEar:
    source = SourcePlan(
        key="pulses-1", kind=kind, host="127.0.0.1", port=port, topic="site/pulses/+"
    )
    return BrokerEar(
        site="town",
        source=source,
        device="box-7",
        facts=FACTS,
        clock=CLOCK,
        environment={},
        patience_s=patience_s,
    )


def send(port: int, count: int, *, device: str = "box-7", age: timedelta = timedelta(0)) -> None:
    at = (CLOCK.now() - age).isoformat()
    told = {"device": device, "at": at, "count": count, "id": f"{device}:{at}"}
    publish(port, f"site/pulses/{device}", json.dumps(told))


@contextmanager
def sending(port: int, *counts: int) -> Iterator[None]:
    """Send counts of a box, of another one and an old one, again and again until heard."""
    over = threading.Event()

    def speak() -> None:
        while not over.wait(0.1):
            send(port, 1, device="box-8")
            send(port, 2, age=timedelta(hours=1))
            for count in counts:
                send(port, count)

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(60)


def test_the_next_count_of_the_box_is_heard_not_an_old_one_nor_another_s(tmp_path: Path) -> None:
    with broker(tmp_path) as port:
        with sending(port, 1_000):
            heard = ear(port).hear()
        assert heard.count == 1_000
        assert CLOCK.now() - heard.at < timedelta(minutes=1)


def test_a_silent_box_is_no_contact_with_cause_and_next_step(tmp_path: Path) -> None:
    with (
        broker(tmp_path) as port,
        pytest.raises(NoContactError, match=r"Device box-7 sent no count .* Is the box on"),
    ):
        ear(port, patience_s=0.5).hear()


def test_a_device_on_a_bus_is_not_heard_at_a_broker() -> None:
    with pytest.raises(FieldRefusedError, match="--unit and --profile"):
        ear(502, kind="modbus_tcp")
