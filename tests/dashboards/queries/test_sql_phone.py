"""A phone before a meter of a real database, in the role of the web process."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboards.display_commands import DisplayCommands, Read, Typed
from dashboards.security.scope import Role, Scope
from energy.base.clock import ManualClock
from energy.base.errors import EnergyError, NotPermittedError
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.display_look import Doubted
from processes.display_desk import DisplayDesk
from tests.billing.town import count_at
from tests.dashboards.queries.conftest import NOW, WebTown
from tests.dashboards.queries.test_sql import scope

pytestmark = pytest.mark.servers
POINT = "b1-elec"
AT = datetime(2019, 1, 2, 10, 7, tzinfo=UTC)


def commands(web: WebTown, now: datetime = NOW) -> DisplayCommands:
    site = web.town.site
    return DisplayCommands(site=site.key, desk=DisplayDesk(web.staff, site, ManualClock(now)))


def shown(count: int) -> str:
    return f"{count // 100}.{count % 100:02d}"


def typed(count: int | str, at: datetime | None = AT, **more: str) -> Typed:
    value = count if isinstance(count, str) else shown(count)
    when = "" if at is None else at.isoformat()
    return Typed(**{"point": POINT, "quantity": "", "value": value, "at": when, **more})


def technician(web: WebTown) -> Scope:
    return scope(web, Role.TECHNICIAN)


def stored(web: WebTown) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = web.town.rows(
        f"SELECT topic FROM {web.town.site.schema}.metering_events "
        "WHERE topic IN ('readings.entered', 'readings.estimated')"
    )
    return rows


def between(web: WebTown, at: datetime = AT) -> int:
    """Return a count that the register can have shown."""
    return count_at(1, at - timedelta(minutes=7))


def test_a_reading_is_entered_once_and_stands_on_the_page(web_town: WebTown) -> None:
    who, act = technician(web_town), commands(web_town)
    reads = [act.enter(who, typed(between(web_town), note="board 3")) for _ in range(2)]
    assert reads[0].position == reads[1].position
    assert len(stored(web_town)) == 1
    web_town.town.catch_up()
    web_town.queries.await_reading(who, reads[0].position or 0)
    page = web_town.queries.phone_meter(who, POINT)
    assert page is not None
    (row,) = page.rows.entered
    assert (row.at, row.value, row.unit, row.note) == (
        AT,
        Decimal(shown(between(web_town))),
        "kWh",
        "board 3",
    )
    told = web_town.town.rows(
        f"SELECT quality FROM {web_town.town.site.schema}.reading WHERE channel = 1 AND at = %s"
        % f"'{AT.isoformat()}'"
    )
    assert told == [(Quality.MANUAL,)]


def test_now_is_told_apart_by_the_form_it_was_typed_into(web_town: WebTown) -> None:
    who, now = technician(web_town), NOW.replace(minute=5)
    count = count_at(1, now.replace(minute=0))
    for second, form in ((0, "one"), (3, "one"), (9, "two")):
        act = commands(web_town, now + timedelta(seconds=second))
        act.enter(who, typed(count, None, form=form))
    assert len(stored(web_town)) == 2


@pytest.mark.parametrize(
    ("off", "doubts"),
    [
        (-5_000_000, {Doubted.BELOW}),
        (+9_000_000, {Doubted.ABOVE, Doubted.BEHIND}),
    ],
)
def test_what_is_odd_is_told_before_it_is_stored(
    web_town: WebTown, off: int, doubts: set[Doubted]
) -> None:
    who, act = technician(web_town), commands(web_town)
    count = max(between(web_town) + off, 0)
    read = act.enter(who, typed(count))
    assert (read.position, read.doubted) == (None, doubts)
    assert len(read.others) == len(doubts)
    assert stored(web_town) == []
    for half in ([], list(doubts)[:-1]):  # what was not told is not confirmed
        assert act.enter(who, typed(count), half).position is None
    assert stored(web_town) == []
    assert act.enter(who, typed(count), doubts).position is not None
    assert len(stored(web_town)) == 1


def test_a_reading_beside_one_of_the_meter_itself_says_so(web_town: WebTown) -> None:
    at = AT.replace(minute=0)
    act = commands(web_town)
    assert act.desk.read(typed(count_at(1, at), at)).beside
    assert not act.desk.read(typed(between(web_town))).beside


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "1" * 30},
        {"value": "9" * 61},
        {"value": "12.345"},
        {"value": "12,5"},
        {"value": "-5"},
        {"value": "1e3"},
        {"value": ""},
        {"value": "<img src=x onerror=alert(1)>"},
        {"value": "1'; DROP TABLE reading; --"},
        {"value": "1", "at": "2019-01-03T10:08:00+00:00"},
        {"value": "1", "at": "2017-12-30T10:08:00+00:00"},
        {"value": "1", "at": "yesterday"},
        {"value": "1", "at": "9999-12-31T23:59"},
        {"value": "1", "point": "b9-elec"},
        {"value": "1", "point": "' OR 1=1 --"},
        {"value": "1", "quantity": "reactive_energy_import"},
        {"value": "1", "note": "n" * 501},
    ],
    ids="-".join,
)
def test_what_no_display_shows_is_refused(seen_town: WebTown, wrong: dict[str, str]) -> None:
    for language in ("en", "zh"):
        with pytest.raises(EnergyError) as refused:
            commands(seen_town).enter(
                technician(seen_town), replace(typed(1, AT), **wrong), set(Doubted)
            )
        assert refused.value.told(language)
    assert stored(seen_town) == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TENANT, Role.KIOSK, Role.DESK, Role.ADMIN])
def test_others_enter_nothing(seen_town: WebTown, role: Role) -> None:
    with pytest.raises(NotPermittedError):
        commands(seen_town).enter(scope(seen_town, role), typed(1))
    assert stored(seen_town) == []


def test_pulse_meters_displays_are_no_registers(web_town: WebTown) -> None:
    with web_town.town.database.connection() as connection:
        connection.execute(
            f'UPDATE {web_town.town.site.schema}.meter SET address = \'{{"device": "p1"}}\' '
            "WHERE point = 'b1-elec'"
        )
    with pytest.raises(EnergyError, match="field control"):
        commands(web_town).enter(technician(web_town), typed(between(web_town)))
    page = web_town.queries.phone_meter(technician(web_town), POINT)
    assert page is not None
    assert page.rows.pulses


def test_a_meter_is_found_by_serial_point_and_part_of_its_name(seen_town: WebTown) -> None:
    def found(text: str) -> list[str]:
        return [each.point for each in seen_town.queries.find_meters(scope(seen_town), text)]

    assert found("SN-0001") == ["b1-elec"]
    assert found(" sn-0003 ") == ["b2-elec"]
    assert found("B2-GAS") == ["b2-gas"]
    assert found("meter of b1") == ["b1-elec", "b1-gas"]
    assert found("%") == found("_-elec") == found("") == found("' OR 1=1 --") == []


def test_the_page_says_plate_due_checks_and_events(web_town: WebTown) -> None:
    town = web_town.town
    checks = '[{"name": "voltage", "outcome": "ok", "text": "230 V"}]'
    with town.database.connection() as connection:
        connection.execute(
            f"INSERT INTO {town.site.schema}.meter_fact "
            "(point, serial, name, value, from_at, position) "
            "VALUES ('b1-elec', 'SN-0001', 'battery_until', '2021-09-30', now(), 1)"
        )
        connection.execute(
            f'UPDATE {town.site.schema}.meter SET record = \'{{"checks": {checks}, '
            '"location": "Board 3"}\' WHERE point = \'b1-elec\''
        )
        connection.execute(
            f"INSERT INTO {town.site.schema}.finding (code, severity, channel, start_at, end_at, "
            "position) VALUES ('usage.frozen', 'warn', 1, %s, %s, 5)",
            (AT, AT),
        )
    page = web_town.queries.phone_meter(scope(web_town, Role.VIEWER), POINT)
    assert page is not None
    meter = page.rows
    assert (meter.plate.serial, meter.location) == ("SN-0001", "Board 3")
    assert [(name, str(day)) for name, day in meter.due] == [("battery_until", "2021-09-30")]
    assert [check["name"] for check in meter.checks] == ["voltage"]
    assert [(event.happened, event.at) for event in meter.events] == [
        ("finding", AT),
        ("served", datetime(2018, 1, 1, tzinfo=UTC)),
    ]
    assert page.age_s is not None
    assert web_town.queries.phone_meter(scope(web_town), "none") is None
    with pytest.raises(NotPermittedError):
        web_town.queries.phone_meter(scope(web_town, Role.TENANT), POINT)


def test_the_contract_demand_of_the_incoming_points_is_their_limit(web_town: WebTown) -> None:
    queries, who = web_town.queries, scope(web_town)
    assert queries.demand_limit(who, Utility.ELECTRICITY) is None
    assert queries.demand_limit(who, Utility.GAS) is None


def test_a_read_knows_its_doubts() -> None:
    read = Read(
        channel=1,
        unit="kWh",
        at=AT,
        count=1,
        shown="0.01",
        doubts=(),
        others=(),
        beside=False,
    )
    assert read.doubted == frozenset()
