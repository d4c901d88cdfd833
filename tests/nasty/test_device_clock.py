"""17: a meter's own clock is told of by `field check`; it never dates a count that is polled."""

from __future__ import annotations

import pytest

from adapters.dlt645.source import Dlt645Source
from energy.base.quality import Quality
from simulator.dlt645_meter import set_clock
from simulator.meter_bus import MeterBus
from tests.adapters.dlt645.test_source import SLOT, meter, on_a_bus, simulated

pytestmark = pytest.mark.servers

IMPORT = "active_energy_import"


@pytest.mark.parametrize(
    ("date", "time"),
    [("70010104", "000000"), ("99123104", "235959"), ("26112106", "140533"), ("00000000", "0")],
    ids=["1970", "2099", "local time", "stands at nothing"],
)
def test_17_whatever_a_meters_clock_says_its_count_is_dated_by_the_poll(
    date: str, time: str
) -> None:
    async def story(source: Dlt645Source, bus: MeterBus) -> None:
        result = await source.poll(SLOT)
        assert [(r.at, r.count, r.quality) for r in result.columns] == [
            (SLOT, 1_234_568, Quality.MEASURED)
        ]

    device = simulated(1)
    set_clock(device, {"date": date, "time": time.zfill(6)})
    on_a_bus([device], [meter(1, IMPORT)], story)
