"""A wall tells of planned outages and of assured events, each in one row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from dash.development.base_component import Component

from dashboards.pages.wall.layout import panels
from dashboards.pages.wall.view_model import wall_model
from dashboards.queries.assurance_rows import EventBoard
from dashboards.queries.outage_rows import OutageBoard
from dashboards.queries.rows import Answer
from dashboards.security.scope import Role
from energy.service.assurance.kinds import EventState
from energy.service.assurance.reads import EventRow
from tests.dashboards.fake_alerts import FakeAlerts
from tests.dashboards.fake_energy import NOW, ZONE
from tests.dashboards.fakes import FakeSite
from tests.dashboards.test_pages import nodes, parts, viewer


def row(tree: object, name: str = "outages") -> str | None:
    """Return what a row says; None where there is none."""
    found = (
        each
        for each in nodes(tree)
        if isinstance(each, Component)
        and f"wall-{name}" in str(getattr(each, "className", "")).split()
    )
    return next((" ".join(n for n in nodes(each) if isinstance(n, str)) for each in found), None)


def shown(monkeypatch: pytest.MonkeyPatch, board: OutageBoard, language: str = "en") -> str | None:
    given, who = parts(), viewer(Role.KIOSK, language)
    answer = Answer(rows=board, as_of=0, age_s=None)
    none = Answer(rows=EventBoard(events=(), now=NOW), as_of=0, age_s=None)
    monkeypatch.setattr(given.queries, "outages", lambda _scope: answer)
    monkeypatch.setattr(given.queries, "assured_events", lambda _scope: none)
    return row(panels(who, wall_model(given, who, "main"), zone=ZONE, now=NOW))


def board() -> OutageBoard:
    given = parts()
    return given.queries.outages(viewer(Role.KIOSK).scope).rows


def test_what_is_off_and_what_begins_soon_stand_on_a_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    known = board()
    said = shown(monkeypatch, known)
    assert said is not None
    for words in ("Planned outages", "off now", "Feeder 0", "14:00 – 17:00"):
        assert words in said
    assert "more" not in said


def test_a_time_of_another_day_has_its_day_and_the_third_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (off,) = board().running
    soon = replace(off, begins_at=NOW + timedelta(hours=23), ends_at=NOW + timedelta(hours=26))
    both = shown(monkeypatch, OutageBoard(running=(off,), ahead=(soon, soon), past=()))
    assert both is not None
    assert "16 Jul 14:07 – 16 Jul 17:07" in both
    assert "1 more" in both
    chinese = shown(monkeypatch, OutageBoard(running=(), ahead=(soon,), past=()), "zh")
    assert chinese is not None
    assert "7月16日 14:07" in chinese


def test_a_wall_without_outages_has_no_row_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    (off,) = board().running
    untold = replace(off, holds=0, begins_at=NOW + timedelta(hours=1))
    later = replace(off, begins_at=NOW + timedelta(hours=25))
    assert shown(monkeypatch, OutageBoard(running=(), ahead=(untold, later), past=(off,))) is None
    assert shown(monkeypatch, OutageBoard(running=(), ahead=(), past=())) is None


def test_a_critical_alert_leaves_the_row_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    given, who = parts(), viewer(Role.KIOSK)
    assert isinstance(given.queries, FakeSite)
    alarm = replace(FakeAlerts.open_alerts(given.queries, who.scope).rows[0], severity="critical")
    given.queries.more.append(alarm)
    model = wall_model(given, who, "main")
    assert model.alarm is not None
    said = row(panels(who, model, zone=ZONE, now=NOW))
    assert said is not None
    assert "Feeder 0" in said


def events_shown(monkeypatch: pytest.MonkeyPatch, *events: EventRow) -> str | None:
    given, who = parts(), viewer(Role.KIOSK)
    answer = Answer(rows=EventBoard(events=events, now=NOW), as_of=0, age_s=None)
    monkeypatch.setattr(given.queries, "assured_events", lambda _scope: answer)
    return row(panels(who, wall_model(given, who, "main"), zone=ZONE, now=NOW), "assurance")


def test_an_event_that_runs_or_begins_soon_stands_on_a_wall(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every = parts().queries.assured_events(viewer(Role.KIOSK).scope).rows.events
    (running,) = (each for each in every if each.at(NOW) is EventState.RUNNING)
    said = events_shown(monkeypatch, *every)
    assert said is not None
    for words in ("Assured events", "running", "State visit <script>", "until 16 Jul 02:07"):
        assert words in said
    assert "1 more" in said, "the foot has room for one of each"
    later = replace(running, begins_at=NOW + timedelta(hours=25), ends_at=NOW + timedelta(hours=26))
    over = replace(running, ends_at=NOW)
    off = replace(running, state="called_off")
    unheld = replace(running, state="planned", holds=0)
    assert events_shown(monkeypatch, later, over, off, unheld) is None
