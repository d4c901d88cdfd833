"""The web process by TLS: real gunicorn, a certificate made here, cookies that go by TLS alone."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from energy.base.clock import monotonic_s, wait
from energy.base.config import Config
from energy.base.errors import ConfigError
from energy.base.units import Utility
from energy.metering.conversion import Measure
from processes.web import behind_proxies, factors_of, tls_of
from tests.dashboards.fakes import PASSWORD
from tests.fixtures.ports import free_port

PATIENCE_S = 300.0
SERVE = """
import sys
from energy.base.config import Config
from processes.web import WebProcess
from tests.dashboards.fakes import fake_web
class MadeUp(WebProcess):
    def load(self):
        return fake_web(secure=True).server
port, certificate, key = sys.argv[1:]
MadeUp(Config(web_port=int(port), web_certificate=certificate, web_key=key)).run()
"""


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of this machine's loopback that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=36_500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "web.crt", folder / "web.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, secret


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    chain, key = certificate_in(tmp_path)
    port = free_port()
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), str(chain), str(key)], stdout=log, stderr=log
    )
    yield port, chain
    process.terminate()
    process.wait(timeout=PATIENCE_S)
    log.close()


def connected(port: int, chain: Path) -> HTTPSConnection:
    """Return a connection to the server once it answers."""
    until = monotonic_s() + PATIENCE_S
    context = ssl.create_default_context(cafile=str(chain))
    while True:
        connection = HTTPSConnection("127.0.0.1", port, timeout=PATIENCE_S, context=context)
        try:
            connection.connect()
        except (OSError, HTTPException):
            connection.close()
            assert monotonic_s() < until, "the server never answered"
            wait(0.2)
        else:
            return connection


@pytest.mark.servers
def test_the_dashboard_is_served_by_tls_and_its_cookies_go_by_tls_alone(
    served: tuple[int, Path],
) -> None:
    connection = connected(*served)
    form = urlencode({"sign_in": "grace", "password": PASSWORD})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", form, headers)
    answer = connection.getresponse()
    answer.read()
    version = connection.sock.version() if isinstance(connection.sock, ssl.SSLSocket) else ""
    connection.close()
    assert answer.status == 303
    cookies = answer.headers.get_all("Set-Cookie") or []
    assert len(cookies) == 2
    assert all("; Secure" in cookie for cookie in cookies)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
    assert version in {"TLSv1.2", "TLSv1.3"}


def test_half_of_a_certificate_is_refused(tmp_path: Path) -> None:
    chain, key = certificate_in(tmp_path)
    assert tls_of(Config()) == {}
    assert tls_of(Config(web_certificate=str(chain), web_key=str(key)))["certfile"] == str(chain)
    for wrong in (Config(web_certificate=str(chain)), Config(web_key=str(key))):
        with pytest.raises(ConfigError, match="is no file"):
            tls_of(wrong)


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(ConfigError, match="web_proxies"):
        behind_proxies(lambda _environ, _start: [], Config(web_proxies="the proxy"))


def test_the_conversion_factors_come_from_the_named_file(tmp_path: Path) -> None:
    day = date(2026, 1, 1)
    assert factors_of("here", Config()).of(Utility.ELECTRICITY, Measure.CO2, day) is None
    file = tmp_path / "factors.toml"
    with pytest.raises(ConfigError, match="cannot be read"):
        factors_of("here", Config(factors=str(file)))
    file.write_text(
        '[[factor]]\nutility = "electricity"\nmeasure = "co2"\nvalue = "0.5"\nper = "kWh"\n'
        'from = 2025-01-01\nsource = "a notice"\n'
    )
    found = factors_of("here", Config(factors=str(file)))
    assert found.of(Utility.ELECTRICITY, Measure.CO2, day) is not None
