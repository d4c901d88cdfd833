from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.dlt645.client import Dlt645Client
from adapters.dlt645.frozen import FrozenCount, days, month_end_instants, month_ends
from simulator.meter_bus import MeterBus
from tests.adapters.dlt645.bus import ADDRESS, NOW, PROFILE, SHANGHAI, kept, on_a_bus

pytestmark = pytest.mark.servers


def test_month_ends_come_with_the_instant_at_which_the_meter_settles() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        found = await month_ends(
            client,
            ADDRESS,
            PROFILE,
            ["active_energy_import", "active_energy_import_peak", "voltage_l1"],
            now=NOW,
            zone=SHANGHAI,
        )
        assert [(f.quantity, f.back, f.count) for f in found] == [
            ("active_energy_import", back, 1_000_000 - back * 10_000) for back in (1, 2, 3)
        ] + [("active_energy_import_peak", back, 300_000 - back * 10_000) for back in (1, 2, 3)]
        assert found[0].at == datetime(2026, 10, 31, 16, tzinfo=UTC)  # 1 November 00:00 in Shanghai
        assert found[2].at == datetime(2026, 8, 31, 16, tzinfo=UTC)

    on_a_bus([kept()], story)


def test_a_maximum_demand_comes_with_the_instant_at_which_it_was_met() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        (newest,) = await month_ends(
            client, ADDRESS, PROFILE, ["maximum_demand_import"], now=NOW, zone=SHANGHAI, count=1
        )
        assert newest == FrozenCount(
            quantity="maximum_demand_import",
            back=1,
            at=datetime(2026, 10, 31, 16, tzinfo=UTC),
            count=50_001,
            occurred=datetime(2026, 10, 15, 10, 30, tzinfo=UTC),
        )

    on_a_bus([kept()], story)


def test_a_meter_that_settles_on_command_tells_no_instant() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        found = await month_ends(
            client, ADDRESS, PROFILE, ["active_energy_import"], now=NOW, zone=SHANGHAI, count=2
        )
        assert [f.at for f in found] == [None, None]

    meter = kept()
    meter.values["04000B01"] = b"\x99\x99"
    on_a_bus([meter], story)


def test_days_are_those_the_meter_has_kept() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        found = await days(
            client,
            ADDRESS,
            PROFILE,
            ["active_energy_import", "active_energy_import_valley", "active_power"],
            zone=SHANGHAI,
            count=10,
        )
        assert [(f.quantity, f.count) for f in found if f.back == 2] == [
            ("active_energy_import", 999_800),
            ("active_energy_import_valley", 249_800),
        ]
        assert {f.back for f in found} == {1, 2, 3}
        assert found[0].at == datetime(2026, 11, 21, 16, tzinfo=UTC)

    on_a_bus([kept()], story)


@pytest.mark.parametrize(
    ("day", "hour", "newest"),
    [(1, 0, "2026-11-01T00:00"), (22, 12, "2026-11-22T12:00"), (22, 13, "2026-10-22T13:00"),
     (28, 23, "2026-10-28T23:00")],
)  # fmt: skip
def test_the_newest_settlement_is_never_in_the_future(day: int, hour: int, newest: str) -> None:
    found = month_end_instants(NOW, day=day, hour=hour, zone=SHANGHAI, count=12)
    assert found[0].astimezone(SHANGHAI).isoformat()[:16] == newest
    assert (
        len({(at.astimezone(SHANGHAI).year, at.astimezone(SHANGHAI).month) for at in found}) == 12
    )
    assert found == sorted(found, reverse=True)
