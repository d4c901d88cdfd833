from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.mqtt.client import Message, MqttClient
from tests.adapters.mqtt.broker import broker, free_port, publish

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[3]
KILLED_BEFORE_ACKNOWLEDGING = """
import sys, threading
from adapters.mqtt.client import MqttClient
def received(message):
    print(message.payload.decode(), flush=True)
client = MqttClient(host="127.0.0.1", port=int(sys.argv[1]), client_id="one", topic="t/+",
                    on_message=received)
client.start()
threading.Event().wait()
"""


class Listener:
    """A client whose messages wait in a queue."""

    def __init__(self, port: int, client_id: str = "one") -> None:
        self.messages: queue.Queue[Message] = queue.Queue()
        self.client = MqttClient(
            host="127.0.0.1",
            port=port,
            client_id=client_id,
            topic="t/+",
            on_message=self.messages.put,
        )
        self.client.start()

    def next(self, timeout_s: float = 10.0) -> Message:
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
        first.wait(10)
        first.stdout.close()
        second = Listener(port)
        again = second.next()
        assert (again.topic, again.payload) == ("t/g2", b"count 7")
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
            host="127.0.0.1", port=port, client_id="one", topic="t/+", on_message=fails_once
        )
        client.start()
        publish(port, "t/g2", "1")
        publish(port, "t/g2", "2")
        assert [seen.get(timeout=10), seen.get(timeout=10)] == [b"1", b"2"]
        assert client.connected
        client.close()


def test_a_broker_that_was_only_slow_is_asked_for_version_5_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.mqtt.client.ANSWER_S", 0.1)
    versions = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(10)
        listener = Listener(silent.getsockname()[1])
        for _ in range(3):
            connection, _address = silent.accept()
            with connection:
                connection.settimeout(10)
                versions.append(connection.recv(1024)[8])
                while connection.recv(1024):
                    continue
        listener.client.close()
    assert versions == [5, 4, 5]
