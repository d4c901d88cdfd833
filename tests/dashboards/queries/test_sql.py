"""The questions of the screens, asked of a real database in the role of the web process."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from dashboards.security.session_store import SqlSessionStore
from dashboards.security.sessions import Session, Stage, digest_of
from dashboards.security.terms import Kind
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.store.communication import DeviceState, store_states
from energy.views.rollup import roll_up
from tests.billing.town import POINTS
from tests.dashboards.queries.conftest import NOW, WebTown

pytestmark = pytest.mark.servers


def scope(web: WebTown, *roles: Role, site: str | None = None) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset(roles or {Role.ENERGY_MANAGER}),
        sites=frozenset({site or web.town.site.key}),
    )


def test_tiles_count_every_meter_once_and_say_what_is_known(seen_town: WebTown) -> None:
    answer = seen_town.queries.tiles(scope(seen_town))
    assert [tile.utility for tile in answer.rows] == [Utility.ELECTRICITY, Utility.GAS]
    assert answer.as_of > 0
    for tile in answer.rows:
        assert (tile.meters, tile.known, tile.expected) == (2, 80, 80)  # 40 quarter-hours due
        assert tile.quality is Quality.MEASURED
        assert tile.today is not None
        assert tile.yesterday is not None
        assert tile.yesterday_so_far is not None
        assert 0 < tile.yesterday_so_far < tile.yesterday


def test_todays_curve_is_the_sum_of_the_meters_under_its_tariff_bands(seen_town: WebTown) -> None:
    queries, who = seen_town.queries, scope(seen_town)
    profile = queries.load_profile(who, Utility.ELECTRICITY).rows
    assert (profile.day, len(profile.usage), profile.meters) == (date(2019, 1, 3), 96, 2)
    assert set(profile.known) == {2}
    assert [band.key for band in profile.bands] == ["night", "day", "winter-evening", "day"]
    tile = queries.tiles(who).rows[0]
    assert sum(value or 0 for value in profile.before) == tile.yesterday


def test_without_a_supply_graph_there_is_no_flow_but_no_error(seen_town: WebTown) -> None:
    flow = seen_town.queries.energy_flow(scope(seen_town), Utility.GAS, date(2019, 1, 2)).rows
    assert flow.edges == ()


def test_every_metering_point_stands_in_the_registry(seen_town: WebTown) -> None:
    answer = seen_town.queries.meters(scope(seen_town))
    assert sorted(row.point for row in answer.rows) == sorted(POINTS)
    row = next(row for row in answer.rows if row.point == "b1-elec")
    assert (row.serial, row.profile, row.unit) == ("SN-0001", "test", "kWh")
    assert row.last is not None
    assert row.last.as_tuple().exponent == -2  # every digit of the register
    assert (row.factor, row.calibration_due, row.battery_due) == ("1", None, None)


def test_the_registry_says_until_when_certificate_and_battery_last(web_town: WebTown) -> None:
    town = web_town.town
    with town.database.connection() as connection:
        for name, day in (("certificate_until", "2024-05-01"), ("battery_until", "2021-09-30")):
            connection.execute(
                f"INSERT INTO {town.site.schema}.meter_fact "
                "(point, serial, name, value, from_at, position) "
                "VALUES ('b1-elec', 'SN-0001', %s, %s, now(), 1)",
                (name, day),
            )
    rows = {row.point: row for row in web_town.queries.meters(scope(web_town)).rows}
    own = rows["b1-elec"]
    assert own.calibration_due == date(2024, 5, 1)
    assert own.battery_due == date(2021, 9, 30)
    assert rows["b2-elec"].calibration_due is None


def test_a_polled_meter_says_how_its_device_answers(web_town: WebTown) -> None:
    told = DeviceState(
        point="b1-elec",
        source="gw",
        bus="10.8.1.20:502",
        gateway="10.8.1.20",
        last_seen=NOW - timedelta(hours=3),
        failing="modbus.no_answer",
        failing_since=NOW - timedelta(hours=2),
        message="why",
        answers=7,
        failures=5,
        latency_p50_us=900,
        latency_p99_us=1200,
    )
    town = web_town.town
    store_states(town.database, town.site.schema, [told], NOW - timedelta(seconds=8))
    rows = web_town.queries.meters(scope(web_town)).rows
    devices = {row.point: row.device for row in rows}
    assert [point for point, device in devices.items() if device] == ["b1-elec"]
    device = devices["b1-elec"]
    assert device is not None
    assert (device.bus, device.failing, device.failing_s, device.told_age_s) == (
        "10.8.1.20:502",
        "modbus.no_answer",
        7200,
        8,
    )
    page = web_town.queries.meter(scope(web_town), "b1-elec")
    assert page is not None
    assert page.rows.plate.device == device


def test_the_page_of_a_meter_has_plate_registers_readings_and_days(web_town: WebTown) -> None:
    with web_town.town.database.connection() as connection:
        while roll_up(connection, web_town.town.site.schema):
            pass
    answer = web_town.queries.meter(scope(web_town), "b1-elec")
    assert answer is not None
    page = answer.rows
    assert (page.plate.serial, page.plate.multiplier) == ("SN-0001", "1")
    assert [register.quantity for register in page.registers] == ["active_energy_import"]
    assert page.readings[0].at > page.readings[-1].at
    days = {day.day: day for day in page.days}
    assert days[date(2019, 1, 2)].usage is not None
    assert days[date(2019, 1, 2)].quality is Quality.MEASURED
    assert days[date(2018, 12, 20)].quality is Quality.INTERPOLATED  # before the first reading
    complete = days[date(2019, 1, 2)].complete
    assert complete is not None
    assert (complete.measured, complete.expected) == (96, 96)
    assert days[date(2018, 12, 20)].complete is not None
    assert days[date(2018, 12, 20)].complete.measured == 0
    for tile in web_town.queries.tiles(scope(web_town)).rows:
        assert tile.complete is not None
        assert (tile.complete.score, tile.complete.expected) == (1, 2 * 96)
    assert web_town.queries.meter(scope(web_town), "nowhere") is None


def test_a_charge_line_leads_to_the_registers_that_prove_it(web_town: WebTown) -> None:
    run, numbers = web_town.town.bill()
    queries, who = web_town.queries, scope(web_town)
    (row,) = queries.bill_runs(who).rows
    assert (row.run, row.state, row.accounts) == (run, "issued", 2)
    invoices = queries.invoices(who, run).rows
    assert sorted(invoice.number or "" for invoice in invoices) == sorted(numbers)
    assert {invoice.name for invoice in invoices} == {"Tenant of b1", "Tenant of b2"}
    answer = queries.bill(who, invoices[0].invoice)
    assert answer is not None
    lines = answer.rows.lines
    assert sum((line.amount for line in lines), Decimal(0)) == invoices[0].net
    energy = [line for line in lines if line.point == "b1-elec" and line.clause.startswith("E.")]
    proof = queries.proof(who, invoices[0].invoice, energy[0].number)
    assert proof is not None
    (pair,) = proof.rows.pairs
    assert pair.opening.position > 0
    assert pair.closing.value - pair.opening.value == pair.used
    assert sum((line.quantity or Decimal(0) for line in energy), Decimal(0)) == pair.used
    assert proof.rows.plate is not None
    assert proof.rows.plate.serial == pair.opening.serial
    assert proof.rows.clause.price == energy[0].price
    assert ("kind", "energy") in proof.rows.clause.wording


def test_a_charge_by_time_rests_on_no_register(web_town: WebTown) -> None:
    run, _ = web_town.town.bill()
    queries, who = web_town.queries, scope(web_town)
    invoice = queries.invoices(who, run).rows[0].invoice
    answer = queries.bill(who, invoice)
    assert answer is not None
    fixed = next(line for line in answer.rows.lines if line.unit in {"day", "month"})
    proof = queries.proof(who, invoice, fixed.number)
    assert proof is not None
    assert proof.rows.pairs == ()
    assert queries.proof(who, invoice, 999) is None
    assert queries.bill(who, uuid4()) is None


def test_the_queries_themselves_refuse_the_wrong_role_and_the_wrong_site(
    seen_town: WebTown,
) -> None:
    queries = seen_town.queries
    viewer = scope(seen_town, Role.VIEWER)
    elsewhere = scope(seen_town, Role.ENERGY_MANAGER, site="elsewhere")
    some = uuid4()
    for question in (
        queries.bill_runs,
        lambda who: queries.invoices(who, some),
        lambda who: queries.bill(who, some),
        lambda who: queries.proof(who, some, 1),
        lambda who: queries.await_run(who, some, "issued"),
    ):
        for who in (viewer, elsewhere):
            with pytest.raises(NotPermittedError):
                question(who)
    for question in (
        queries.tiles,
        lambda who: queries.load_profile(who, Utility.GAS),
        lambda who: queries.energy_flow(who, Utility.GAS, date(2019, 1, 1)),
        queries.open_alerts,
        queries.meters,
        lambda who: queries.meter(who, "b1-elec"),
        queries.token,
        lambda who: queries.await_acknowledgement(who, some),
    ):
        with pytest.raises(NotPermittedError):
            question(elsewhere)


def test_the_token_changes_with_the_views(web_town: WebTown) -> None:
    queries, who = web_town.queries, scope(web_town)
    before = queries.token(who)
    assert queries.token(who) == before
    web_town.town.bill()
    assert queries.token(who) != before


def test_health_tells_the_lag_and_survives_a_database_that_is_away(seen_town: WebTown) -> None:
    health = seen_town.queries.health()
    assert health.database_ok
    assert dict(health.followers)["metering"] == 0
    away = type(seen_town.database)("host=127.0.0.1 port=1 connect_timeout=1")
    site = SqlSite(
        database=away, site=seen_town.town.site, clock=ManualClock(NOW), vault=seen_town.town.vault
    )
    away._pool.timeout = 0.2
    assert not SqlQueries(site).health().database_ok
    away.close()


def test_sessions_are_rows_that_come_and_go(seen_town: WebTown) -> None:
    store = SqlSessionStore(seen_town.database, seen_town.town.vault.digest)
    person = id_of("person", "x")
    session = Session(
        token_hash=digest_of("token"),
        person=person,
        created_at=NOW,
        seen_at=NOW,
        expires_at=NOW + timedelta(hours=8),
        address="127.0.0.1",
        csrf="c",
        session=uuid4(),
        site=seen_town.town.site.key,
        kind=Kind.OFFICE,
        stage=Stage.FULL,
        idle_s=1800,
        agent="a browser",
        device_hash=None,
        pending_sealed="",
        pin_failures=0,
        confirmed_until=None,
    )
    store.put(session)
    assert store.get(session.token_hash) == session
    store.touch(session.token_hash, NOW + timedelta(minutes=5))
    found = store.get(session.token_hash)
    assert found is not None
    assert found.seen_at == NOW + timedelta(minutes=5)
    store.drop(session.token_hash)
    assert store.get(session.token_hash) is None
    store.put(session)
    store.drop_all(person)
    assert store.get(session.token_hash) is None
    assert store.failures("x", "127.0.0.1", NOW) == (0, 0)
