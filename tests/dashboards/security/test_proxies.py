"""Who asks is told by trusted proxies alone."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from dashboards.security.proxies import TrustedProxies, sender
from dashboards.security.rules import networks_of

PROXIES = networks_of(["10.0.0.5/32", "10.1.0.0/24"])


@pytest.mark.parametrize(
    ("forwarded_for", "peer", "who"),
    [
        ("203.0.113.7", "10.0.0.5", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "10.0.0.5", "203.0.113.7"),
        ("203.0.113.7, 10.1.0.9", "10.0.0.5", "203.0.113.7"),
        ("203.0.113.7", "192.0.2.1", "192.0.2.1"),
        ("", "10.0.0.5", "10.0.0.5"),
        ("10.1.0.9", "10.0.0.5", "10.1.0.9"),
        ("127.0.0.1, nonsense", "10.0.0.5", "nonsense"),
    ],
)
def test_the_sender_is_the_last_address_that_is_no_proxy(
    forwarded_for: str, peer: str, who: str
) -> None:
    assert sender(forwarded_for, peer, PROXIES) == who


@Request.application
def told(request: Request) -> Response:
    return Response(f"{request.remote_addr} {request.scheme} {request.host}")


@pytest.mark.parametrize(
    ("peer", "expected"),
    [("10.0.0.5", "203.0.113.7 https energy.example"), ("192.0.2.1", "192.0.2.1 http localhost")],
)
def test_only_a_trusted_proxy_says_who_asks_how(peer: str, expected: str) -> None:
    headers: dict[str, Any] = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "energy.example",
    }
    answer = Client(TrustedProxies(told, PROXIES)).get(
        "/", headers=headers, environ_base={"REMOTE_ADDR": peer}
    )
    assert answer.text == expected
