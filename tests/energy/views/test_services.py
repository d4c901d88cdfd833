"""Which source served a point when follows from the life of its meters, as known then."""

from __future__ import annotations

from datetime import datetime

import pytest

from energy.views.services import Service, points_of_source, read_services
from tests.fixtures.batches import at
from tests.fixtures.meters import LONG_AGO, commission, find_meter, replace, retire
from tests.fixtures.postgres import TestSite


def service(start: datetime, end: datetime | None, point: str = "m1") -> Service:
    return Service(point=point, source="modbus-1", start=start, end=end)


@pytest.mark.servers
def test_services_begin_and_end_with_the_devices_and_are_known_as_then(
    site_schema: TestSite,
) -> None:
    for point in ("m1", "m2"):
        site_schema.counter(point)
    metering = site_schema.application("metering")
    then = metering.position()
    meter = find_meter(metering, site_schema.site.key)
    replace(meter, when=at(60), final={1: 50}, start={1: 3})
    retire(meter, when=at(120), final={1: 4})
    commission(meter, since=at(180), serial="S-3")
    metering.store(meter)
    site_schema.project()
    other = service(LONG_AGO, None, "m2")
    with site_schema.writer.connection() as connection:
        known = read_services(connection, site_schema.schema)
        before = read_services(connection, site_schema.schema, as_of=then)
        mine = read_services(connection, site_schema.schema, points=["m2"])
    pieces = ((LONG_AGO, at(60)), (at(60), at(120)), (at(180), None))
    assert known == [*(service(*piece) for piece in pieces), other]
    assert before == [service(LONG_AGO, None), other]
    assert mine == [other]


@pytest.mark.parametrize(
    ("source", "low", "high", "served"),
    [
        ("modbus-1", 0, 59, True),
        ("modbus-1", 121, 179, False),
        ("modbus-1", 120, 179, True),
        ("modbus-2", 0, 59, False),
        ("unknown", 0, 59, True),
        ("modbus-1", 200, 300, False),
    ],
)
def test_a_source_is_asked_for_the_time_that_all_spans_share(
    source: str, low: int, high: int, *, served: bool
) -> None:
    known = [service(at(0), at(120)), service(at(180), None)]
    spans = [(at(low), at(high)), (at(0), at(190))]
    assert points_of_source(known, source, spans) == ({"m1"} if served else set())
