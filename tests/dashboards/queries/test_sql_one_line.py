"""Substations and their diagrams, asked of a real database in the role of the web process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID, uuid5

import pytest

from dashboards.queries.one_line_rows import LineNode, OneLine, Position, RateFrom
from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.channel import Channel, ChannelFacts, Kind, facts_to_json
from energy.metering.meter import Meter
from energy.metering.reading import Reading
from tests.dashboards.queries.conftest import NOW, WebTown
from tests.fixtures.supply import electricity, node, tie

pytestmark = pytest.mark.servers
POWER, CURRENT, BREAKER, TIE = 11, 12, 13, 14
GAUGES = {
    POWER: ("active_power", Kind.GAUGE, "W"),
    CURRENT: ("current_l1", Kind.GAUGE, "A"),
    BREAKER: ("breaker_state", Kind.STATE, "state"),
    TIE: ("breaker_state", Kind.STATE, "state"),
}
AT = datetime(2019, 1, 3, 10, 5, tzinfo=UTC)
LATER = timedelta(hours=2)


def scope(web: WebTown, *roles: Role, site: str | None = None) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset(roles or {Role.VIEWER}),
        sites=frozenset({site or web.town.site.key}),
    )


def sensor(web: WebTown, point: str, *numbers: int, multiplier: int = 1) -> Meter:
    """Return a meter without a counter."""
    channels = [
        Channel(
            number=number,
            point=point,
            facts=ChannelFacts(
                quantity=GAUGES[number][0],
                kind=GAUGES[number][1],
                utility=Utility.ELECTRICITY,
                unit=GAUGES[number][2],
                resolution=Fraction(1),
                modulus=None,
            ),
        )
        for number in numbers
    ]
    meter = Meter(
        site=web.town.site.key,
        point=point,
        name=f"Meter of {point}",
        place="town",
        utility="electricity",
        channels=[facts_to_json(channel) for channel in channels],
        command_id=uuid5(UUID(int=0), point),
    )
    meter.commission(
        at=datetime(2018, 1, 1, tzinfo=UTC),
        serial=f"SN-{point}",
        profile="test",
        source="source-1",
        address={},
        multiplier=Fraction(multiplier),
        start_counts={},
        record={},
        command_id=uuid5(UUID(int=1), point),
    )
    return meter


def define(web: WebTown, counts: Mapping[int, int], *, at: datetime = AT) -> None:
    """Two busbars with a tie; the first is fed through a transformer without a meter."""
    town = web.town
    graph = electricity(
        town.site.key,
        node("grid", kind="incomer", point="mains"),
        node("tx", "grid", kind="transformer", rated_w="400000"),
        node("bus-a", "tx", kind="busbar"),
        node("f1", "bus-a", point="b1-elec", sensors=["switch"]),
        node("f2", "bus-a", point="b2-elec"),
        node("pv", kind="incomer"),
        node("bus-b", "pv", kind="busbar"),
        tie("tie", "bus-a", "bus-b", state_point="tie", state_quantity="breaker_state"),
    )
    journal = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    journal.store(sensor(web, "mains", POWER, CURRENT, multiplier=20))
    journal.store(sensor(web, "switch", BREAKER))
    journal.store(sensor(web, "tie", TIE))
    journal.store(graph)
    town.accept([Reading(channel=n, at=at, count=count) for n, count in counts.items()])
    town.catch_up()


def asked(web: WebTown, key: str = "grid", chosen: str = "", role: Role = Role.VIEWER) -> OneLine:
    answer = web.queries.one_line(scope(web, role), Utility.ELECTRICITY, key, chosen)
    assert answer is not None
    return answer.rows


def nodes(rows: OneLine) -> dict[str, LineNode]:
    return {each.key: each for each in rows.nodes}


def test_values_states_and_loads_stand_at_their_nodes(web_town: WebTown) -> None:
    define(web_town, {POWER: 10_000, CURRENT: 17, BREAKER: 1, TIE: 0})
    rows = asked(web_town)
    found = nodes(rows)
    grid, tx = found["grid"], found["tx"]
    assert grid.rate is not None
    assert tx.rate is not None
    assert grid.rate.value == 200, "10 kW at the meter behind transformers 20 to 1"
    assert [(v.quantity, v.value, v.secondary) for v in grid.values] == [
        ("active_power", Decimal(200_000), False),
        ("current_l1", Decimal(17), True),
    ]
    assert (tx.rate.known, tx.rate.value, tx.load) == (RateFrom.ABOVE, 200, Fraction(1, 2))
    (state,) = found["f1"].states
    assert state.position is Position.CLOSED
    assert [(each.key, each.position) for each in rows.ties] == [("tie", Position.OPEN)]
    assert found["pv"].rate is None
    assert found["bus-b"].rate is None, "what is not metered is unknown, not zero"


def test_without_a_gauge_the_newest_interval_tells_the_rate(web_town: WebTown) -> None:
    define(web_town, {POWER: 10_000, CURRENT: 17, BREAKER: 1, TIE: 0})
    found = nodes(asked(web_town))
    one, two, bus = (found[key].rate for key in ("f1", "f2", "bus-a"))
    assert one is not None
    assert two is not None
    assert bus is not None
    assert one.known is RateFrom.INTERVAL
    assert one.at == datetime(2019, 1, 3, 10, 0, tzinfo=UTC)
    assert not one.stale
    usage = web_town.town.one(
        f"SELECT (SELECT sum(usage) FROM {web_town.town.site.schema}.usage_unpack(b) "
        "WHERE start_at = '2019-01-03 09:45+00') "
        f"FROM {web_town.town.site.schema}.usage_block AS b WHERE channel = 1 "
        "AND day = '2019-01-03'"
    )
    assert one.value == Decimal(str(usage)) * 4 / 1000
    assert (bus.known, bus.meters, bus.value) == (RateFrom.SUM, 2, one.value + two.value)


def test_what_is_old_is_stale_and_a_switch_unknown_never_closed(web_town: WebTown) -> None:
    define(web_town, {POWER: 10_000, CURRENT: 17, BREAKER: 1, TIE: 1}, at=AT - LATER)
    rows = asked(web_town)
    found = nodes(rows)
    grid, tx = found["grid"], found["tx"]
    assert grid.rate is not None
    assert grid.rate.stale
    assert tx.rate is not None
    assert tx.rate.stale
    assert [value.stale for value in grid.values] == [True, True]
    (state,) = found["f1"].states
    assert state.position is Position.UNKNOWN
    assert state.count == 1
    assert rows.ties[0].position is Position.UNKNOWN


def test_a_switch_that_never_said_a_word_is_unknown(web_town: WebTown) -> None:
    define(web_town, {POWER: 10_000})
    rows = asked(web_town)
    (state,) = nodes(rows)["f1"].states
    assert (state.position, state.at) == (Position.UNKNOWN, None)
    assert rows.ties[0].position is Position.UNKNOWN


def test_a_polled_source_makes_stale_what_misses_three_slots(web_town: WebTown) -> None:
    define(web_town, {POWER: 10_000, BREAKER: 1})
    schema = web_town.town.site.schema
    grid = nodes(asked(web_town))["grid"].values[0]
    assert grid.fresh_s == 3600
    with web_town.town.database.connection() as connection:
        connection.execute(
            f"INSERT INTO {schema}.source VALUES ('source-1', 'modbus_tcp', "
            "'{\"interval_s\": 600}') ON CONFLICT (key) DO UPDATE SET settings = excluded.settings"
        )
    assert nodes(asked(web_town))["grid"].values[0].fresh_s == 1800


def test_the_selected_node_names_what_it_feeds_and_tenants_to_those_who_may(
    web_town: WebTown,
) -> None:
    define(web_town, {POWER: 10_000})
    down = asked(web_town, chosen="bus-a").downstream
    assert down is not None
    assert [row.point for row in down.meters] == ["b1-elec", "b2-elec"]
    assert down.tenants is None, "a viewer reads no bills"
    told = asked(web_town, chosen="bus-a", role=Role.BILLING_CLERK).downstream
    assert told is not None
    assert [(each.account, each.name, each.meters) for each in told.tenants or ()] == [
        ("A-b1", "Tenant of b1", 1),
        ("A-b2", "Tenant of b2", 1),
    ]
    assert asked(web_town, chosen="nothing").downstream is None


def test_the_list_has_every_station_and_unknown_nodes_have_no_page(web_town: WebTown) -> None:
    assert web_town.queries.stations(scope(web_town)).rows == ()
    define(web_town, {POWER: 10_000})
    (row,) = web_town.queries.stations(scope(web_town)).rows
    assert (row.utility, row.key, row.meters) == (Utility.ELECTRICITY, "grid", 3)
    assert row.name == "GRID + PV"
    who = scope(web_town)
    assert web_town.queries.one_line(who, None, "grid", "") is not None
    assert web_town.queries.one_line(who, Utility.GAS, "grid", "") is None
    assert web_town.queries.one_line(who, None, "nothing", "") is None
    part = web_town.queries.one_line(who, None, "f1", "")
    assert part is not None
    assert [each.key for each in part.rows.trail] == ["grid", "tx", "bus-a"]
    assert NOW - part.rows.now == timedelta(0)


def test_tenants_and_strangers_are_refused(seen_town: WebTown) -> None:
    for who in (scope(seen_town, Role.TENANT), scope(seen_town, site="elsewhere")):
        with pytest.raises(NotPermittedError):
            seen_town.queries.stations(who)
        with pytest.raises(NotPermittedError):
            seen_town.queries.one_line(who, None, "grid", "")
