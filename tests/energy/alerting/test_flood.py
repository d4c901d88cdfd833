"""One cause, one alert: what is told on what, and never in a circle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.flood import JOIN, MANY, SETTLE, WITHIN, Fed, Gathered, Group, Standing, gather
from energy.base.ids import id_of

AT = datetime(2019, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def named(name: str) -> UUID:
    return id_of("alert", name)


def one(name: str, after_s: float = 0, **facts: Any) -> Standing:
    said: dict[str, Any] = {"rule": id_of("rule", name), "severity": "high", **facts}
    return Standing(alert=named(name), at=AT + after_s * SECOND, **said)


FED = Fed(
    at={
        f"channel:{n}": frozenset({f"node:e/{node}", f"point:{node}", "source:bus-1"})
        for n, node in enumerate(("a", "b", "c", "far"), start=1)
    },
    edges=frozenset(
        (f"node:e/{a}", f"node:e/{b}")
        for a, b in (("in", "a"), ("a", "b"), ("b", "c"), ("in", "x"), ("x", "far"), ("b", "far"))
    ),
    roots=frozenset({"node:e/in"}),
)
"""in -> a -> b -> c; `far` is fed by x and by b."""


def told(gathered: Gathered) -> dict[UUID, UUID]:
    return dict(gathered.parents)


def test_what_a_dead_node_fed_is_told_on_it_and_on_the_nearest() -> None:
    a, b = (one(n, about=f"node:e/{n}", cuts=True) for n in "ab")
    below, far = one("below", 5, channel=3), one("far", 5, channel=4)
    assert told(gather([a, b, below, far], [], FED)) == {
        b.alert: a.alert,
        below.alert: b.alert,
    }, "far has another feed"


def test_children_that_came_first_are_told_on_a_parent_that_is_known_later() -> None:
    soon, before = one("soon", channel=3), one("before", -SETTLE.total_seconds() - 1, channel=3)
    dead = one("a", about="node:e/a", cuts=True)
    assert told(gather([dead], [soon, before], FED)) == {soon.alert: dead.alert}


def test_a_dead_source_tells_of_all_that_it_reads_and_a_cleared_one_of_nothing() -> None:
    dead = one("bus", about="source:bus-1", cuts=True)
    silent = [one(f"m{n}", n, channel=n) for n in (1, 2)]
    assert told(gather(silent, [dead], FED)) == {each.alert: dead.alert for each in silent}
    gone = one("bus", about="source:bus-1", cuts=True, cleared=True)
    assert told(gather(silent, [gone], FED)) == {}


def test_nothing_is_told_on_what_is_less_severe() -> None:
    dead = one("bus", about="source:bus-1", cuts=True, severity="medium")
    trip, door, low = (one(s, 1, channel=1, severity=s) for s in ("critical", "high", "low"))
    assert told(gather([dead], [trip, door, low], FED)) == {low.alert: dead.alert}
    rule = id_of("rule", "door")
    run = [one(f"d{n}", n, rule=rule) for n in range(MANY)]
    ((_, group),) = gather(run, [], Fed()).raised
    children = [one(f"d{n}", n, rule=rule, parent=group.alert) for n in range(MANY)]
    worse = one("worse", MANY, rule=rule, severity="critical")
    assert told(gather([worse], [group, *children], Fed())) == {}, "it was made critical meanwhile"
    ((_, mixed),) = gather([*run[:-1], worse], [], Fed()).raised
    assert mixed.severity == "critical"


def test_two_alerts_of_one_dead_thing_stand_beside_each_other() -> None:
    both = [one(n, about="node:e/a", cuts=True) for n in ("trip", "voltage")]
    assert told(gather(both, [], FED)) == {}


@pytest.mark.parametrize("number", [MANY - 1, MANY, 5 * MANY])
def test_many_of_one_rule_within_a_minute_are_one(number: int) -> None:
    rule = id_of("rule", "door")
    fresh = [one(f"d{n}", n / 10, rule=rule) for n in range(number)]
    gathered = gather(fresh, [], Fed())
    if number < MANY:
        assert (gathered.parents, gathered.raised) == ({}, ())
        return
    ((group, parent),) = gathered.raised
    assert (group, parent.rule, parent.severity) == (Group.MANY, rule, "high")
    assert set(told(gathered).values()) == {parent.alert}
    assert set(told(gathered)) == {each.alert for each in fresh}


def test_many_are_counted_with_those_that_stand_and_joined_while_they_go_on() -> None:
    rule = id_of("rule", "door")
    before = [one(f"d{n}", n, rule=rule) for n in range(MANY - 1)]
    gathered = gather([one("last", MANY, rule=rule)], before, Fed())
    ((_, parent),) = gathered.raised
    assert len(gathered.parents) == MANY
    children = [one(f"d{n}", n, rule=rule, parent=parent.alert) for n in range(MANY)]
    late = JOIN.total_seconds() + MANY
    for after_s, joins in ((late - 2, True), (late + 1, False)):
        fresh = one("more", after_s, rule=rule)
        gathered = gather([fresh], [parent, *children], Fed())
        assert (gathered.parents, gathered.raised) == (
            {fresh.alert: parent.alert} if joins else {},
            (),
        )


def test_what_comes_slowly_is_many_alerts() -> None:
    rule = id_of("rule", "door")
    pace = WITHIN.total_seconds() / (MANY - 2)
    fresh = [one(f"d{n}", n * pace, rule=rule) for n in range(5 * MANY)]
    assert gather(fresh, [], Fed()).raised == ()


def test_a_dead_source_takes_over_what_was_told_on_one_for_many() -> None:
    rule = id_of("rule", "silent")
    fresh = [one(f"m{n}", n, rule=rule, channel=1) for n in range(MANY)]
    first = gather(fresh, [], FED)
    ((_, group),) = first.raised
    before = [one(f"m{n}", n, rule=rule, channel=1, parent=group.alert) for n in range(MANY)]
    dead = one("bus", 20, about="source:bus-1", cuts=True)
    assert set(told(gather([dead], [group, *before], FED)).values()) == {dead.alert}


def test_old_readings_of_a_source_make_one_summary() -> None:
    facts = {"historic": True}
    fresh = [one(f"o{n}", 3600 * n, channel=1 + n % 4, **facts) for n in range(12)]
    gathered = gather(fresh, [], FED)
    ((group, summary),) = gathered.raised
    assert (group, summary.about, summary.historic) == (Group.OLD, "source:bus-1", True)
    assert set(told(gathered)) == {each.alert for each in fresh}
    alone = gather(fresh[:1], [], FED)
    assert (alone.parents, alone.raised) == ({}, ())
    ((_, found),) = gather(fresh[1:2], fresh[:1], FED).raised
    assert found == summary, "whatever came with whatever"
    later = one("later", 90_000, channel=2, **facts)
    again = gather([later], [summary], FED)
    assert (told(again), again.raised) == ({later.alert: summary.alert}, ())


STANDINGS = st.builds(
    one,
    st.sampled_from([f"n{n}" for n in range(12)]),
    st.integers(0, 300),
    rule=st.sampled_from([id_of("rule", name) for name in "xy"]),
    channel=st.integers(0, 4),
    about=st.sampled_from(["", "node:e/a", "node:e/b", "node:e/far", "source:bus-1"]),
    cuts=st.booleans(),
    historic=st.booleans(),
    parent=st.sampled_from([None, None, named("n0"), named("n1")]),
)
RING = Fed(at=FED.at, edges=FED.edges | {(b, a) for a, b in FED.edges}, roots=frozenset())


@given(
    st.lists(STANDINGS, max_size=12), st.lists(STANDINGS, max_size=12), st.sampled_from([FED, RING])
)
def test_nothing_is_told_on_itself_nor_twice_nor_on_what_is_not_there(
    fresh: list[Standing], before: list[Standing], fed: Fed
) -> None:
    known = {each.alert: each for each in (*before, *fresh)}
    mine = {each.alert for each in fresh}
    old = [each for each in before if each.alert not in mine]
    stood = {a: each.parent for a, each in known.items()}
    if any(_root(stood, alert) is None for alert in stood):
        return  # never stored so
    gathered = gather(list({each.alert: each for each in fresh}.values()), old, fed)
    parents = stood | dict(gathered.parents) | {each.alert: None for _, each in gathered.raised}
    assert set(gathered.parents) <= set(known)
    assert set(gathered.parents.values()) <= set(parents)
    for alert in parents:
        assert _root(parents, alert) is not None, "a circle: nobody would be told"


def _root(parents: dict[UUID, UUID | None], alert: UUID) -> UUID | None:
    """Return the alert that tells of another; None for a circle."""
    for _ in range(len(parents) + 1):
        up = parents.get(alert)
        if up is None:
            return alert
        alert = up
    return None
