"""Step 1 of 6: messages of devices -> reading columns. I/O.

From: a broker that pushes. To: the spool. Each arrival keeps its message, so that it can be
acknowledged after the spool has committed it, and only then. What a gateway had kept for later
waits behind what is live.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.mqtt.client import MqttClient
from adapters.mqtt.connecting import RECEIVE_MAXIMUM, SESSION_S, Message, Subscription
from adapters.mqtt.judge import Judge, MqttDevice
from adapters.mqtt.mapping import TopicMapping
from adapters.mqtt.payload import Refusal
from adapters.mqtt.settle import ChannelCount
from adapters.mqtt.silence import Silence
from adapters.mqtt.sparkplug_wire import rebirth_request
from energy.base.broker_access import BrokerAccess
from energy.base.clock import Clock, monotonic_s, to_us

BACKLOG_A_TURN = 200
"""Historical messages let through at once when nothing live waits."""
BACKLOG_LEAST = 5
"""Of them while something live waits, so that the backlog ends some day."""
BACKLOG_TURN_S = 0.1
BACKLOG_KEPT = 50_000
"""Historical messages held back at most; more go straight on: none is dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """One broker and what is asked of it."""

    key: str
    host: str
    port: int
    client_id: str
    """Fixed name of our session at the broker."""
    mapping: TopicMapping
    """What the messages mean."""
    access: BrokerAccess = field(default_factory=BrokerAccess)
    """Account and certificates of the broker."""
    share: str = ""
    """Group of collectors that share the messages; empty: all come here."""
    receive_maximum: int = RECEIVE_MAXIMUM
    silent_s: float = 0.0
    """Silence from which the source is reported; 0 never. [s]"""

    @property
    def subscription(self) -> Subscription:
        """Return what the broker is asked for.

        Messages without a time of their own are dated when they come: the broker must not keep
        any for later.
        """
        return Subscription(
            topics=tuple(self.mapping.filters),
            share=self.share,
            receive_maximum=self.receive_maximum,
            session_s=0 if self.mapping.undated else SESSION_S,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message judged: counts of channels, and what was refused of it."""

    source: str
    message: Message
    counts: tuple[ChannelCount, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class MqttSource:
    """Receives the counts of devices behind one broker."""

    def __init__(self, settings: MqttSettings, devices: Sequence[MqttDevice], clock: Clock) -> None:
        """Prepare; nothing is opened yet.

        Args:
            settings: Where and what.
            devices: The meters of the source.
            clock: Judges the devices' clocks.

        Raises:
            BrokerAccessError: The certificates cannot be used.
        """
        self.key = settings.key
        self.settings = settings
        self._channels = {c.number: c.point for device in devices for c in device.channels}
        self._judge = Judge(settings.mapping, devices)
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: asyncio.Queue[Arrival] | None = None
        self._lock = threading.Lock()
        self._fresh: list[Arrival] = []
        self._backlog: deque[Arrival] = deque()
        self._silence = Silence(settings.key, settings.silent_s, monotonic_s())
        self._client = MqttClient(
            host=settings.host,
            port=settings.port,
            client_id=settings.client_id,
            subscription=settings.subscription,
            on_message=self._push,
            on_turn=self._turn,
            access=settings.access,
        )

    @property
    def channels(self) -> dict[int, str]:
        """Return the metering point of each channel of this source."""
        return dict(self._channels)

    @property
    def keeps(self) -> bool:
        """Whether the broker keeps messages for us while we are away."""
        return self.settings.subscription.session_s > 0

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the present connection."""
        return self._client.connected

    def complaints(self) -> list[str]:
        """Return what is wrong with the source, a sentence each; from any thread."""
        now_s = monotonic_s()
        found = []
        if self._silence.too_long(now_s):
            age_s = round(self._silence.age_s(now_s))
            found.append(f"source {self.key!r} has been silent for {age_s} s")
        if self._client.contested:
            found.append(f"source {self.key!r}: another collector uses its client id")
        dead = self._judge.sparkplug.dead if self._judge.sparkplug is not None else []
        if dead:
            some = ", ".join(dead[:5]) + (" ..." if len(dead) > 5 else "")
            found.append(f"source {self.key!r}: {len(dead)} gateway(s) have gone: {some}")
        return found

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
        """Return what a message is; remembers ids and births."""
        arrival, _ = self._judged(message)
        return arrival

    def _judged(self, message: Message) -> tuple[Arrival, bool]:
        judgement = self._judge.judge(message, self._clock.now())
        arrival = Arrival(
            source=self.key,
            message=message,
            counts=judgement.counts,
            refusals=judgement.refusals,
        )
        return arrival, judgement.historical

    def _push(self, message: Message) -> None:
        assert self._loop is not None, "start was called"
        assert self._queue is not None, "start was called"
        self._silence.heard(monotonic_s())
        arrival, historical = self._judged(message)
        self._ask_for_births()
        with self._lock:
            # A repeat waits, too: its first copy may be in the backlog and not committed yet.
            late = historical or (message.again and bool(self._backlog))
            waits = late and len(self._backlog) < BACKLOG_KEPT
            if waits:
                self._backlog.append(arrival)
                first = len(self._backlog) == 1
            else:
                self._fresh.append(arrival)
                first = len(self._fresh) == 1
        if not first:  # one wake-up of the event loop for a whole burst
            return
        hand_over = self._hand_over_backlog if waits else self._hand_over
        self._loop.call_soon_threadsafe(hand_over, self._queue)

    def _hand_over(self, queue: asyncio.Queue[Arrival]) -> None:
        with self._lock:
            arrivals, self._fresh = self._fresh, []
        for arrival in arrivals:
            queue.put_nowait(arrival)

    def _hand_over_backlog(self, queue: asyncio.Queue[Arrival]) -> None:
        """Let some historical messages through when nothing live waits; come again for the rest."""
        assert self._loop is not None, "start was called"
        with self._lock:
            busy = self._fresh or not queue.empty()
            some = BACKLOG_LEAST if busy else BACKLOG_A_TURN
            through = [self._backlog.popleft() for _ in range(min(some, len(self._backlog)))]
            more = bool(self._backlog)
        for arrival in through:
            queue.put_nowait(arrival)
        if more:
            self._loop.call_later(BACKLOG_TURN_S, self._hand_over_backlog, queue)

    def _turn(self) -> None:
        self._silence.look(monotonic_s())
        self._ask_for_births()

    def _ask_for_births(self) -> None:
        host = self._judge.sparkplug
        if host is None or not host.unborn or not self._client.connected:
            return
        for group, node in host.due(monotonic_s()):
            now_ms = to_us(self._clock.now()) // 1000
            self._client.ask_for_birth(f"spBv1.0/{group}/NCMD/{node}", rebirth_request(now_ms))
