from __future__ import annotations

import pytest

from bench.reconnect import STEADY, reconnected

pytestmark = pytest.mark.servers


def test_devices_that_reconnect_at_once_delay_nobody_else() -> None:
    met = reconnected(300, 1)
    assert met.p99_s < 0.5
    assert met.missed == 0
    assert met.back_s < 5.0


@pytest.mark.slow
def test_ten_thousand_devices_that_reconnect_at_once_starve_nobody() -> None:
    met = reconnected(10_000, 10)
    assert met.p99_s < 0.5
    assert met.missed <= STEADY // 10, "the slave and the collector share a machine with others"
    assert met.back_s < 30.0
