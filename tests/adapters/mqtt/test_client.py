from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from adapters.mqtt.client import MqttClient
from adapters.mqtt.connecting import BrokerAccessError, Message, Subscription
from energy.base.broker_access import BrokerAccess
from energy.base.clock import monotonic_s, wait
from tests.adapters.mqtt.broker import broker, publish
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[3]
T = Subscription(topics=("t/+",))
KILLED_BEFORE_ACKNOWLEDGING = """
import sys, threading
from adapters.mqtt.client import MqttClient
from adapters.mqtt.connecting import Subscription
def received(message):
    print(message.payload.decode(), flush=True)
client = MqttClient(host="127.0.0.1", port=int(sys.argv[1]), client_id="one",
                    subscription=Subscription(topics=("t/+",)), on_message=received)
client.start()
threading.Event().wait()
"""


class Listener:
    """A client whose messages wait in a queue."""

    def __init__(
        self,
        port: int,
        client_id: str = "one",
        *,
        older: bool = False,
        subscription: Subscription = T,
        on_turn: Callable[[], None] | None = None,
    ) -> None:
        self.messages: queue.Queue[Message] = queue.Queue()
        self.client = MqttClient(
            host="127.0.0.1",
            port=port,
            client_id=client_id,
            subscription=subscription,
            on_message=self.messages.put,
            on_turn=on_turn,
        )
        if older:
            self.client._protocol = MQTTProtocolVersion.MQTTv311
        self.client.start()

    def next(self, timeout_s: float = 60.0) -> Message:
        return self.messages.get(timeout=timeout_s)

    def silent(self) -> bool:
        try:
            self.messages.get(timeout=0.5)
        except queue.Empty:
            return True
        return False


def subscribed(port: int) -> None:
    """Leave a session behind that the broker keeps messages for."""
    listener = Listener(port)
    answered = False
    while not answered:  # what is published before the subscription stands is lost
        publish(port, "t/ready", "x")
        with contextlib.suppress(queue.Empty):
            answered = listener.client.acknowledge(listener.next(0.3))
    with contextlib.suppress(queue.Empty):
        while True:
            assert listener.client.acknowledge(listener.next(0.3))
    listener.client.close()


def test_a_message_not_acknowledged_before_a_kill_comes_again(tmp_path: Path) -> None:
    with broker(tmp_path) as port:
        subscribed(port)
        first = subprocess.Popen(
            [sys.executable, "-c", KILLED_BEFORE_ACKNOWLEDGING, str(port)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        publish(port, "t/g2", "count 7")
        assert first.stdout is not None
        assert first.stdout.readline() == "count 7\n"
        first.send_signal(signal.SIGKILL)
        first.wait(60)
        first.stdout.close()
        second = Listener(port)
        again = second.next()
        assert (again.topic, again.payload, again.again) == ("t/g2", b"count 7", True)
        assert second.client.acknowledge(again)
        assert second.silent()
        second.client.close()
        third = Listener(port)
        assert third.silent()
        third.client.close()


def test_an_acknowledgement_of_an_older_connection_is_not_sent(tmp_path: Path) -> None:
    port = free_port()
    with broker(tmp_path, port):
        subscribed(port)
        listener = Listener(port)
        publish(port, "t/g2", "1")
        old = listener.next()
    with broker(tmp_path, port):
        publish(port, "t/g2", "2")
        while True:
            try:
                fresh = listener.next(0.5)
                break
            except queue.Empty:  # the broker forgot us: it takes the new subscription
                publish(port, "t/g2", "2")
        assert not listener.client.acknowledge(old)
        assert listener.client.acknowledge(fresh)
        listener.client.close()


def test_an_acknowledgement_into_a_broken_connection_stops_nobody(tmp_path: Path) -> None:
    port = free_port()
    held, go_on = threading.Event(), threading.Event()

    def turn() -> None:  # the network thread does not see that the connection is broken
        if held.is_set():
            go_on.wait(200)

    with broker(tmp_path, port):
        subscribed(port)
        listener = Listener(port, on_turn=turn)
        for number in range(5):
            publish(port, "t/g2", str(number))
        messages = [listener.next() for _ in range(5)]
        held.set()
        wait(1.2)  # one turn of the network loop
    for message in messages:
        done = threading.Thread(target=listener.client.acknowledge, args=(message,), daemon=True)
        done.start()
        done.join(30)
        assert not done.is_alive(), "the one who acknowledges waits for himself"
    go_on.set()
    with broker(tmp_path, port):
        assert eventually(lambda: listener.client.connected)
        listener.client.close()
    assert not listener.client._thread.is_alive()


def test_messages_sent_while_the_collector_is_away_wait_for_it(tmp_path: Path) -> None:
    with broker(tmp_path) as port:
        subscribed(port)
        for number in range(20):
            publish(port, "t/g2", str(number))
        listener = Listener(port)
        assert [listener.next().payload for _ in range(20)] == [
            str(number).encode() for number in range(20)
        ]
        listener.client.close()


def test_a_retained_old_message_is_no_new_one(tmp_path: Path) -> None:
    with broker(tmp_path) as port:
        publish(port, "t/g2", "old", retain=True)
        listener = Listener(port)
        assert listener.silent()
        listener.client.close()


def test_an_error_in_the_receiver_does_not_end_the_network_thread(tmp_path: Path) -> None:
    seen: queue.Queue[bytes] = queue.Queue()

    def fails_once(message: Message) -> None:
        seen.put(message.payload)
        if message.payload == b"1":
            raise ValueError("rubbish")

    with broker(tmp_path) as port:
        subscribed(port)
        client = MqttClient(
            host="127.0.0.1",
            port=port,
            client_id="one",
            subscription=Subscription(topics=("t/+",)),
            on_message=fails_once,
        )
        client.start()
        publish(port, "t/g2", "1")
        publish(port, "t/g2", "2")
        assert [seen.get(timeout=60), seen.get(timeout=60)] == [b"1", b"2"]
        assert client.connected
        client.close()


def test_a_broker_that_was_only_slow_is_asked_for_version_5_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.mqtt.client.ANSWER_S", 0.1)
    versions = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        listener = Listener(silent.getsockname()[1])
        for _ in range(3):
            connection, _address = silent.accept()
            with connection:
                connection.settimeout(60)
                versions.append(connection.recv(1024)[8])
                while connection.recv(1024):
                    continue
        listener.client.close()
    assert versions == [5, 4, 5]


def eventually(condition: Callable[[], bool], timeout_s: float = 60.0) -> bool:
    """Return whether something becomes true in time."""
    until_s = monotonic_s() + timeout_s
    while not condition() and monotonic_s() < until_s:
        wait(0.02)
    return condition()


@pytest.mark.parametrize("older", [False, True], ids=["5", "3.1.1"])
def test_of_two_collectors_with_one_client_id_one_stays_away_and_says_so(
    tmp_path: Path, older: bool
) -> None:
    with broker(tmp_path) as port:
        both = [Listener(port, older=older), Listener(port, older=older)]
        assert eventually(lambda: any(each.client.contested for each in both))
        (loser,) = [each for each in both if each.client.contested]
        (owner,) = [each for each in both if each is not loser]
        assert eventually(lambda: owner.client.connected)
        for number in range(5):
            publish(port, "t/g2", str(number))
        taken = [owner.next() for _ in range(5)]
        assert sorted(message.payload for message in taken) == [b"0", b"1", b"2", b"3", b"4"]
        assert all(owner.client.acknowledge(message) for message in taken)
        assert owner.silent()
        assert not loser.client.connected
        assert loser.client._rivalry.losses == 1
        for each in both:
            each.client.close()


def test_a_retained_old_message_is_no_new_one_to_an_older_broker_either(tmp_path: Path) -> None:
    with broker(tmp_path) as port:
        publish(port, "t/g2", "old", retain=True)
        listener = Listener(port, older=True)
        assert eventually(lambda: listener.client.connected)
        assert listener.silent()
        publish(port, "t/g2", "new", retain=True)
        assert listener.next().payload == b"new"
        listener.client.close()


@pytest.mark.parametrize(
    "size",
    [2 * 1024 * 1024, pytest.param(256 * 1024 * 1024 - 100, marks=pytest.mark.slow)],
    ids=["2 MB", "256 MB"],
)
def test_a_packet_beyond_our_limit_never_reaches_us(tmp_path: Path, size: int) -> None:
    with broker(tmp_path) as port:
        subscribed(port)
        listener = Listener(port)
        publish(port, "t/g2", bytes(size))
        publish(port, "t/g2", "small")
        message = listener.next()
        assert message.payload == b"small"
        assert listener.client.acknowledge(message)
        assert listener.silent()
        listener.client.close()


def test_collectors_of_one_group_share_the_messages_and_lose_none(tmp_path: Path) -> None:
    shared = Subscription(topics=("t/+",), share="t2")
    with broker(tmp_path) as port:
        members = [Listener(port, f"member-{n}", subscription=shared) for n in range(2)]
        seen: list[list[bytes]] = [[], []]

        def gather() -> int:
            for member, mine in zip(members, seen, strict=True):
                with contextlib.suppress(queue.Empty):
                    while True:
                        message = member.messages.get_nowait()
                        assert member.client.acknowledge(message)
                        mine.append(message.payload)
            return len({*seen[0], *seen[1]} - {b"x"})

        while not (seen[0] and seen[1]):  # until both subscriptions stand
            publish(port, "t/ready", "x")
            gather()
        for number in range(20):
            publish(port, "t/g2", f"{number}")
        assert eventually(lambda: gather() == 20)
        real = [[each for each in mine if each != b"x"] for mine in seen]
        assert len(real[0]) + len(real[1]) == 20
        assert real[0] and real[1]
        for member in members:
            member.client.close()


def test_the_broker_sends_no_more_than_the_receive_maximum_before_it_is_acknowledged(
    tmp_path: Path,
) -> None:
    few = Subscription(topics=("t/+",), receive_maximum=3)
    with broker(tmp_path) as port:
        subscribed(port)
        listener = Listener(port, subscription=few)
        assert eventually(lambda: listener.client.connected)
        for number in range(5):
            publish(port, "t/g2", str(number))
        first = [listener.next() for _ in range(3)]
        assert listener.silent()
        assert listener.client.acknowledge(first[0])
        assert listener.next().payload == b"3"
        listener.client.close()


def test_the_client_says_nothing_but_a_gateways_request_for_its_birth(tmp_path: Path) -> None:
    with broker(tmp_path) as port:
        listener = Listener(port)
        assert eventually(lambda: listener.client.connected)
        for topic in ("t/g2", "spBv1.0/t2/DCMD/gw-7/m1", "other/t2/NCMD/gw-7"):
            with pytest.raises(AssertionError):
                listener.client.ask_for_birth(topic, b"1")
        assert listener.client.ask_for_birth("spBv1.0/t2/NCMD/gw-7", b"1")
        listener.client.close()


def test_certificates_that_cannot_be_used_are_refused_with_their_files(tmp_path: Path) -> None:
    access = BrokerAccess(authority=str(tmp_path / "absent.crt"))
    with pytest.raises(BrokerAccessError, match=r"absent\.crt"):
        MqttClient(
            host="localhost",
            port=1,
            client_id="one",
            subscription=T,
            on_message=lambda _: None,
            access=access,
        )


def test_the_watch_goes_on_while_there_is_no_broker(tmp_path: Path) -> None:
    turns: list[int] = []
    client = MqttClient(
        host="127.0.0.1",
        port=free_port(),
        client_id="one",
        subscription=T,
        on_message=lambda _: None,
        on_turn=lambda: turns.append(1),
    )
    client.start()
    assert eventually(lambda: len(turns) > 2)
    client.close()
