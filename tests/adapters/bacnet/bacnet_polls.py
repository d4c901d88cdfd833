"""What tests of BACnet sources share: meters, sources, and what a poll gave. Needs the extra."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from adapters.bacnet.address import parse as address
from adapters.bacnet.profile import PROFILES
from adapters.bacnet.source import BacnetMeter, BacnetSettings, BacnetSource
from adapters.poll import PollResult
from energy.base.clock import ManualClock
from energy.base.quality import Quality
from tests.adapters.bacnet.bacnet_device import MeterDevice, MeterRouter

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def meter(where: str, first: int = 1) -> BacnetMeter:
    return BacnetMeter(
        point=f"p{where}", address=address(where), profile=PROFILES.load("bacnet_energy_kwh"),
        channels={"active_energy_import": first, "active_power": first + 1},
    )  # fmt: skip


def source_of(
    device: MeterDevice | MeterRouter, *meters: BacnetMeter, at_once: int = 1
) -> BacnetSource:
    settings = BacnetSettings(host=device.host, port=device.port, timeout_s=0.15, at_once=at_once)
    return BacnetSource("bms", settings, meters, ManualClock(SLOT))


def rows(result: PollResult) -> list[tuple[int, int, Quality]]:
    return [(r.channel, r.count, r.quality) for r in result.columns]


def codes(result: PollResult) -> list[str]:
    return [f.code for f in result.findings] + [f.code for f in result.failures]


def three_meters(device: MeterDevice) -> tuple[BacnetMeter, ...]:
    """Let a gateway hold three meters, ten objects apart."""
    for offset in (0, 10, 20):
        device.say("accumulator", 1 + offset, 1_000 + offset, reliability=0)
        device.say("analog-input", 1 + offset, 0.1 + offset)
    return meter("1001", 1), meter("1001+10", 3), meter("1001+20", 5)


COUNTS = [1_000, 100, 1_010, 10_100, 1_020, 20_100]
