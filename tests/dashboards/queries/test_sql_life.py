"""A point's life, asked of a real database in the role of the web process."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from dashboards.queries.life_rows import MeterLife
from dashboards.security.scope import Role, Scope
from dashboards.selection import selection_of
from energy.base.clock import to_us
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.journal.application import JournalApplication
from energy.metering.correction import Estimate
from tests.dashboards.queries.conftest import WebTown

pytestmark = pytest.mark.servers
POINT = "b1-elec"


def scope(web: WebTown, role: Role = Role.VIEWER) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({role}),
        sites=frozenset({web.town.site.key}),
        tenants=frozenset({"b1"} if role is Role.TENANT else ()),
    )


def asked(web: WebTown, search: str, point: str = POINT) -> MeterLife | None:
    selection = selection_of(search, date(2019, 1, 3))
    answer = web.queries.meter_life(scope(web), point, selection)
    return None if answer is None else answer.rows


def own_channel(web: WebTown) -> int:
    statement = f"SELECT number FROM {web.town.site.schema}.channel WHERE point = '{POINT}'"
    number = web.town.one(statement)
    assert isinstance(number, int)
    return number


def test_a_day_has_its_usage_its_register_and_no_gap(seen_town: WebTown) -> None:
    life = asked(seen_town, "?at=2019-01-02")
    assert life is not None
    assert life.usage is not None
    assert (len(life.usage.usage), life.due, life.gaps) == (96, 96, ())
    assert (life.whole.expected, life.whole.measured) == (96, 96)
    assert life.register[0].at == datetime(2019, 1, 2, tzinfo=UTC)
    assert not life.midnights
    rise = life.register[-1].value - life.register[0].value
    assert 0 < rise <= float(life.usage.usage.sum()) / 1000


def test_a_month_tells_the_register_at_midnights_as_it_was_read(seen_town: WebTown) -> None:
    month, day = asked(seen_town, "?span=month"), asked(seen_town, "?at=2019-01-02")
    assert month is not None
    assert day is not None
    assert month.midnights
    told = {point.at: point.value for point in month.register}
    assert told[day.register[0].at] == pytest.approx(day.register[0].value)
    assert month.due < 3 * 96, "what is not over is not due"


def test_who_served_and_what_the_journal_holds(seen_town: WebTown) -> None:
    life = asked(seen_town, "")
    assert life is not None
    (served,) = (each for each in life.served if each.end is None)
    assert (served.serial, served.multiplier) == ("SN-0001", "1")
    topics = [each.topic for each in life.journal]
    assert topics == ["meter.commissioned", "meter.planned"]
    assert life.journal[0].position > life.journal[1].position
    assert life.journal[0].holds_from is not None


def test_findings_that_touch_the_days_say_how_they_stand(web_town: WebTown) -> None:
    town = web_town.town
    number = own_channel(web_town)
    with town.database.connection() as connection:
        for n, at in enumerate(("2019-01-02T10:00Z", "2018-11-02T10:00Z")):
            connection.execute(
                f"INSERT INTO {town.site.schema}.finding (code, severity, channel, start_at, "
                "end_at, position) VALUES ('register.jump', 'warn', %s, %s, %s, %s)",
                (number, at, at, n),
            )
    life = asked(web_town, "?span=week")
    assert life is not None
    assert [(each.code, each.state) for each in life.found] == [("register.jump", "open")]


def test_an_estimate_says_its_method_what_it_used_and_who_stated_it(web_town: WebTown) -> None:
    town, at = web_town.town, datetime(2019, 1, 2, 10, tzinfo=UTC)
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    metering.store(
        Estimate(
            channel=own_channel(web_town),
            readings=[[to_us(at), 1_000], [to_us(at + timedelta(hours=1)), 1_001]],
            learned_us=to_us(at),
            method="linear",
            inputs={"weeks": "4"},
            stated_by=id_of("person", "nobody known"),
            command_id=uuid4(),
        )
    )
    town.catch_up()
    life = asked(web_town, "?at=2019-01-02")
    assert life is not None
    (stated,) = life.stated
    assert (stated.kind, stated.method, stated.reason) == ("estimate", "linear", "weeks: 4")
    assert (stated.readings, stated.state, stated.by) == (2, "stands", "?")
    assert (stated.start, stated.end) == (at, at + timedelta(hours=1))
    newest = life.journal[0]
    assert (newest.topic, newest.by, newest.reason) == ("readings.estimated", "?", "linear")
    yesterday = asked(web_town, "?at=2019-01-01")
    assert yesterday is not None
    assert yesterday.stated == ()


def test_a_gap_says_from_when_to_when_and_how_it_is_filled(web_town: WebTown) -> None:
    town = web_town.town
    with town.database.connection() as connection:
        connection.execute(
            f"UPDATE {town.site.schema}.usage_block AS b SET quality = "
            "set_byte(set_byte(quality, 4, %s), 5, %s) "
            f"FROM {town.site.schema}.channel AS c WHERE c.number = b.channel "
            "AND c.point = 'b1-elec' AND b.day = '2019-01-02'",
            (int(Quality.MISSING), int(Quality.ESTIMATED)),
        )
    life = asked(web_town, "?at=2019-01-02")
    assert life is not None
    begin = datetime(2019, 1, 2, 1, tzinfo=UTC)
    step = timedelta(minutes=15)
    assert [(gap.start, gap.end, gap.quality) for gap in life.gaps] == [
        (begin, begin + step, Quality.MISSING),
        (begin + step, begin + 2 * step, Quality.ESTIMATED),
    ]
    assert (life.whole.missing, life.whole.estimated) == (1, 1)


def test_no_such_point_and_no_such_right(seen_town: WebTown) -> None:
    assert asked(seen_town, "", "nowhere") is None
    selection = selection_of("", date(2019, 1, 3))
    with pytest.raises(NotPermittedError):
        seen_town.queries.meter_life(scope(seen_town, Role.TENANT), POINT, selection)
