"""Aggregates: lasting topics, the injected clock, commands that are remembered."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from energy.base.aggregate import use_clock
from energy.base.clock import ManualClock, SystemClock
from energy.metering.plant import ChannelRegister
from tests.fixtures.batches import MIDNIGHT

ROOT = Path(__file__).resolve().parents[3]
BASES = ROOT / "energy" / "base" / "aggregate.py"
"""What all aggregates and events derive from: nothing of it is stored as it is."""


@pytest.fixture
def midnight() -> Iterator[None]:
    use_clock(ManualClock(MIDNIGHT))
    yield
    use_clock(SystemClock())


def stated_topics() -> dict[str, str | None]:
    """Return the topic of every aggregate and event class as the sources state it.

    A class that others are built on is stored by none of its own: its heirs are looked at.
    """
    classes = [
        (path, node)
        for top in ("energy", "billing")
        for path in sorted((ROOT / top).rglob("*.py"))
        if path != BASES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    shared = {
        node.name
        for _, node in classes
        if not node.name.startswith("_") and _is_stored(node, set())
    } & {ast.unparse(base) for _, node in classes for base in node.bases}
    return {
        f"{path.name}:{node.lineno} {node.name}": _topic(node)
        for path, node in classes
        if _is_stored(node, shared) and node.name not in shared
    }


def _is_stored(node: ast.ClassDef, shared: set[str]) -> bool:
    bases = [ast.unparse(base) for base in node.bases]
    return any(base.startswith("JournalAggregate") or base in shared for base in bases)


def _topic(node: ast.ClassDef) -> str | None:
    for part in node.body:
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "TOPIC":
            assert isinstance(part.value, ast.Constant)
            return str(part.value.value)
    return None


def test_every_aggregate_and_event_has_a_topic_of_its_own() -> None:
    topics = stated_topics()
    assert len(topics) > 40
    assert [name for name, topic in topics.items() if topic is None] == []
    assert sorted(set(map(str, topics.values()))) == sorted(map(str, topics.values()))


def test_events_are_dated_by_the_injected_clock(midnight: None) -> None:
    register = ChannelRegister(site="x", command_id=uuid4())
    register.take(point="m1", count=2, command_id=uuid4())
    assert {event.timestamp for event in register.pending_events} == {MIDNIGHT}


def test_command_is_seen_once_it_has_happened(midnight: None) -> None:
    first, second = uuid4(), uuid4()
    register = ChannelRegister(site="x", command_id=first)
    assert register.seen(first)
    assert not register.seen(second)
    assert register.take(point="m1", count=2, command_id=second) == 1
    assert register.seen(second)
    assert register.take(point="m2", count=1, command_id=uuid4()) == 3
