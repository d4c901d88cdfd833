"""Acknowledging: once, by a named person, however often the command comes."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.alerting.alert import Alert
from energy.alerting.desk import AlertDesk
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers

ADA, BEN = uuid4(), uuid4()


def an_alert(site: TestSite) -> UUID:
    raised = Alert(
        alert=id_of("alert", "test"),
        rule=uuid4(),
        channel=2,
        severity="high",
        at=NOON,
        value=120,
        limit_value=100,
        historic=False,
        code="",
        about="",
        command_id=command("raise"),
    )
    site.application("operations").store(raised)
    return raised.id


@pytest.fixture
def alert(site_schema: TestSite) -> UUID:
    return an_alert(site_schema)


def desk(site: TestSite) -> AlertDesk:
    return AlertDesk(site.writer, site.site, site.clock)


def test_same_command_again_is_the_same_acknowledgement(site_schema: TestSite, alert: UUID) -> None:
    once = command("ack")
    position = desk(site_schema).acknowledge(alert, ADA, once)
    assert desk(site_schema).acknowledge(alert, ADA, once) == position == 2
    assert site_schema.rows("SELECT count(*) FROM {s}.operations_events") == [(2,)]


def test_second_person_is_refused(site_schema: TestSite, alert: UUID) -> None:
    desk(site_schema).acknowledge(alert, ADA, command("ada"))
    with pytest.raises(RefusedError, match="already"):
        desk(site_schema).acknowledge(alert, BEN, command("ben"))


def test_the_end_of_a_shelf_is_told_in_the_time_of_the_site(new_site: Any) -> None:
    site: TestSite = new_site("Asia/Shanghai")
    raised = an_alert(site)
    until, at = site.clock.now() + timedelta(hours=1), desk(site)
    at.shelve(raised, until, "fan", by=ADA, command_id=command("shelve"))
    local = f"{until.astimezone(site.site.zone):%Y-%m-%d %H:%M}"
    with pytest.raises(RefusedError, match=f"until {local}\\. Take it back"):
        at.shelve(raised, until, "fan again", by=BEN, command_id=command("again"))


def test_unknown_alert_is_refused(site_schema: TestSite) -> None:
    with pytest.raises(RefusedError, match="no such alert"):
        desk(site_schema).acknowledge(uuid4(), ADA, command("ack"))


def test_many_people_at_once_are_one_acknowledgement(site_schema: TestSite, alert: UUID) -> None:
    refused: list[str] = []
    start = threading.Barrier(5)

    def acknowledge(n: int) -> None:
        start.wait()
        try:
            desk(site_schema).acknowledge(alert, uuid4(), command("ack", n))
        except RefusedError as error:
            refused.append(error.code)

    threads = [threading.Thread(target=acknowledge, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 4
    assert site_schema.rows("SELECT count(*) FROM {s}.operations_events") == [(2,)]


def test_alert_cleared_meanwhile_can_still_be_acknowledged(
    site_schema: TestSite, alert: UUID
) -> None:
    operations = site_schema.application("operations")
    known = operations.find(alert)
    assert isinstance(known, Alert)
    known.clear(at=NOON, value=1, command_id=command("clear"))
    known.clear(at=NOON, value=1, command_id=command("clear again"))
    operations.store(known)
    assert desk(site_schema).acknowledge(alert, ADA, command("ack")) == 3
