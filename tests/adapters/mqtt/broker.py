"""In: a folder. Out: a real mosquitto on a free port, and a way to publish. I/O."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from energy.base.clock import monotonic_s, wait
from tests.fixtures.ports import free_port


def programs() -> tuple[str, str]:
    """Return broker and publisher, or skip."""
    found = [
        shutil.which(name, path="/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin")
        for name in ("mosquitto", "mosquitto_pub")
    ]
    if None in found:
        pytest.skip("mosquitto and mosquitto-clients are not installed")
    return str(found[0]), str(found[1])


OURS = "max_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\n"
"""What a broker must be told, so that it drops nothing."""


@contextmanager
def broker(folder: Path, port: int | None = None, settings: str = OURS) -> Iterator[int]:
    """Run a broker that keeps sessions; yields its port."""
    program, _ = programs()
    port = port or free_port()
    file = folder / "mosquitto.conf"
    file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n{settings}", "utf-8")
    running = subprocess.Popen(
        [program, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until_s = monotonic_s() + 30
        while monotonic_s() < until_s:
            assert running.poll() is None, "the broker ended"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            wait(0.05)
        yield port
    finally:
        running.terminate()
        running.wait(60)


def publish(port: int, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
    """Publish one message with QoS 1."""
    _, program = programs()
    raw = payload.encode() if isinstance(payload, str) else payload
    where = [program, "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic]
    command = [*where, "-s" if raw else "-n"]
    subprocess.run([*command, *(["-r"] if retain else [])], input=raw, check=True, timeout=60)
