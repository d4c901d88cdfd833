"""Webhooks: what is posted, how it is signed, and where it never goes."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from adapters.hook_signature import signature_of
from adapters.webhook.gateway import WebhookGateway
from energy.alerting.notices.gateway import (
    GatewayKind,
    GatewayRefusedError,
    GatewaySettings,
    Message,
)
from energy.base.clock import ManualClock
from energy.base.errors import ConfigError
from simulator.gateways.web import WebGateway

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def gateway(secret: str = "s", **options: str) -> WebhookGateway:
    settings = GatewaySettings(
        name="hooks",
        kind=GatewayKind.WEBHOOK,
        adapter="webhook",
        secret=secret,
        timeout_s=2,
        options=options,
    )
    return WebhookGateway(settings, ManualClock(NOW))


def message(to: str) -> Message:
    return Message(
        key=UUID(int=7),
        to=to,
        language="zh",
        subject="馈线",
        text="12号馈线跳闸",
        severity="critical",
        at=NOW,
        camera="https://cam.example/12",
    )


@pytest.fixture
def web() -> Iterator[WebGateway]:
    with WebGateway(token="") as found:
        yield found


def test_who_takes_a_hook_can_prove_that_it_is_ours_and_fresh(web: WebGateway) -> None:
    gateway("秘密", hosts="127.0.0.1").hand(message(f"{web.base}/hook/desk?a=b"))
    (posted,) = web.posted
    stamp = posted.headers["meterline-timestamp"]
    said = stamp.encode() + b"." + posted.body
    proof = hmac.new("秘密".encode(), said, hashlib.sha256).hexdigest()
    assert posted.headers["meterline-signature"] == f"v1={proof}"
    assert int(stamp) == NOW.timestamp()
    assert posted.headers["idempotency-key"] == str(UUID(int=7))
    assert posted.path == "/hook/desk?a=b"
    told = json.loads(posted.body)
    assert (told["text"], told["at"]) == ("12号馈线跳闸", "2026-11-23T08:00:00+00:00")
    assert told["camera"] == "https://cam.example/12"


def test_the_signature_is_that_of_openssl() -> None:
    # printf '1795420800.{}' | openssl dgst -sha256 -hmac s
    expected = "dd3e4a9fa1ad851c1662d558871190ec19f277002b6cccb4b3cf1efda53d7106"
    assert signature_of("s", 1795420800, b"{}") == f"v1={expected}"


@pytest.mark.parametrize(
    "to",
    [
        "http://desk.example.org/",
        "http://127.0.0.1:5432/",
        "https://other.example.org/",
        "ftp://desk.example.org/",
        "https://desk.example.org/\r\nHost: x",
        "https:///",
        "",
    ],
)
def test_a_hook_goes_to_allowed_hosts_by_tls_alone(to: str) -> None:
    with pytest.raises(GatewayRefusedError, match="allowed host"):
        gateway(hosts="desk.example.org, cmms.example.org").hand(message(to))


def test_nothing_goes_unsigned() -> None:
    with pytest.raises(ConfigError, match="no secret"):
        gateway("")
