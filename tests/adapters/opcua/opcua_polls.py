"""What tests of OPC UA sources share: meters, sources, and what a poll gave."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.opcua.profile import PROFILES
from adapters.opcua.settings import OpcuaSettings
from adapters.opcua.source import OpcuaMeter, OpcuaSource
from adapters.poll import PollResult
from energy.base.clock import ManualClock
from energy.base.quality import Quality

SLOT = datetime(2026, 11, 21, 6, tzinfo=UTC)
PATIENCE_S = 30.0
"""For an answer whose time is not judged: the server lives in the test's own loop. [s]"""


def source_of(port: int, *meters: OpcuaMeter, timeout_s: float = PATIENCE_S) -> OpcuaSource:
    settings = OpcuaSettings(host="127.0.0.1", port=port, path="/meters", timeout_s=timeout_s)
    return OpcuaSource("plant", settings, meters, ManualClock(SLOT), interval_s=60)


def plain(name: str, first: int) -> OpcuaMeter:
    channels = {"active_energy_import": first, "active_power": first + 1}
    return OpcuaMeter(
        point=f"p{name}", name=name, profile=PROFILES.load("opcua_energy_kwh"), channels=channels
    )


async def polled(source: OpcuaSource, *, urgent: bool = False) -> PollResult:
    try:
        return await source.poll(SLOT, urgent=urgent)
    finally:
        source.close()


def rows(result: PollResult) -> list[tuple[int, int, Quality]]:
    return [(r.channel, r.count, r.quality) for r in result.columns]
