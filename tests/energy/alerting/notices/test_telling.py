"""Alert facts become notices: once, of what is fresh, on to the next way and level, to its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.alert import Alert
from energy.alerting.notices.contact import contact_id
from energy.alerting.notices.duties import OWED_S
from energy.alerting.notices.gateway import Handed
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.telling import FOLLOWER, Telling
from energy.base.ids import id_of
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import rebuilt

pytestmark = pytest.mark.servers


@pytest.fixture
def site(site_schema: TestSite) -> TestSite:
    """A site with an address book, whose notices are followed from here on."""
    book.a_book(site_schema)
    book.settle(site_schema)
    telling(site_schema).begin()
    return site_schema


def telling(site: TestSite) -> Telling:
    return Telling(site.writer, site.site, site.clock)


def looked(site: TestSite, seconds: float = 0) -> list[tuple[Any, ...]]:
    """Follow and tick; return what is queued: who, way, level, repeat, template."""
    site.tick(seconds)
    book.settle(site)
    while telling(site).follow():
        pass
    telling(site).tick()
    book.settle(site)
    return site.rows(
        "SELECT c.key, n.way, n.level, n.repeat, n.template FROM {s}.notice AS n "
        "JOIN {s}.contact AS c USING (contact) WHERE n.state = 'queued' ORDER BY 3, 4, 1, 2"
    )


def notices(site: TestSite) -> list[Notice]:
    rows = site.rows("SELECT notice FROM {s}.notice WHERE state = 'queued' ORDER BY position")
    found = site.application("operations").find_all(notice for (notice,) in rows)
    return list(found.values())


def handed(site: TestSite) -> None:
    """Let a gateway take everything that waits."""
    for notice in notices(site):
        notice.hand(
            Handed(reference=str(notice.id)), gateway="a", currency="GBP", language="en",
            text="t", with_it=0, command_id=command("hand", notice.id),
        )  # fmt: skip
        site.application("operations").store(notice)
    book.settle(site)


def given_up(site: TestSite, which: Iterable[Notice] | None = None) -> None:
    for notice in notices(site) if which is None else which:
        notice.give_up("down", command_id=command("give up", notice.id))
        site.application("operations").store(notice)
    book.settle(site)


def changed(site: TestSite, alert: UUID, **how: Any) -> None:
    """Let an alert be acknowledged or cleared."""
    known = site.application("operations").find(alert)
    assert isinstance(known, Alert)
    if "by" in how:
        known.acknowledge(by=how["by"], command_id=command("ack", alert))
    else:
        known.clear(at=site.clock.now(), value=1, command_id=command("clear", alert))
    site.application("operations").store(known)


FIRST = [("ada", "sms", 1, 0, "alert"), ("ben", "sms", 1, 0, "alert")]


def test_an_alert_is_told_to_everybody_on_duty_once(site: TestSite) -> None:
    book.an_alert(site)
    assert looked(site) == FIRST
    assert looked(site, 10) == FIRST


def test_what_is_raised_while_nobody_is_on_duty_waits_for_the_first_who_is(
    site: TestSite,
) -> None:
    now = site.clock.now().astimezone(site.site.zone)
    begins = (now + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    hours = f"mon-sun {begins:%H}:00-{begins + timedelta(hours=1):%H}:00"
    who = [{"severity": "high", "level": 1, "group": "duty", "ways": "sms", "hours": hours}]
    book.change_plan(site, who=who)
    book.an_alert(site, severity="high")
    assert looked(site) == FIRST
    assert {notice.not_before for notice in notices(site)} == {begins}


def test_levels_follow_each_other_after_quiet_hours(site: TestSite) -> None:
    now = site.clock.now().astimezone(site.site.zone)
    ends = (now + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    duty = {"repeat_s": 0, "escalate_s": 600, "tell_cleared": True}
    who = [
        {"severity": "high", "level": level, "group": group, "ways": ways}
        for level, group, ways in ((1, "duty", "sms"), (2, "managers", "mail"))
    ]
    quiet = {"high": f"mon-sun {now:%H}:00-{ends:%H}:00"}
    book.change_plan(site, who=who, quiet=quiet, duty={"high": duty})
    book.an_alert(site, severity="high")
    assert looked(site) == FIRST
    assert looked(site, 3600) == FIRST, "nobody of the first level has been told yet"
    site.clock.move_to(ends)
    handed(site)
    assert looked(site, 599) == []
    assert looked(site, 1) == [("eve", "mail", 2, 0, "escalation")]


def test_a_crash_between_notices_and_position_queues_nothing_twice(site: TestSite) -> None:
    book.an_alert(site)
    looked(site)
    before = site.rows("SELECT count(*) FROM {s}.operations_events")
    with site.writer.connection() as connection:
        connection.execute(
            f"UPDATE {site.schema}.follower SET position = 0 WHERE name = %s".encode(), (FOLLOWER,)
        )
    assert looked(site) == FIRST
    assert site.rows("SELECT count(*) FROM {s}.operations_events") == before


def test_a_rebuild_queues_nothing(site: TestSite) -> None:
    book.an_alert(site)
    looked(site)
    handed(site)
    before = site.rows("SELECT count(*) FROM {s}.operations_events")
    rebuilt(site, "notices", "alerts", "operations")
    assert looked(site) == []
    assert site.rows("SELECT count(*) FROM {s}.operations_events") == before


def test_a_site_that_told_nobody_so_far_tells_nobody_of_its_past(site_schema: TestSite) -> None:
    site = site_schema
    book.a_book(site)
    book.an_alert(site)
    assert looked(site) == []
    book.an_alert(site, "another")
    assert looked(site) == FIRST


def test_what_is_historic_or_known_to_somebody_is_told_to_nobody(site: TestSite) -> None:
    book.an_alert(site, "old", historic=True)
    seen = book.an_alert(site, "seen")
    changed(site, seen.id, by=book.ADMIN)
    assert looked(site) == []


def test_what_came_and_went_before_we_looked_is_told_as_that(site: TestSite) -> None:
    over = book.an_alert(site)
    changed(site, over.id)
    assert [row[-1] for row in looked(site)] == ["ended", "ended"]


def test_a_way_without_a_gateway_is_passed_over_where_there_is_another(site: TestSite) -> None:
    book.an_alert(site)
    book.settle(site)
    Telling(site.writer, site.site, site.clock, ["mail"]).follow()
    assert looked(site) == [
        ("ada", "sms", 1, 0, "alert"),  # she has no other: it waits for a gateway
        ("ben", "mail", 1, 0, "alert"),
    ]


def test_a_severity_without_duty_is_told_to_nobody(site: TestSite) -> None:
    book.an_alert(site, severity="low")
    assert looked(site) == []


def test_it_is_told_again_and_to_the_next_level_until_somebody_acknowledges(
    site: TestSite,
) -> None:
    alert = book.an_alert(site)
    looked(site)
    handed(site)
    assert looked(site, 299) == []
    assert looked(site, 1) == [
        ("ada", "sms", 1, 1, "repeat"),
        ("ben", "sms", 1, 1, "repeat"),
    ]
    handed(site)
    assert looked(site, 300) == [("eve", "mail", 2, 0, "escalation")]
    handed(site)
    assert looked(site, 300) == [("eve", "mail", 2, 1, "repeat")]
    handed(site)
    changed(site, alert.id, by=book.ADMIN)
    assert looked(site, 3000) == []


def test_a_repeat_does_not_join_what_still_waits(site: TestSite) -> None:
    book.an_alert(site)
    assert looked(site) == FIRST
    assert looked(site, 300) == FIRST
    assert ("ada", "sms", 1, 1, "repeat") not in looked(site, 30)


def test_one_way_given_up_the_next_is_used_and_then_the_next_level(site: TestSite) -> None:
    book.an_alert(site)
    looked(site)
    given_up(site)
    assert looked(site) == [("ben", "mail", 1, 0, "alert")]
    given_up(site)
    assert looked(site, 1) == [("eve", "mail", 2, 0, "escalation")]
    given_up(site)
    assert looked(site, 298) == []
    assert looked(site, 1) == [
        ("ada", "sms", 1, 1, "repeat"),
        ("ben", "sms", 1, 1, "repeat"),
    ]
    assert looked(site, 1)[2:] == [("eve", "mail", 2, 1, "repeat")]


def test_after_an_outage_of_the_gateways_everybody_is_told_who_is_owed(site: TestSite) -> None:
    book.an_alert(site)
    looked(site)
    given_up(site)
    looked(site)
    given_up(site)
    looked(site)
    given_up(site)  # ada, ben by two ways, eve: nobody was reached
    assert [row[:3] for row in looked(site, 300)] == [
        ("ada", "sms", 1),
        ("ben", "sms", 1),
        ("eve", "mail", 2),
    ]
    handed(site)
    assert looked(site, 299) == []


def test_who_was_reached_is_not_told_again_for_one_who_was_not(site: TestSite) -> None:
    book.an_alert(site, severity="high")  # told once
    looked(site)
    ada = contact_id(site.site.key, "ada")
    given_up(site, [each for each in notices(site) if each.contact == ada])
    handed(site)
    assert looked(site, OWED_S - 1) == []
    assert looked(site, 1) == [("ada", "sms", 1, 1, "repeat")]


def test_a_level_with_nobody_to_tell_is_passed_over(site: TestSite) -> None:
    book.group(site, "nobody")
    rows = [
        {"severity": "critical", "level": 1, "group": "nobody", "ways": ["sms"]},
        {"severity": "critical", "level": 2, "group": "managers", "ways": ["mail"]},
    ]
    book.change_plan(site, who=rows)
    book.an_alert(site)
    assert looked(site) == [("eve", "mail", 2, 0, "alert")]


def test_who_was_told_is_told_that_it_is_over(site: TestSite) -> None:
    alert = book.an_alert(site)
    looked(site)
    handed(site)
    changed(site, alert.id)
    over = [("ada", "sms", 0, 0, "cleared"), ("ben", "sms", 0, 0, "cleared")]
    assert looked(site, 5) == over
    handed(site)
    assert looked(site, 3000) == []


def test_what_came_and_went_unheard_is_told_until_somebody_was_reached(site: TestSite) -> None:
    alert = book.an_alert(site, severity="high")
    looked(site)
    given_up(site)
    changed(site, alert.id)
    assert looked(site) == [("ben", "mail", 1, 0, "ended")]
    given_up(site)
    assert looked(site, timedelta(minutes=5).total_seconds()) == [
        ("ada", "sms", 1, 1, "ended"),
        ("ben", "sms", 1, 1, "ended"),
    ]


def test_what_a_notice_says_stands_in_it(site: TestSite) -> None:
    book.an_alert(site)
    looked(site)
    (notice, _) = notices(site)
    assert notice.facts["value"] == "120"
    assert Decimal(notice.facts["limit"]) == 100


def test_what_a_rule_judges_is_told_in_its_own_unit(site: TestSite) -> None:
    with site.writer.connection() as connection:
        connection.execute(
            f"INSERT INTO {site.schema}.rule VALUES (%s, 'low', 1, 'Low', 0, %s, 0)".encode(),
            (id_of("rule", "leak"), '{"kind": "prepaid_low"}'),
        )
    book.an_alert(site)
    looked(site)
    (notice, _) = notices(site)
    assert (notice.facts["value"], notice.facts["limit"]) == ("1.2", "1"), "not 120 hundredths"
