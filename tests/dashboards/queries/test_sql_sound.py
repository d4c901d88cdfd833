"""What is heard, who was told: asked and acted on in a real database in the role of the web."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from dashboards.queries.sound_rows import Called
from dashboards.security.scope import Role, Scope
from dashboards.sound_commands import SoundCommands
from energy.alerting.alert import Alert
from energy.alerting.notices.notice import Notice
from energy.alerting.sounding.desk import SoundDesk
from energy.alerting.sounding.errors import SoundError
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.journal.access import Access
from energy.journal.application import JournalApplication
from tests.dashboards.queries.conftest import NOW, WebTown
from tests.dashboards.queries.test_sql_alerts import folded, scope
from tests.energy.alerting.notices import book
from tests.fixtures.town_book import TownBook

pytestmark = pytest.mark.servers


def critical(name: str, *, severity: str = "critical", historic: bool = False) -> Alert:
    return Alert(
        alert=id_of("alert", name),
        rule=id_of("rule", "load"),
        channel=1,
        severity=severity,
        at=NOW,
        value=1500,
        limit_value=1200,
        historic=historic,
        command_id=uuid4(),
    )


def operations(web: WebTown) -> JournalApplication:
    town = web.town
    return JournalApplication(town.database, town.site.schema, "operations", town.clock)


def commands(web: WebTown) -> SoundCommands:
    site = web.town.site
    return SoundCommands(site.key, SoundDesk(web.staff, site.key, site.schema, ManualClock(NOW)))


def at_desk(web: WebTown) -> Scope:
    return scope(web, Role.DESK)


def test_a_board_has_what_is_heard_and_what_is_not(web_town: WebTown) -> None:
    web = web_town
    seen, shelved, child, expected = (critical(n) for n in ("seen", "shelf", "child", "expected"))
    seen.acknowledge(by=uuid4(), command_id=uuid4())
    shelved.shelve(
        until=NOW + timedelta(minutes=30), reason="x", by=uuid4(), now=NOW, command_id=uuid4()
    )
    child.attach(parent=seen.id, command_id=uuid4())
    expected.suppress(why="outage", reference="x", command_id=uuid4())
    heard = critical("heard")
    others = (critical("old", historic=True), critical("medium", severity="medium"))
    operations(web).store(seen, shelved, child, expected, heard, *others)
    folded(web.town)
    board = web.queries.sound(scope(web)).rows
    assert board.sounding == ((heard.id, "critical"),)
    assert (board.silence, board.tests) == (None, ())


def test_a_silence_by_the_web_has_a_name_and_a_critical_alert_ends_it(web_town: WebTown) -> None:
    web = web_town
    with pytest.raises(NotPermittedError):
        commands(web).silence(scope(web, Role.VIEWER), 10, seen="-")
    with pytest.raises(SoundError, match="1 to 10"):
        commands(web).silence(at_desk(web), 11, seen="-")
    for _ in range(2):
        commands(web).silence(at_desk(web), 10, seen="-")
    folded(web.town)
    silence = web.queries.sound(scope(web)).rows.silence
    assert silence is not None
    assert silence.left_s(NOW + timedelta(minutes=1)) == 540
    assert web.town.rows(f"SELECT count(*) FROM {web.town.site.schema}.alarm_silence") == [(1,)]
    operations(web).store(critical("new"))
    folded(web.town)
    silence = web.queries.sound(scope(web)).rows.silence
    assert silence is not None
    assert silence.left_s(NOW) == 0


def test_a_screen_is_tested_by_who_hears_it(web_town: WebTown) -> None:
    web = web_town
    Access(web.town.database, web.town.clock, web.town.vault).enrol_device(
        token_hash=b"x" * 32,
        kind="kiosk",
        site=web.town.site.key,
        name="Hall",
        by=uuid4(),
        view="/wall/main",
        command_id=uuid4(),
    )
    assert web.queries.sound(scope(web)).rows.screens == ("wall/Hall",)
    commands(web).begin_test(at_desk(web), "wall/Hall", seen="-")
    folded(web.town)
    begun = web.queries.sound(scope(web)).rows.begun("wall/Hall", NOW)
    assert begun is not None
    commands(web).hear(at_desk(web), begun.test)
    folded(web.town)
    board = web.queries.sound(scope(web)).rows
    assert board.begun("wall/Hall", NOW) is None
    assert board.heard("wall/Hall", NOW) is not None
    assert board.heard("wall/Hall", NOW + timedelta(hours=12)) is None


def test_who_was_told_is_called_by_name_the_highest_level_first(web_town: WebTown) -> None:
    web, known = web_town, TownBook(town=web_town.town, clock=ManualClock(NOW)).known
    alert = critical("told")
    stored: list[Any] = []
    for n, name in enumerate(("Ada", "Ben"), start=1):
        contact = book.contact(known, web.town.vault, name.lower())
        for repeat in range(2):
            notice = Notice(
                subject=alert.id,
                about="alert",
                template="alert",
                level=n,
                repeat=repeat,
                contact=contact.id,
                way="sms",
                severity="critical",
                not_before=NOW,
                facts={},
                command_id=uuid4(),
            )
            stored.append(notice)
    operations(web).store(alert, *stored)
    folded(web.town)
    called = web.queries.called(scope(web), alert.id).rows
    assert [(each.name, each.level, each.state) for each in called] == [
        ("Ben", 2, "queued"),
        ("Ada", 1, "queued"),
    ]
    assert all(isinstance(each, Called) for each in called)
    assert web.queries.called(scope(web), id_of("alert", "none")).rows == ()
