"""In: a port and a folder. Out: the command of an MQTT broker. I/O: writes its file.

mosquitto where it is on the machine, else amqtt from the environment. Loopback only. What a
broker acknowledges is not safe: the collector acknowledges after its own commit, and the
simulated gateway repeats what was not taken.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

_MOSQUITTO = """\
# Written by scripts/up. Loopback, no persistence: the pulse gateway repeats unsafe messages.
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 1000
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
"""


def mosquitto() -> str | None:
    """Return the path of mosquitto, also where an account's PATH lacks /usr/sbin."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    return shutil.which("mosquitto", path=path)


def broker_command(folder: Path, port: int) -> Sequence[str]:
    """Return the command of a broker listening on loopback.

    Args:
        folder: Where its settings file goes.
        port: TCP port.
    """
    program = mosquitto()
    if program is None:
        return [sys.executable, "-m", "processes.broker", str(port)]
    settings = folder / "mosquitto.conf"
    settings.write_text(_MOSQUITTO.format(port=port))
    return [program, "-c", str(settings)]


async def _run(port: int) -> None:
    from amqtt.broker import Broker

    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    await broker.start()
    try:
        await asyncio.Event().wait()
    finally:
        await broker.shutdown()


def main() -> None:
    """Run amqtt until stopped."""
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(_run(int(sys.argv[1])))


if __name__ == "__main__":
    main()
