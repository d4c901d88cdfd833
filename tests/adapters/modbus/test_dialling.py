from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from adapters.modbus.dialling import Redial, bus_name, telling, words
from adapters.modbus.link import Link, LinkKind


class Watch:
    """A monotonic clock that a test moves."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_after_a_failure_it_waits_longer_each_time_and_an_answer_ends_that() -> None:
    watch = Watch()
    redial = Redial("gateway", watch)
    assert not redial.too_early
    waits = []
    for _ in range(12):
        redial.failed("no route")
        began = watch.now_s
        while redial.too_early:
            watch.now_s += 0.01
        waits.append(watch.now_s - began)
    assert waits[0] < 0.6
    assert waits[-1] > 15
    assert max(waits) < 30.1
    redial.answered()
    redial.failed("no route")
    watch.now_s += 0.6
    assert not redial.too_early


def test_one_close_is_forgiven_and_the_next_without_an_answer_between_waits() -> None:
    redial = Redial("device", Watch())
    redial.closed()
    assert not redial.too_early
    redial.answered()
    redial.closed()
    assert not redial.too_early
    redial.closed()
    assert redial.too_early
    redial.hurry()
    assert not redial.too_early


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('10.8.1.20', 502)"), "refused"),
        (TimeoutError(), "no answer to the call in time"),
        (OSError(2, "could not open port /dev/ttyUSB0"), "could not open port /dev/ttyUSB0"),
        (ssl.SSLError(0, "ca.pem: No such file or directory"), "ca.pem: No such file"),
        (ValueError("Not a valid baudrate: 7"), "Not a valid baudrate: 7"),
    ],
)
def test_why_there_is_no_connection_is_said_in_plain_words(error: Exception, told: str) -> None:
    assert told in words(error)


def test_a_value_that_no_connection_can_have_counts_as_no_connection() -> None:
    async def create() -> object:
        raise OverflowError("port must be 0-65535.")

    gathered: list[Exception] = []
    with pytest.raises(OSError, match="port must be"):
        asyncio.run(telling(create, gathered)())
    assert isinstance(gathered[0], OverflowError)


def test_a_serial_port_has_one_name_however_it_is_written(tmp_path: Path) -> None:
    port = tmp_path / "ttyUSB0"
    port.touch()
    (tmp_path / "meter-bus").symlink_to(port)
    names = {
        bus_name(Link(kind=LinkKind.RTU, device=str(tmp_path / name)))
        for name in ("ttyUSB0", "meter-bus", "../" + tmp_path.name + "/ttyUSB0")
    }
    assert names == {str(port.resolve())}
    gateway = Link(kind=LinkKind.RTU_OVER_TCP, host="10.8.1.20", port=4001)
    assert bus_name(gateway) == "10.8.1.20:4001"
