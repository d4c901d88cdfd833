from __future__ import annotations

import asyncio

import pytest

from adapters.modbus.link import Link, LinkKind
from processes.technician_link import (
    LinkTextError,
    Reach,
    UnitsTextError,
    link_text,
    parse_link,
    parse_units,
    reach,
)
from tests.fixtures.ports import free_port


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("tcp:10.8.1.20:502", Link(kind=LinkKind.TCP, host="10.8.1.20", port=502)),
        ("tcp:meter-7", Link(kind=LinkKind.TCP, host="meter-7", port=502)),
        ("tcp:[::1]:1502", Link(kind=LinkKind.TCP, host="::1", port=1502)),
        ("rtu-over-tcp:m7:4001", Link(kind=LinkKind.RTU_OVER_TCP, host="m7", port=4001)),
        ("rtu:/dev/ttyUSB0,9600,8N1", Link(kind=LinkKind.RTU, device="/dev/ttyUSB0")),
        ("rtu:COM7,19200,8e1", Link(kind=LinkKind.RTU, device="COM7", baud=19200, parity="E")),
        ("rtu:COM7", Link(kind=LinkKind.RTU, device="COM7")),
    ],
)  # fmt: skip
def test_a_link_is_read_as_technicians_type_it(text: str, link: Link) -> None:
    assert parse_link(text) == link
    assert parse_link(link_text(link)) == link


@pytest.mark.parametrize("text", ["", "10.8.1.20:502", "tcp:", "tcp:a:0", "rtu:COM7,9600,7E1"])
def test_what_is_no_link_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(LinkTextError, match=r"A link looks like tcp:10\.8\.1\.20:502"):
        parse_link(text)


def test_units_are_ranges_and_lists() -> None:
    assert parse_units("1-3, 17") == [1, 2, 3, 17]
    for text in ("0", "1-248", "5-2", "x", ""):
        with pytest.raises(UnitsTextError):
            parse_units(text)


def test_a_closed_port_is_told_from_a_missing_serial_device() -> None:
    closed = Link(kind=LinkKind.TCP, host="127.0.0.1", port=free_port())
    assert asyncio.run(reach(closed, 30.0)) is Reach.CLOSED
    missing = Link(kind=LinkKind.RTU, device="/dev/no-such-adapter")
    assert asyncio.run(reach(missing, 1.0)) is Reach.NO_DEVICE
