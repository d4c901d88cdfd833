"""Packets of a connection: whole, in pieces, too long, never; TLS with somebody who has none."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from adapters.sms.wire import PacketWire
from energy.alerting.notices.gateway import GatewayDownError
from energy.base.clock import monotonic_s
from simulator.gateways.server import LoopbackServer, wait_for_end


class Says(LoopbackServer):
    """Says some octets in pieces, then waits or hangs up."""

    def __init__(self, *pieces: bytes, stay: bool = True) -> None:
        super().__init__()
        self.pieces, self.stay = pieces, stay

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in self.pieces:
            connection.sendall(piece)
        if self.stay:
            wait_for_end(connection)


@contextmanager
def wire(*pieces: bytes, stay: bool = True, tls: bool = False) -> Iterator[PacketWire]:
    with Says(*pieces, stay=stay) as server:
        found = PacketWire("127.0.0.1", server.port, timeout_s=30, tls=tls, least=8, most=64)
        yield found
        found.close()


def packets(ask: Callable[[float], list[bytes]], number: int) -> list[bytes]:
    found: list[bytes] = []
    until_s = monotonic_s() + 60
    while len(found) < number and monotonic_s() < until_s:
        found += ask(0.01)
    return found


A, B = b"\0\0\0\x08aaaa", b"\0\0\0\x0abbbbbb"


def test_packets_are_whole_however_they_came() -> None:
    with wire(A[:3], A[3:] + B[:5], B[5:] + A) as found:
        assert packets(found.packets, 3) == [A, B, A]
        assert found.packets(0.0) == []


@pytest.mark.parametrize("length", [b"\0\0\0\x07", b"\0\0\0\x41", b"HTTP"])
def test_a_length_that_no_packet_has_ends_the_connection(length: bytes) -> None:
    with wire(length) as found, pytest.raises(GatewayDownError, match="not 8 to 64"):
        packets(found.packets, 1)


def test_what_came_before_the_other_side_hung_up_is_still_read() -> None:
    with wire(A, B[:5], stay=False) as found:
        assert packets(found.packets, 1) == [A]
        with pytest.raises(GatewayDownError, match="hung up"):
            packets(found.packets, 1)


def test_tls_is_never_given_up_for_somebody_who_has_none() -> None:
    with pytest.raises(GatewayDownError, match="SSL"), wire(A, tls=True):
        pass


def test_nobody_there_is_down() -> None:
    with Says() as server:
        port = server.port
    with pytest.raises(GatewayDownError, match=f"127.0.0.1:{port}"):
        PacketWire("127.0.0.1", port, timeout_s=1, tls=False, least=8, most=64)
