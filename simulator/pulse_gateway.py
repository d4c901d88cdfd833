"""In: an instant. Out: one MQTT message per pulse counter, QoS 1. I/O: a broker.

The payload names device, instant, count and an id that is the same whenever the message is sent
again, so that a receiver can tell a repeat.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from energy.base.broker_access import BrokerAccess
from energy.base.clock import to_us
from simulator.played import PushedMeter

CONNECT_TIMEOUT_S = 1.0
KEEPALIVE_S = 30
RETRY_S = 0.5

Published = Callable[[str, str, int], None]
"""Called with (point, quantity, instant [us]) for every message handed over."""


def message_of(meter: PushedMeter, at: datetime) -> str:
    """Return the JSON payload of a counter at an instant."""
    return json.dumps(
        {
            "device": meter.device,
            "at": at.isoformat(),
            "count": meter.shown_count(to_us(at)),
            "id": f"{meter.device}:{at.isoformat()}",
        }
    )


class PulseGateway:
    """Publishes pulse counts; connects by itself and again after a break.

    The client runs on the event loop of the simulator, not on a thread of its own: that costs a
    quarter less per message.
    """

    def __init__(self, meters: Sequence[PushedMeter], published: Published, *, name: str) -> None:
        """Stand for some counters.

        Args:
            meters: The pulse counters.
            published: Told of every message handed over, before it leaves.
            name: Client name at the broker.
        """
        self._meters = meters
        self._published = published
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name)
        # Messages wait in the client while the broker is away; a slot that stays open asks again.
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(1000)
        self._client.connect_timeout = CONNECT_TIMEOUT_S
        access = BrokerAccess.from_environment()
        if access.user:
            self._client.username_pw_set(access.user, access.password)
        if access.encrypted:
            self._client.tls_set(
                ca_certs=access.authority or None,
                certfile=access.certificate or None,
                keyfile=access.key or None,
            )
        self._keeper: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int) -> None:
        """Connect in the background, as often as it takes.

        Args:
            host: The broker's host.
            port: The broker's TCP port.
        """
        loop, client = asyncio.get_running_loop(), self._client

        def opened(_client: Any, _userdata: Any, connection: Any) -> None:
            loop.add_reader(connection, client.loop_read)

        def closed(_client: Any, _userdata: Any, connection: Any) -> None:
            loop.remove_reader(connection)

        def write_wanted(_client: Any, _userdata: Any, connection: Any) -> None:
            loop.add_writer(connection, client.loop_write)

        def write_done(_client: Any, _userdata: Any, connection: Any) -> None:
            loop.remove_writer(connection)

        client.on_socket_open, client.on_socket_close = opened, closed
        client.on_socket_register_write, client.on_socket_unregister_write = (
            write_wanted,
            write_done,
        )
        client.connect_async(host, port, keepalive=KEEPALIVE_S)
        self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            if self._client.loop_misc() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                with suppress(OSError):  # nobody there yet: the next round tries again
                    self._client.reconnect()
            await asyncio.sleep(RETRY_S)

    def publish(self, at: datetime) -> None:
        """Hand the counts of an instant to the broker, at least once each."""
        at_us = to_us(at)
        for meter in self._meters:
            self._published(meter.point, meter.quantity, at_us)
            self._client.publish(meter.topic, message_of(meter, at), qos=1)

    async def stop(self) -> None:
        """Leave the broker."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        self._client.disconnect()
