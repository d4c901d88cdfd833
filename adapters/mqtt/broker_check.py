"""In: a broker. Out: whether it keeps QoS 1 messages for a client that is away. I/O.

"QoS 1" promises nothing when the queue of an absent client is bounded: brokers drop what does not
fit, without a word to the publisher (mosquitto's default keeps 1,000). So the check does what
happens at night: a session of its own goes away, messages are published to a topic of its own, and
it counts how many are there when it comes back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from adapters.mqtt.connecting import tls_of, without_delay
from energy.base.broker_access import BrokerAccess
from energy.base.clock import monotonic_s

TOPIC = "meterline/probe/{client_id}"
"""Topic of the check; the broker's list of rights must let the collector read and write it."""
MESSAGES = 1_500
"""Messages published: half as many again as mosquitto keeps by default."""
TIMEOUT_S = 30.0
QUIET_S = 2.0
"""Silence after which nothing more comes. [s]"""
SESSION_S = 300


class Keeping(StrEnum):
    """What a broker does with messages for a client that is away."""

    KEEPS = "keeps"
    DROPS = "drops"
    FORBIDDEN = "forbidden"
    """Our account may not write to the topic of the check."""
    UNKNOWN = "unknown"
    """No contact, or a broker that speaks only MQTT 3.1.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerReport:
    """What the check found; cause and next step in a sentence each."""

    keeping: Keeping
    sent: int
    kept: int
    says: str


class _NoAnswerError(Exception):
    """The broker did not do what was asked of it in time, or refused."""


@dataclass(slots=True, kw_only=True)
class _Peer:
    """One connection of the check; its loop runs only while something is waited for."""

    client: Client
    until_s: float
    stop: threading.Event
    connected: ReasonCode | None = None
    session: bool = False
    subscribed: bool = False
    refused: str = ""
    acknowledged: int = 0
    received: set[bytes] = field(default_factory=set)

    def wait_for(
        self, done: Callable[[], bool], what: str, *, quiet_s: float | None = None
    ) -> bool:
        """Run the loop until something is done; returns whether it was before all fell quiet."""
        quiet_from_s, seen = monotonic_s(), len(self.received)
        while not done():
            now_s = monotonic_s()
            if len(self.received) != seen:
                quiet_from_s, seen = now_s, len(self.received)
            if quiet_s is not None and now_s - quiet_from_s > quiet_s:
                return False
            if now_s > self.until_s or self.stop.is_set():
                raise _NoAnswerError(f"no {what} in time")
            if self.client.loop(timeout=0.2) != MQTTErrorCode.MQTT_ERR_SUCCESS and not done():
                raise _NoAnswerError(f"the connection ended before {what}")
        return True


def check_broker(
    *,
    host: str,
    port: int,
    client_id: str,
    access: BrokerAccess,
    stop: threading.Event | None = None,
    messages: int = MESSAGES,
    timeout_s: float = TIMEOUT_S,
) -> BrokerReport:
    """Return whether a broker keeps messages for a client that is away; takes some seconds.

    Args:
        host: Broker.
        port: TCP port.
        client_id: Of the collector; the check's own ids and topic are made from it.
        access: Account and certificates.
        stop: Ends the check early.
        messages: Messages published.
        timeout_s: Longest time in all. [s]

    Raises:
        BrokerAccessError: The certificates cannot be used.
    """
    until_s, stop = monotonic_s() + timeout_s, stop or threading.Event()
    topic = TOPIC.format(client_id=client_id)

    peers: list[_Peer] = []

    def peer(name: str, *, clean: bool, session_s: int) -> _Peer:
        made = _peer(f"{client_id}-{name}", access, until_s, stop)
        peers.append(made)
        _open(made, host, port, clean=clean, session_s=session_s)
        return made

    try:
        away = peer("probe", clean=True, session_s=SESSION_S)
        away.client.subscribe(topic, qos=1)
        away.wait_for(lambda: away.subscribed, "answer to the subscription")
        _leave(away, session_s=SESSION_S)
        writer = peer("probe-writer", clean=True, session_s=0)
        refused = _publish(writer, topic, messages)
        _leave(writer, session_s=0)
        back = peer("probe", clean=False, session_s=SESSION_S)
        if not refused:
            enough = lambda: len(back.received) >= messages  # noqa: E731 - one condition
            back.wait_for(enough, "message", quiet_s=QUIET_S)
        _leave(back, session_s=0)
    except (OSError, _NoAnswerError) as error:
        return _unknown(str(error))
    finally:
        for each in peers:
            _let_go(each)
    if away.refused or refused:
        return _forbidden(topic, away.refused or refused)
    return _judged(messages, len(back.received), session=back.session)


def _judged(sent: int, kept: int, *, session: bool) -> BrokerReport:
    if kept == sent:
        says = f"the broker kept all {sent} messages for a client that was away"
        return BrokerReport(keeping=Keeping.KEEPS, sent=sent, kept=kept, says=says)
    cause = (
        f"the broker kept {kept} of {sent} messages for a client that was away"
        if session
        else "the broker forgot the session of a client that was away"
    )
    says = (
        f"{cause}: readings get lost while the collector is down. Take the limits off its queues "
        "(mosquitto: max_queued_messages 0, max_inflight_messages 1000, persistence true; "
        "adapters/mqtt/README.md)"
    )
    return BrokerReport(keeping=Keeping.DROPS, sent=sent, kept=kept, says=says)


def _forbidden(topic: str, refused: str) -> BrokerReport:
    says = (
        f"not checked: the account may not use {topic} ({refused}). Let it read and write that "
        "topic, or look at the broker's queue limits yourself (adapters/mqtt/README.md)"
    )
    return BrokerReport(keeping=Keeping.FORBIDDEN, sent=0, kept=0, says=says)


def _unknown(cause: str) -> BrokerReport:
    says = f"not checked: {cause}. Look at the broker's queue limits (adapters/mqtt/README.md)"
    return BrokerReport(keeping=Keeping.UNKNOWN, sent=0, kept=0, says=says)


def _peer(client_id: str, access: BrokerAccess, until_s: float, stop: threading.Event) -> _Peer:
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    client.max_inflight_messages_set(200)
    client.max_queued_messages_set(0)
    client.on_socket_open = without_delay
    if access.user:
        client.username_pw_set(access.user, access.password)
    tls = tls_of(access)
    if tls is not None:
        client.tls_set_context(tls)
    peer = _Peer(client=client, until_s=until_s, stop=stop)

    def connected(_c: Client, _u: Any, flags: Any, reason: ReasonCode, _p: Any) -> None:
        peer.connected, peer.session = reason, bool(flags.session_present)

    def subscribed(_c: Client, _u: Any, _mid: int, reasons: list[ReasonCode], _p: Any) -> None:
        peer.subscribed = True
        peer.refused = ", ".join(str(reason) for reason in reasons if reason.is_failure)

    def acknowledged(_c: Client, _u: Any, _mid: int, reason: ReasonCode, _p: Any) -> None:
        peer.acknowledged += 1
        peer.refused = str(reason) if reason.is_failure else peer.refused

    client.on_connect, client.on_subscribe = connected, subscribed
    client.on_publish = acknowledged
    client.on_message = lambda _c, _u, message: peer.received.add(bytes(message.payload))
    return peer


def _open(peer: _Peer, host: str, port: int, *, clean: bool, session_s: int) -> None:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = session_s
    properties.ReceiveMaximum = 1000
    peer.client.connect(host, port, keepalive=30, clean_start=clean, properties=properties)
    peer.wait_for(lambda: peer.connected is not None, "answer to the connection")
    assert peer.connected is not None, "it was waited for"
    if peer.connected.is_failure:
        raise _NoAnswerError(f"the broker refuses the connection ({peer.connected})")


def _publish(writer: _Peer, topic: str, messages: int) -> str:
    """Publish and wait until all are acknowledged; returns why one was refused."""
    for number in range(messages):
        writer.client.publish(topic, str(number), qos=1)
    writer.wait_for(lambda: writer.acknowledged >= messages, "acknowledgement")
    return writer.refused


def _leave(peer: _Peer, *, session_s: int) -> None:
    properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = session_s
    peer.client.disconnect(properties=properties)
    while peer.client.loop(timeout=0.2) == MQTTErrorCode.MQTT_ERR_SUCCESS:
        continue


def _let_go(peer: _Peer) -> None:
    """Let paho close its sockets: it does so when nothing refers to it any more, and these do."""
    peer.client.on_connect = peer.client.on_subscribe = None
    peer.client.on_publish = peer.client.on_message = None
