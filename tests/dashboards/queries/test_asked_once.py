"""Questions before which answers are kept: equal eyes share them, others never do."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.queries.asked_once import NOBODY, QUESTIONS, asked_once
from dashboards.queries.ports import Queries
from dashboards.queries.rows import Answer
from dashboards.security.scope import Role, Scope
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError

NOON = datetime(2026, 10, 31, 12, 0, 30, tzinfo=UTC)
SCOPES = st.builds(
    Scope,
    person=st.sampled_from([UUID(int=1), UUID(int=2)]),
    name=st.sampled_from(["Ada", "Bo"]),
    roles=st.frozensets(st.sampled_from([Role.VIEWER, Role.ADMIN, Role.TENANT]), max_size=2),
    sites=st.frozensets(st.sampled_from(["here", "there"]), max_size=2),
    tenants=st.frozensets(st.sampled_from(["account/A", "account/B", "party/A"]), max_size=2),
)


@dataclass
class Told:
    """Tells whose eyes it was asked by."""

    asked: list[tuple[Scope, tuple[object, ...]]] = field(default_factory=list)
    newest_at: datetime | None = None

    def tiles(self, scope: Scope, *arguments: object) -> Answer[Any]:
        self.asked.append((scope, arguments))
        eyes = (scope.roles, scope.sites, scope.tenants)
        return Answer(rows=(eyes, arguments), as_of=1, age_s=0, newest_at=self.newest_at)

    own_page = token = tiles

    def meter(self, scope: Scope, point: str) -> str:
        self.asked.append((scope, (point,)))
        return point

    def await_run(self, scope: Scope, run: UUID, state: str) -> None:
        return None


class Stamps:
    def __init__(self) -> None:
        self.position = 1
        self.forgotten = 0

    def now(self) -> int:
        return self.position

    def forget(self) -> None:
        self.forgotten += 1


@dataclass
class Desk:
    told: Told = field(default_factory=Told)
    stamps: Stamps = field(default_factory=Stamps)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))

    def __post_init__(self) -> None:
        self.queries: Any = asked_once(cast("Queries", self.told), self.stamps, self.clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def viewer(**more: Any) -> Scope:
    whole = {"person": uuid4(), "name": "X", "roles": {Role.VIEWER}, "sites": {"here"}, **more}
    sets = {name: frozenset(whole[name]) for name in ("roles", "sites")}
    return Scope(**{**whole, **sets})


@given(st.lists(SCOPES, min_size=2, max_size=12))
def test_nobody_is_told_what_other_eyes_saw(scopes: list[Scope]) -> None:
    desk = Desk()
    for scope in scopes:
        eyes, _ = desk.queries.tiles(scope).rows
        assert eyes == (scope.roles, scope.sites, scope.tenants)
    different = {(scope.roles, scope.sites, scope.tenants) for scope in scopes}
    assert len(desk.told.asked) == len(different)


@given(SCOPES)
def test_an_answer_is_worked_out_without_the_person(scope: Scope) -> None:
    desk = Desk()
    desk.queries.tiles(replace(scope, only_view="/wall/main", confirmed=lambda: True))
    ((seen, _),) = desk.told.asked
    assert (seen.person, seen.name, seen.only_view) == (NOBODY, "", "")
    assert seen.confirmed is not None
    assert not seen.confirmed()


def test_people_who_may_see_the_same_are_told_by_one_question(desk: Desk) -> None:
    for _ in range(50):
        desk.queries.tiles(viewer())
    assert len(desk.told.asked) == 1


def test_arguments_and_questions_are_told_apart(desk: Desk) -> None:
    who = viewer()
    for question, arguments in (("tiles", ()), ("tiles", ("gas",)), ("token", ())):
        assert getattr(desk.queries, question)(who, *arguments).rows[1] == arguments
    assert len(desk.told.asked) == 3


def test_a_moved_position_asks_anew(desk: Desk) -> None:
    desk.queries.tiles(viewer())
    desk.stamps.position += 1
    desk.queries.tiles(viewer())
    assert len(desk.told.asked) == 2


def test_a_tenancy_that_begins_or_ends_asks_anew(desk: Desk) -> None:
    who = viewer(roles={Role.TENANT}, tenants=frozenset({"account/A"}))
    moved = replace(who, tenants=frozenset({"account/A", "account/B"}))
    for scope in (who, moved, who):
        assert desk.queries.own_page(scope).rows[0][2] == scope.tenants
    assert len(desk.told.asked) == 2


def test_a_new_minute_asks_anew_for_intervals_become_due(desk: Desk) -> None:
    desk.queries.tiles(viewer())
    desk.clock.move_to(NOON + timedelta(seconds=29))
    desk.queries.tiles(viewer())
    assert len(desk.told.asked) == 1
    desk.clock.move_to(NOON + timedelta(seconds=30))
    desk.queries.tiles(viewer())
    assert len(desk.told.asked) == 2


def test_the_age_is_that_of_the_moment(desk: Desk) -> None:
    desk.told.newest_at = NOON - timedelta(seconds=3.5)
    assert desk.queries.tiles(viewer()).age_s == 3
    desk.clock.move_to(NOON + timedelta(seconds=20.4))
    assert desk.queries.tiles(viewer()).age_s == 23
    assert len(desk.told.asked) == 1


def test_an_age_that_nobody_told_stays(desk: Desk) -> None:
    desk.queries.tiles(viewer())
    desk.clock.move_to(NOON + timedelta(seconds=20))
    assert desk.queries.tiles(viewer()).age_s == 0


def test_what_is_not_listed_is_asked_each_time_by_the_person(desk: Desk) -> None:
    who = viewer()
    assert [desk.queries.meter(who, "m") for _ in range(2)] == ["m", "m"]
    assert [scope for scope, _ in desk.told.asked] == [who, who]


def test_who_waited_for_their_write_sees_the_views_of_now(desk: Desk) -> None:
    desk.queries.await_run(viewer(), uuid4(), "issued")
    assert desk.stamps.forgotten == 1


def test_every_question_listed_is_one_of_the_port_and_takes_the_scope_first() -> None:
    for name in QUESTIONS:
        first = list(inspect.signature(getattr(Queries, name)).parameters)[1]
        assert first == "scope", name


def test_a_refusal_is_not_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(scope: Scope) -> None:
        raise NotPermittedError.of("person.role", role="viewer", site="here")

    monkeypatch.setattr(desk.told, "tiles", refuse, raising=False)
    for _ in range(2):
        with pytest.raises(NotPermittedError):
            desk.queries.tiles(viewer(roles=set()))
