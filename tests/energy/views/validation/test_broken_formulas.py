"""A formula that checks no longer bars the bill from that day on, until it checks again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from energy.base.units import Utility
from energy.metering.places import PlaceAct, PlaceChange
from energy.metering.plant import PlaceTree
from energy.views.noted import FOR_GOOD
from energy.views.validation.validation import Validation
from processes.formula_desk import FormulaDesk
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.meters import counter_facts, find_meter
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
ANNE = command("anne")
GONE = MIDNIGHT + timedelta(days=3)
FORMULA = """
[[formula]]
point = "{point}"
place = "b1"
utility = "{utility}"
unit = "{unit}"
from = 2019-01-01
text = "{text}"
"""


@pytest.fixture
def campus(site_schema: TestSite) -> TestSite:
    """Two places, a grid meter and a solar meter, ten days on."""
    places = [{"key": key, "kind": "building", "name": key} for key in ("b1", "b2")]
    site_schema.application("metering").store(
        PlaceTree(site=site_schema.site.key, places=places, command_id=command("tree"))
    )
    for point in ("grid", "pv"):
        site_schema.counter(point)
    site_schema.clock.move_to(MIDNIGHT + timedelta(days=10))
    site_schema.project()
    return site_schema


def desk(site: TestSite) -> FormulaDesk:
    return FormulaDesk(site.writer, site.site, site.clock)


def define(site: TestSite, point: str, text: str, utility: str = "electricity") -> None:
    unit = "kWh" if utility == "electricity" else "m3"
    file = FORMULA.format(point=point, text=text, utility=utility, unit=unit)
    desk(site).define(desk(site).read(file), by=ANNE, command_id=uuid4())
    site.project()


def revise(site: TestSite, point: str, text: str, day: date) -> None:
    site.tick()
    desk(site).revise(
        point, text=text, constants=None, valid_from=day, reason="r", by=ANNE, command_id=uuid4()
    )
    site.project()


def broken(site: TestSite) -> list[tuple[object, ...]]:
    """Look until nothing is new; return what stands: formula, start, end, column, why."""
    looks = 0
    while True:
        found = Validation(site.writer, site.schema, site.site.zone, site.clock).look()
        assert found is not None, "nobody else looks"
        site.project()
        looks += 1
        if not found.told:
            break
    assert looks <= 2, "what is told once is not told again"
    return site.rows(
        "SELECT proof->>'formula', start_at, end_at, (proof->>'column')::int, proof->>'because' "
        "FROM {s}.finding WHERE code = 'formula.broken' AND severity = 'do_not_bill' "
        "AND explained_position IS NULL ORDER BY position, 1"
    )


def test_an_input_that_is_retired_breaks_its_formula_from_then_on_until_it_is_revised(
    campus: TestSite,
) -> None:
    define(campus, "net", "[grid] - [pv]")
    define(campus, "twice", "2 * [net]")
    assert broken(campus) == []
    metering = campus.application("metering")
    meter = find_meter(metering, campus.site.key, "pv")
    meter.retire(
        at=GONE, final_counts={2: 0}, reason="sold", record={}, command_id=command("retire")
    )
    metering.store(meter)
    campus.project()
    ((formula, start, end, column, why),) = broken(campus)
    assert (formula, start, end, column) == ("net", GONE, FOR_GOOD, 10)
    assert why == "[pv] is retired since 2019-01-04: nothing is known of it from then on."
    revise(campus, "net", "[grid]", date(2019, 1, 4))
    assert broken(campus) == []
    revise(campus, "net", "[grid] + [pv]", date(2019, 1, 6))
    ((_, start, *_),) = broken(campus)
    assert start == datetime(2019, 1, 6, tzinfo=UTC)
    campus.tick()
    desk(campus).retire(
        "net", valid_from=date(2019, 1, 6), reason="sold", by=ANNE, command_id=uuid4()
    )
    campus.project()
    ((formula, *_, column, why),) = broken(campus)
    assert (formula, column) == ("twice", 5)
    assert str(why).startswith("[net] is retired since 2019-01-06")


def test_a_class_that_gets_what_never_adds_up_and_a_place_that_is_closed_are_told(
    campus: TestSite,
) -> None:
    gas = replace(counter_facts(quantity="volume"), unit="m3", utility=Utility.GAS)
    campus.counter("g1", facts=gas)
    define(campus, "all-gas", "sum(meters(gas))", "gas")
    define(campus, "east", "sum(meters(electricity, at=[b2]))")
    assert broken(campus) == []
    begun = MIDNIGHT + timedelta(days=2, hours=5)
    campus.counter("g2", facts=replace(gas, quantity="volume_base"), since=begun)
    metering = campus.application("metering")
    tree = metering.find(PlaceTree.create_id(site=campus.site.key))
    assert isinstance(tree, PlaceTree)
    tree.change(
        [PlaceChange(act=PlaceAct.CLOSED, place="b2", valid_from=GONE)],
        valid_from=GONE,
        reason="pulled down",
        by=ANNE,
        command_id=uuid4(),
    )
    metering.store(tree)
    campus.project()
    first, second = broken(campus)
    assert first[:4] == ("all-gas", begun, FOR_GOOD, 5)
    assert "volume, volume_base" in str(first[4])
    assert second[:4] == ("east", GONE, FOR_GOOD, 5)
    assert "[b2] is closed since 2019-01-04" in str(second[4])
    meter = find_meter(metering, campus.site.key, "g2")
    meter.retire(
        at=GONE, final_counts={6: 0}, reason="sold", record={}, command_id=command("retire g2")
    )
    metering.store(meter)
    campus.project()
    assert [row[:3] for row in broken(campus)] == [
        ("east", GONE, FOR_GOOD),
        ("all-gas", begun, GONE),
    ]
    revise(campus, "all-gas", "sum(meters(gas, quantity=[volume]))", date(2019, 1, 1))
    revise(campus, "east", "[grid]", date(2019, 1, 4))
    assert broken(campus) == []
