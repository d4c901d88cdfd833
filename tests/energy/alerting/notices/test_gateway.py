"""The contract with the gateways: what each error says to the sender of notices."""

from __future__ import annotations

from energy.alerting.notices.gateway import (
    GatewayBusyError,
    GatewayDownError,
    GatewayError,
    GatewayRefusedError,
)


def test_whatever_a_gateway_raises_is_caught_by_one_name() -> None:
    for error in (GatewayDownError("x"), GatewayBusyError("x"), GatewayRefusedError("x")):
        assert isinstance(error, GatewayError)
    codes = {each.code for each in (GatewayDownError, GatewayBusyError, GatewayRefusedError)}
    assert len(codes) == 3


def test_a_busy_gateway_may_say_how_long_it_wants_to_be_left_alone() -> None:
    assert GatewayBusyError("throttled", after_s=30).after_s == 30
    assert GatewayBusyError("throttled").after_s == 0
