"""Short messages by HTTP: what only this adapter does; against a provider on the loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.http_call import Answered
from adapters.sms.http import callback
from adapters.sms.http.answers import handed_of
from adapters.sms.http.gateway import HttpGateway
from adapters.sms.http.shape import AnswerShape, parse_shape
from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayKind,
    GatewayRefusedError,
    GatewaySettings,
    Message,
)
from energy.base.clock import ManualClock
from energy.base.errors import ConfigError
from simulator.gateways.desk import Fault
from simulator.gateways.web import WebGateway
from tests.fixtures.ports import free_port

CLOCK = ManualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))
SAMPLE = Path(__file__).parents[4] / "adapters/sms/http/shape.sample.toml"
CALLBACK = Path(__file__).parents[3] / "contract/gateways/shapes/callback.toml"
TOKEN = "pass-phrase"
MESSAGE = Message(
    key=UUID(int=7), to="+8613800138000", language="en", subject="", text='Feeder "12"\n{to} & 100%'
)


def gateway(web: WebGateway, shape: Path, *, secret: str = TOKEN, **options: Any) -> HttpGateway:
    given = {"shape": str(shape), "base": web.base, **options}
    settings = GatewaySettings(
        name="web",
        kind=GatewayKind.SMS,
        adapter="http_sms",
        secret=secret,
        timeout_s=2,
        options=given,
    )
    return HttpGateway(settings, CLOCK)


@pytest.fixture
def web() -> Iterator[WebGateway]:
    with WebGateway(token=TOKEN) as found:
        yield found


@pytest.mark.parametrize("shape", [SAMPLE, CALLBACK])
def test_signs_of_json_and_forms_arrive_as_they_were_written(web: WebGateway, shape: Path) -> None:
    gateway(web, shape, callback_port=1).hand(MESSAGE)
    assert [each.text for each in web.desk.taken] == [MESSAGE.text]


def test_a_message_handed_over_twice_is_known_under_its_key(web: WebGateway) -> None:
    way = gateway(web, SAMPLE)
    web.desk.plan(Fault.CUT)
    with pytest.raises(GatewayDownError):
        way.hand(MESSAGE)
    handed = way.hand(MESSAGE)
    assert (handed.known, handed.reference) == (True, "m1")


def test_a_busy_provider_says_how_long(web: WebGateway) -> None:
    web.desk.plan(Fault.BUSY)
    with pytest.raises(GatewayBusyError) as caught:
        gateway(web, SAMPLE).hand(MESSAGE)
    assert caught.value.after_s == 7


def test_a_wrong_token_is_down_for_the_message_is_not_at_fault(web: WebGateway) -> None:
    way = gateway(web, SAMPLE, secret="wrong")
    with pytest.raises(GatewayDownError, match="401"):
        way.hand(MESSAGE)
    with pytest.raises(GatewayDownError, match="401"):
        way.login()
    with pytest.raises(GatewayDownError, match="401"):
        way.receipts()


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, '{"code": 1}', GatewayRefusedError),
        (200, '{"code": 429}', GatewayBusyError),
        (200, '{"code": 55}', GatewayDownError),
        (200, "{}", GatewayDownError),
        (200, "<html>", GatewayDownError),
        (302, '{"code": 0}', GatewayDownError),
        (403, '{"code": 1}', GatewayDownError),
        (404, '{"code": 0}', GatewayRefusedError),
        (429, "", GatewayBusyError),
        (503, "", GatewayDownError),
    ],
)
def test_what_an_answer_means(status: int, body: str, error: type[Exception]) -> None:
    shape = parse_shape(SAMPLE.read_text("utf-8"), name="sample").answer
    with pytest.raises(error):
        handed_of(Answered(status=status, body=body.encode()), shape)


def test_without_a_shape_of_the_answer_the_status_alone_counts() -> None:
    assert handed_of(Answered(status=204, body=b""), AnswerShape()).reference == ""


def test_nothing_goes_without_tls_to_another_machine(web: WebGateway, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="without TLS"):
        gateway(web, SAMPLE, base="http://sms.example.org")
    plain = tmp_path / "plain.toml"
    plain.write_text(SAMPLE.read_text("utf-8").replace("plain = false", "plain = true"))
    gateway(web, plain, base="http://10.0.0.7")


def test_a_callback_needs_a_port_of_ours(web: WebGateway) -> None:
    with pytest.raises(ConfigError, match="callback_port"):
        gateway(web, CALLBACK)


def post(port: int, path: str, body: bytes, **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", path, body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_an_address_of_ours_believes_only_who_proves_the_secret(
    web: WebGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback, "HOLD_S", 0.05)
    port = free_port()
    way = gateway(web, CALLBACK, callback_port=port)
    assert list(way.receipts()) == []
    told = json.dumps({"id": "m1", "status": "DELIVRD"}).encode()
    proof = {"X-Token": TOKEN}
    assert post(port, "/receipts", told) == 403
    assert post(port, "/receipts", told, **{"X-Token": "guess"}) == 403
    assert post(port, "/other", told, **proof) == 404
    assert post(port, "/receipts", b"<html>", **proof) == 400
    assert post(port, "/receipts", b"{}", **proof) == 400
    assert post(port, "/receipts", b"x" * 65_537, **proof) == 413
    assert list(way.receipts()) == []
    assert post(port, "/receipts", told, **proof) == 503  # nobody has stored it yet
    assert [each.reference for each in way.receipts()] == ["m1"]
    way.close()
