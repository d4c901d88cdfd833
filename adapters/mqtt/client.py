"""In: a broker and topic filters. Out: messages, acknowledged when the caller says so. I/O.

Only this file and `broker_check.py` know paho. One thread runs the network loop and reconnects
with stable waits. Every callback is wrapped, for an exception inside one ends paho's loop
silently. An acknowledgement belongs to the connection its message came on: message numbers start
anew with each connection, so an old one is dropped and the broker sends the message again. Others
only hand packets to the network thread: paho writes them in the thread that acknowledges unless
told otherwise, and a connection that breaks there calls back into the lock that thread holds.

The client listens. The one thing it can say is a gateway's request for its Sparkplug birth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from adapters.backoff import Backoff
from adapters.mqtt.connecting import Message, Subscription, tls_of, without_delay
from adapters.mqtt.rivalry import Rivalry
from energy.base.broker_access import BrokerAccess
from energy.base.clock import monotonic_s, wait

MAX_PACKET = 1_048_576
"""Largest packet the broker may send us. [byte]"""
KEEP_ALIVE_S = 30
SESSION_TAKEN_OVER = 0x8E
UNSUPPORTED_VERSION = 0x84
ANSWER_S = 5.0
"""Longest wait for a broker's word on our connection. [s]"""
_NEWER, _OLDER = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
_OTHER = {_NEWER: _OLDER, _OLDER: _NEWER}

_log = structlog.get_logger("adapters.mqtt")


class MqttClient:
    """One subscription at one broker with a session that outlives us."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        client_id: str,
        subscription: Subscription,
        on_message: Callable[[Message], None],
        on_turn: Callable[[], None] | None = None,
        access: BrokerAccess | None = None,
        rivalry: Rivalry | None = None,
    ) -> None:
        """Describe the connection; nothing is opened yet.

        Args:
            host: Broker.
            port: TCP port.
            client_id: Fixed name of our session at the broker; only one collector may use it.
            subscription: What is asked for.
            on_message: Called from the network thread for each message; must return soon.
            on_turn: Called from the network thread about once a second, connected or not.
            access: Account and certificates of the broker; none when None.
            rivalry: Judges whether another collector uses our client id.

        Raises:
            BrokerAccessError: The certificates cannot be used.
        """
        self._host, self._port, self._asked = host, port, subscription
        self._on_message, self._on_turn = on_message, on_turn
        self._rivalry = rivalry or Rivalry(client_id)
        self._away_s: float | None = None
        self._backoff = Backoff(client_id, first_s=0.5, most_s=30.0)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._connection = 0
        self._connected = False
        self._reported = False
        self._answered = False
        self._protocol = _NEWER
        self._thread = threading.Thread(target=self._run, name=f"mqtt {client_id}", daemon=True)
        self._client_id, self._access = client_id, access or BrokerAccess()
        self._tls = tls_of(self._access)
        self._paho: Client | None = None  # it opens sockets, so not before the start

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted the present connection."""
        return self._connected

    @property
    def contested(self) -> bool:
        """Whether another collector uses our client id."""
        return self._rivalry.contested

    @property
    def _client(self) -> Client:
        assert self._paho is not None, "start was called"
        return self._paho

    def start(self) -> None:
        """Begin to connect and to receive."""
        self._paho = self._made(self._protocol)
        self._thread.start()

    def close(self, timeout_s: float = 5.0) -> None:
        """Disconnect; the broker keeps what was not acknowledged.

        Args:
            timeout_s: Longest wait for the network thread. [s]
        """
        self._stop.set()
        if self._paho is None:
            return
        self._client.disconnect()  # handed to the network thread
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        # paho closes its sockets when nothing refers to it any more: now, not some day.
        self._client.on_connect = self._client.on_disconnect = None
        self._client.on_message = self._client.on_subscribe = None
        self._forget_connection()
        self._paho = None

    def acknowledge(self, message: Message) -> bool:
        """Tell the broker that a message is safe; call it after the commit, never before.

        Returns:
            Whether the acknowledgement was sent; if not, the message comes again.
        """
        if message.qos == 0:
            return True
        with self._lock:
            if not self._connected or message.connection != self._connection:
                return False
            return self._client.ack(message.mid, message.qos) == MQTTErrorCode.MQTT_ERR_SUCCESS

    def ask_for_birth(self, topic: str, payload: bytes) -> bool:
        """Ask a Sparkplug gateway for its birth: the only message we ever send.

        Args:
            topic: Of the gateway's commands.
            payload: The request.

        Returns:
            Whether it was handed to the broker.
        """
        levels = topic.split("/")
        assert levels[0] == "spBv1.0" and levels[2:3] == ["NCMD"], "nothing else is ever sent"
        sent = self._connected and self._client.publish(topic, payload, qos=0)
        return bool(sent and sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS)

    def _made(self, protocol: MQTTProtocolVersion) -> Client:
        """Return a paho client that speaks one version of the protocol."""
        older = protocol is _OLDER
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=protocol,
            clean_session=self._asked.session_s == 0 if older else None,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.on_socket_open = without_delay
        client.on_socket_register_write = _left_to_the_network_thread
        client.on_connect = self._connected_to
        client.on_disconnect = self._disconnected_from
        client.on_message = self._received
        client.on_subscribe = self._subscribed
        if self._access.user:
            client.username_pw_set(self._access.user, self._access.password)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        return client

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._connect()
                self._serve()
            except OSError as error:
                self._report("mqtt.no_connection", str(error))
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever paho meets
                self._report("mqtt.client_failed", repr(error))
            self._forget_connection()
            away_s, self._away_s = self._away_s, None
            self._pause(self._backoff.next_s() if away_s is None else away_s)

    def _pause(self, seconds: float) -> None:
        """Stay away; the watch goes on."""
        until_s = monotonic_s() + seconds
        while (left_s := until_s - monotonic_s()) > 0 and not self._stop.is_set():
            self._turn()
            wait(min(1.0, left_s), self._stop)

    def _turn(self) -> None:
        self._rivalry.look(monotonic_s())
        if self._on_turn is not None:
            try:
                self._on_turn()
            except Exception:  # noqa: BLE001 - the thread must go on
                _log.exception("mqtt.turn_failed", next_step="tell the maintainers")

    def _serve(self) -> None:
        """Run the network loop until the connection ends or a broker stays silent."""
        give_up_s = monotonic_s() + ANSWER_S
        while self._client.loop(timeout=1.0) == MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._turn()
            if self._stop.is_set():
                self._leave()  # again: the wish may be older than the connection
                return
            if not self._answered and monotonic_s() > give_up_s:
                # A broker that cannot read version 5 may say nothing at all; one that is merely
                # slow says nothing to 3.1.1 either, and is asked for version 5 again.
                if self._protocol is _OLDER:
                    self._report("mqtt.silent", "the broker does not answer our connection")
                self._protocol = _OTHER[self._protocol]
                self._leave()
                return

    def _leave(self) -> None:
        """Disconnect at once; only the network thread may."""
        self._client.disconnect()
        self._client.loop_write()

    def _connect(self) -> None:
        if self._client.protocol != self._protocol:
            self._paho = self._made(self._protocol)
            older = self._protocol is _OLDER
            _log.info("mqtt.protocol", broker=f"{self._host}:{self._port}", older=older)
        self._answered = False
        if self._protocol is _OLDER:
            self._client.connect(self._host, self._port, keepalive=KEEP_ALIVE_S)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = self._asked.session_s
        properties.ReceiveMaximum = self._asked.receive_maximum
        properties.MaximumPacketSize = MAX_PACKET
        self._client.connect(
            self._host,
            self._port,
            keepalive=KEEP_ALIVE_S,
            clean_start=self._asked.session_s == 0,
            properties=properties,
        )

    def _forget_connection(self) -> None:
        with self._lock:
            self._connected = False
            self._connection += 1

    def _report(self, code: str, cause: str) -> None:
        if not self._reported and not self._stop.is_set():
            self._reported = True
            _log.warning(
                code,
                broker=f"{self._host}:{self._port}",
                cause=cause,
                next_step="start the broker or correct host and port of the source",
            )

    def _connected_to(
        self,
        client: Client,
        userdata: Any,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._answered = True
        if reason.is_failure:
            if reason.value == UNSUPPORTED_VERSION and self._protocol is _NEWER:
                self._protocol = _OLDER
            else:
                self._report("mqtt.refused", str(reason))
            client.disconnect()
            return
        with self._lock:
            self._connected = True
        self._rivalry.accepted(monotonic_s())
        if self._reported:
            _log.info("mqtt.connected", broker=f"{self._host}:{self._port}")
        self._reported = False
        if client.protocol == _OLDER:
            client.subscribe([(topic, 1) for topic in self._asked.filters])
            return
        options = SubscribeOptions(
            qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND
        )  # a retained message is an old one: never new readings
        client.subscribe([(topic, options) for topic in self._asked.filters])

    def _subscribed(
        self,
        client: Client,
        userdata: Any,
        mid: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._report("mqtt.subscription_refused", ", ".join(map(str, reasons)))
        else:
            self._backoff.reset()

    def _disconnected_from(
        self,
        client: Client,
        userdata: Any,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._forget_connection()
        if self._stop.is_set():
            return
        taken_over = reason.value == SESSION_TAKEN_OVER
        self._away_s = self._rivalry.ended(
            monotonic_s(), taken_over=taken_over, names_reasons=client.protocol is _NEWER
        )
        if self._away_s is not None:
            _log.error(
                "mqtt.session_taken_over",
                broker=f"{self._host}:{self._port}",
                client_id=self._client_id,
                away_s=round(self._away_s),
                next_step="another collector uses our client id: stop one of the two",
            )
            return
        if client.protocol == self._protocol:
            self._report("mqtt.disconnected", str(reason))

    def _received(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        if message.retain:  # version 3.1.1 cannot ask the broker to keep old ones back
            client.ack(message.mid, message.qos)
            return
        try:
            self._on_message(
                Message(
                    topic=message.topic,
                    payload=bytes(message.payload),
                    mid=message.mid,
                    qos=message.qos,
                    connection=self._connection,
                    again=message.dup,
                )
            )
        except Exception:  # noqa: BLE001 - one here would end the network thread silently
            _log.exception("mqtt.message_dropped", next_step="it was not acknowledged: it returns")


def _left_to_the_network_thread(_client: Client, _userdata: Any, _socket: Any) -> None:
    """Have paho queue packets instead of writing them in whichever thread sends them.

    Its loop is woken for each; with two threads writing, their packets could mix, too.
    """
