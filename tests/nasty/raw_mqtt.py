"""In: what no library would send. Out: bytes of MQTT 3.1.1, and sockets that speak them. I/O."""

from __future__ import annotations

import socket
import struct

CONNACK = b"\x20\x02\x00\x00"


def text(raw: bytes) -> bytes:
    """Return a string of the protocol."""
    return struct.pack(">H", len(raw)) + raw


def packet(kind: int, body: bytes) -> bytes:
    """Return a packet with its length."""
    length, size = b"", len(body)
    while True:
        size, octet = divmod(size, 128)
        length += bytes([octet | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


def connected(
    port: int, client_id: str, *, will: tuple[bytes, bytes] | None = None
) -> socket.socket:
    """Return a socket whose client the broker has accepted.

    Args:
        port: The broker's.
        client_id: Name of the client.
        will: Topic and payload of its will, QoS 1.
    """
    flags, more = 0x02, b""
    if will is not None:
        flags, more = flags | 0x0C, text(will[0]) + text(will[1])
    body = text(b"MQTT") + bytes([4, flags]) + struct.pack(">H", 60) + text(client_id.encode())
    made = socket.create_connection(("127.0.0.1", port), timeout=60)
    made.sendall(packet(0x10, body + more))
    assert made.recv(4) == CONNACK
    return made


def publish_raw(port: int, topic: bytes, payload: bytes, client_id: str = "raw") -> bool:
    """Publish with QoS 1 under any topic; return whether the broker took it."""
    with connected(port, client_id) as made:
        made.sendall(packet(0x32, text(topic) + struct.pack(">H", 1) + payload))
        try:
            return made.recv(4) == b"\x40\x02\x00\x01"
        except ConnectionError:
            return False


def cut(made: socket.socket) -> None:
    """End a connection without a word, so that the broker publishes its will."""
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    made.close()
