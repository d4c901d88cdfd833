"""Step 1 of 6: messages of pulse devices -> reading columns. I/O.

From: a broker that pushes. To: the spool. Each arrival keeps its message, so that it can be
acknowledged after the spool has committed it, and only then.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.mqtt.client import Message, MqttClient
from adapters.mqtt.payload import PulseCount, Reason, Refusal, parse
from adapters.mqtt.topic import DeviceTopic
from energy.base.broker_access import BrokerAccess
from energy.base.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """One broker and one topic filter."""

    key: str
    host: str
    port: int
    topic: str
    """Filter with one "+" for the device, for example "meterline/cambridge/pulses/+"."""
    client_id: str
    """Fixed name of our session at the broker."""
    access: BrokerAccess = field(default_factory=BrokerAccess)
    """Account and authority of the broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message judged: a count of a channel, or a refusal."""

    source: str
    message: Message
    channel: int | None
    """Channel number; None when refused."""
    pulse: PulseCount | None
    refusal: Refusal | None


class MqttSource:
    """Receives the counts of pulse devices."""

    def __init__(
        self, settings: MqttSettings, channels: Mapping[str, tuple[int, str]], clock: Clock
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            settings: Where and what.
            channels: Channel number and metering point by device.
            clock: Judges the devices' clocks.

        Raises:
            TopicFilterError: The filter cannot name devices.
        """
        self.key = settings.key
        self._topic = DeviceTopic.of(settings.topic)
        self._devices = dict(channels)
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: asyncio.Queue[Arrival] | None = None
        self._lock = threading.Lock()
        self._fresh: list[Arrival] = []
        self._client = MqttClient(
            host=settings.host,
            port=settings.port,
            client_id=settings.client_id,
            topic=settings.topic,
            on_message=self._push,
            access=settings.access,
        )

    @property
    def channels(self) -> dict[int, str]:
        """Return the metering point of each channel of this source."""
        return dict(self._devices.values())

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the present connection."""
        return self._client.connected

    def start(self, queue: asyncio.Queue[Arrival]) -> None:
        """Begin to receive into a queue of the running event loop.

        The broker never sends more than the receive maximum before the first acknowledgement:
        that bounds the queue.
        """
        self._loop = asyncio.get_running_loop()
        self._queue = queue
        self._client.start()

    def acknowledge(self, arrivals: Sequence[Arrival]) -> int:
        """Acknowledge arrivals that are committed; returns how many the broker was told of."""
        return sum(
            self._client.acknowledge(arrival.message)
            for arrival in arrivals
            if arrival.source == self.key
        )

    def close(self) -> None:
        """Disconnect; what was not acknowledged comes again."""
        self._client.close()

    def judge(self, message: Message) -> Arrival:
        """Return what a message is: a count of a channel, or a refusal. Pure but for the clock."""
        device = self._topic.device(message.topic)
        if device is None:
            detail = f"the topic does not fit {self._topic.filter!r}"
            return self._refused(message, Reason.UNKNOWN_TOPIC, detail)
        if device not in self._devices:
            detail = (
                f"no meter of source {self.key!r} has device {device!r}; commission it or add it "
                "to the site file"
            )
            return self._refused(message, Reason.UNKNOWN_DEVICE, detail)
        parsed = parse(message.payload, device=device, now=self._clock.now())
        if isinstance(parsed, Refusal):
            return self._refused(message, parsed.reason, parsed.detail)
        channel, _ = self._devices[device]
        return Arrival(
            source=self.key, message=message, channel=channel, pulse=parsed, refusal=None
        )

    def _refused(self, message: Message, reason: Reason, detail: str) -> Arrival:
        refusal = Refusal(reason=reason, detail=detail)
        return Arrival(source=self.key, message=message, channel=None, pulse=None, refusal=refusal)

    def _push(self, message: Message) -> None:
        assert self._loop is not None, "start was called"
        assert self._queue is not None, "start was called"
        arrival = self.judge(message)
        with self._lock:
            self._fresh.append(arrival)
            first = len(self._fresh) == 1
        if first:  # one wake-up of the event loop for a whole burst
            self._loop.call_soon_threadsafe(self._hand_over, self._queue)

    def _hand_over(self, queue: asyncio.Queue[Arrival]) -> None:
        with self._lock:
            arrivals, self._fresh = self._fresh, []
        for arrival in arrivals:
            queue.put_nowait(arrival)
