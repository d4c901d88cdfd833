"""Brokers that ask for an account and TLS, and one that knows only MQTT 3.1.1."""

from __future__ import annotations

import queue
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from paho.mqtt.enums import CallbackAPIVersion

from adapters.mqtt.client import MqttClient
from adapters.mqtt.connecting import Message, Subscription
from energy.base.broker_access import BrokerAccess
from energy.base.clock import monotonic_s, wait
from processes.broker import mosquitto
from tests.fixtures.ports import free_port

pytestmark = pytest.mark.servers
needs_mosquitto = pytest.mark.skipif(mosquitto() is None, reason="mosquitto is not installed")


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a broker until it is no longer needed."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        until = monotonic_s() + 60
        while monotonic_s() < until:
            assert process.poll() is None, "the broker ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            wait(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def certificate(folder: Path) -> Path:
    """Make a self-signed certificate for localhost; return its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)  # noqa: TID251 - a certificate must hold at the machine's time
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "broker.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "broker.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "broker.crt"


def received_from(publisher: mqtt.Client, port: int, access: BrokerAccess) -> list[bytes]:
    """Publish three messages and return what our client got."""
    got: queue.Queue[Message] = queue.Queue()
    client = MqttClient(
        host="localhost",
        port=port,
        client_id="collector",
        subscription=Subscription(topics=("m/+",)),
        on_message=got.put,
        access=access,
    )
    client.start()
    publisher.connect("localhost", port)
    publisher.loop_start()
    try:
        first = None
        until = monotonic_s() + 60
        while first is None and monotonic_s() < until:  # until our subscription stands
            publisher.publish("m/x", b"early", qos=1)
            try:
                first = got.get(timeout=0.3)
            except queue.Empty:
                continue
        assert first is not None, "nothing came"
        for n in range(3):
            publisher.publish("m/x", f"reading {n}".encode(), qos=1)
        payloads: dict[bytes, None] = {}  # a broker may bring one again, never out of order
        while len(payloads) < 3:
            message = got.get(timeout=60)
            assert client.acknowledge(message)
            if message.payload != b"early":
                payloads[message.payload] = None
        return list(payloads)
    finally:
        publisher.disconnect()
        publisher.loop_stop()
        client.close()


@needs_mosquitto
def test_broker_with_tls_and_passwords_lets_the_collector_in(tmp_path: Path) -> None:
    authority, port = certificate(tmp_path), free_port()
    passwords = tmp_path / "passwords"
    tool = shutil.which("mosquitto_passwd", path="/usr/bin:/usr/sbin")
    assert tool is not None, "mosquitto brings mosquitto_passwd"
    subprocess.run([tool, "-c", "-b", str(passwords), "collector", "s3cret"], check=True)
    (tmp_path / "acl").write_text("user collector\ntopic readwrite m/+\n")
    for path in (tmp_path, *tmp_path.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)  # mosquitto gives up being root
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\ncertfile {authority}\nkeyfile {tmp_path / 'broker.key'}\n"
        f"password_file {passwords}\nacl_file {tmp_path / 'acl'}\nallow_anonymous false\n"
        "user root\n"
    )
    program = mosquitto()
    assert program is not None, "the mark skips without it"
    publisher = mqtt.Client(CallbackAPIVersion.VERSION2)
    publisher.username_pw_set("collector", "s3cret")
    publisher.tls_set(ca_certs=str(authority))
    access = BrokerAccess(user="collector", password="s3cret", authority=str(authority))
    with running([program, "-c", str(settings)], port):
        payloads = received_from(publisher, port, access)
    assert payloads == [b"reading 0", b"reading 1", b"reading 2"]


@needs_mosquitto
def test_broker_that_asks_for_a_certificate_lets_in_only_who_shows_one(tmp_path: Path) -> None:
    authority, port = certificate(tmp_path), free_port()
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\ncertfile {authority}\nkeyfile {tmp_path / 'broker.key'}\n"
        f"cafile {authority}\nrequire_certificate true\nuse_identity_as_username true\n"
        "user root\n"
    )
    program, key = mosquitto(), str(tmp_path / "broker.key")
    assert program is not None, "the mark skips without it"
    publisher = mqtt.Client(CallbackAPIVersion.VERSION2)
    publisher.tls_set(ca_certs=str(authority), certfile=str(authority), keyfile=key)
    environment = {
        "METERLINE_MQTT_CA": str(authority),
        "METERLINE_MQTT_CERT": str(authority),
        "METERLINE_MQTT_KEY": key,
    }
    with running([program, "-c", str(settings)], port):
        access = BrokerAccess.from_environment(environment)
        payloads = received_from(publisher, port, access)
        bare = MqttClient(
            host="localhost",
            port=port,
            client_id="bare",
            subscription=Subscription(topics=("m/+",)),
            on_message=lambda _: None,
            access=BrokerAccess(authority=str(authority)),
        )
        bare.start()
        wait(1.5)
        assert not bare.connected
        bare.close()
    assert payloads == [b"reading 0", b"reading 1", b"reading 2"]


def test_broker_that_knows_only_the_older_protocol_is_spoken_to_in_it() -> None:
    port = free_port()
    publisher = mqtt.Client(CallbackAPIVersion.VERSION2)
    with running([sys.executable, "-m", "processes.broker", str(port)], port):
        payloads = received_from(publisher, port, BrokerAccess())
    assert payloads == [b"reading 0", b"reading 1", b"reading 2"]
