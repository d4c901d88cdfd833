"""The delay itself is told by `scripts/bench --only reconnect-modbus`: it needs a quiet machine."""

from __future__ import annotations

import pytest

from bench.reconnect import STEADY, reconnected

pytestmark = pytest.mark.servers


def test_devices_that_reconnect_at_once_are_all_back_and_nobody_else_misses_a_slot() -> None:
    met = reconnected(200, 1)
    assert met.missed == 0
    assert met.polls >= STEADY
    assert met.back_s < 20.0


@pytest.mark.slow
def test_ten_thousand_devices_that_reconnect_at_once_starve_nobody() -> None:
    met = reconnected(10_000, 10)
    assert met.missed <= STEADY
    assert met.back_s < 60.0
