"""Chats: what a room is told, and what is kept of a failure."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from adapters.chat.gateway import ChatGateway
from energy.alerting.notices.gateway import (
    GatewayDownError,
    GatewayKind,
    GatewaySettings,
    Message,
)
from energy.base.clock import ManualClock
from energy.base.errors import ConfigError
from simulator.gateways.desk import Fault
from simulator.gateways.web import WebGateway

pytest.importorskip("apprise", reason="apprise is not installed: pip install 'meterline[chat]'")
CLOCK = ManualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))


def gateway(secret: str, **options: str) -> ChatGateway:
    settings = GatewaySettings(
        name="chat",
        kind=GatewayKind.CHAT,
        adapter="apprise",
        secret=secret,
        timeout_s=2,
        options=options,
    )
    return ChatGateway(settings, CLOCK)


def message(to: str) -> Message:
    return Message(
        key=UUID(int=7),
        to=to,
        language="en",
        subject="Feeder 12",
        text="Feeder 12 tripped.\nMeterline",
        severity="critical",
        link="https://m.example/alerts/7",
    )


@pytest.fixture
def web() -> Iterator[WebGateway]:
    with WebGateway(token="") as found:
        yield found


def test_a_room_is_told_text_and_link_and_stands_escaped_in_the_address(web: WebGateway) -> None:
    gateway(f"json://127.0.0.1:{web.port}/hook/{{to}}").hand(message("desk?x=/../y"))
    (posted,) = web.posted
    assert posted.path.startswith("/hook/")
    assert "?x" not in posted.path
    told = json.loads(posted.body)
    assert (told["title"], told["type"]) == ("Feeder 12", "failure")
    assert told["message"] == "Feeder 12 tripped.\nMeterline\n\nhttps://m.example/alerts/7"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that comes to the root of the logs."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    yield heard
    logging.getLogger().removeHandler(handler)


def test_what_apprise_logs_of_a_failure_never_comes_out(
    web: WebGateway, logged: io.StringIO
) -> None:
    web.desk.plan(Fault.FAULTY)
    logging.getLogger("chat").warning("heard")
    with pytest.raises(GatewayDownError) as caught:
        gateway(f"json://user:token@127.0.0.1:{web.port}/hook/x").hand(message("desk"))
    assert str(caught.value) == "HTTP 500"
    assert "heard" in logged.getvalue()
    assert "token" not in logged.getvalue()


def test_an_address_that_apprise_does_not_know_is_down(web: WebGateway) -> None:
    with pytest.raises(GatewayDownError, match="knows no such address"):
        gateway("nosuch://x/").login()


def test_without_the_extra_the_next_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(GatewayDownError, match=r"pip install 'meterline\[chat\]'"):
        gateway("json://127.0.0.1:1/").login()


@pytest.mark.parametrize(("secret", "options"), [("", {}), ("token", {}), ("json://x", {"a": "b"})])
def test_settings_are_checked_before_anything_is_imported(
    secret: str, options: dict[str, str]
) -> None:
    with pytest.raises(ConfigError):
        gateway(secret, **options)
