from __future__ import annotations

import pytest

from adapters.modbus.link import Link, LinkKind


@pytest.mark.parametrize(
    ("link", "where", "framing"),
    [
        (Link(kind=LinkKind.TCP, host="10.8.1.20", port=502), "10.8.1.20:502", "mbap"),
        (Link(kind=LinkKind.UDP, host="10.8.1.20", port=502), "10.8.1.20:502", "mbap"),
        (Link(kind=LinkKind.TLS, host="meter", port=802), "meter:802", "mbap"),
        (Link(kind=LinkKind.RTU_OVER_TCP, host="gw", port=4001), "gw:4001", "rtu"),
        (Link(kind=LinkKind.RTU, device="/dev/ttyUSB0"), "/dev/ttyUSB0 9600 8N1", "rtu"),
        (
            Link(kind=LinkKind.RTU, device="COM7", baud=19200, parity="E", stop_bits=2),
            "COM7 19200 8E2",
            "rtu",
        ),
    ],
)
def test_a_link_says_where_it_is_as_people_write_it(link: Link, where: str, framing: str) -> None:
    assert (link.where, link.framing) == (where, framing)


@pytest.mark.parametrize(
    ("parity", "stop_bits", "bits"), [("N", 1, 10), ("E", 1, 11), ("N", 2, 11), ("O", 2, 12)]
)
def test_a_character_takes_its_bits(parity: str, stop_bits: int, bits: int) -> None:
    link = Link(kind=LinkKind.RTU, device="x", baud=2400, parity=parity, stop_bits=stop_bits)
    assert link.character_s == bits / 2400
