"""One alert's life: who may do what when, what is said twice, what is stored for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from energy.alerting.alert import Alert, AlertError
from energy.alerting.causes import AlertCause
from energy.alerting.severity import DUTIES, AlertSeverity, duty_of
from energy.base.text import catalogue
from energy.journal.transcoding import event_mapper

AT = datetime(2019, 1, 1, tzinfo=UTC)
ADA, BEN = uuid4(), uuid4()
HOUR = timedelta(hours=1)


def alert(severity: str = "high", **facts: Any) -> Alert:
    return Alert(
        alert=uuid4(),
        rule=uuid4(),
        channel=2,
        severity=severity,
        at=AT,
        value=120,
        limit_value=100,
        historic=facts.pop("historic", False),
        command_id=uuid4(),
        **facts,
    )


def cleared(one: Alert) -> Alert:
    one.clear(at=AT + HOUR, value=80, command_id=uuid4())
    return one


def told(one: Alert) -> list[str]:
    return [type(each).__name__ for each in one.pending_events[1:]]


def shelve(one: Alert, hours: float = 1, reason: str = "noise", **facts: Any) -> None:
    said: dict[str, Any] = {"by": ADA, "now": AT, "command_id": uuid4(), **facts}
    one.shelve(until=AT + hours * HOUR, reason=reason, **said)


ACTS: dict[str, Callable[[Alert, UUID], None]] = {
    "acknowledge": lambda one, c: one.acknowledge(by=ADA, command_id=c),
    "assign": lambda one, c: one.assign(to=BEN, by=ADA, command_id=c),
    "shelve": lambda one, c: shelve(one, command_id=c),
    "close": lambda one, c: cleared(one).close(
        by=ADA, cause=AlertCause.LOAD, words="", command_id=c
    ),
    "clear": lambda one, c: one.clear(at=AT, value=1, command_id=c),
    "lose": lambda one, c: one.lose(at=AT, command_id=c),
    "suppress": lambda one, c: one.suppress(why="outage", reference="x", command_id=c),
    "attach": lambda one, c: one.attach(parent=ADA, command_id=c),
    "escalate": lambda one, c: one.escalate(level=1, command_id=c),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_is_repeated_is_one_act(act: str) -> None:
    one, command = alert(), uuid4()
    ACTS[act](one, command)
    once = told(one)
    ACTS[act](one, command)
    assert told(one) == once != []


def test_lost_data_make_it_unknown_and_never_clear_it() -> None:
    one = alert()
    one.lose(at=AT, command_id=uuid4())
    assert (one.unknown, one.stands) == (True, True)
    one.know(at=AT + HOUR, value=130, command_id=uuid4())
    assert (one.unknown, one.stands) == (False, True)
    one.lose(at=AT + HOUR, command_id=uuid4())
    assert (cleared(one).unknown, one.stands) == (False, False)
    one.lose(at=AT + HOUR, command_id=uuid4())
    assert not one.unknown, "what was cleared is known"


def test_a_critical_alert_ends_by_a_person_a_high_one_when_seen_another_by_itself() -> None:
    for severity, ended in (("critical", False), ("high", False), ("medium", True), ("low", True)):
        assert cleared(alert(severity)).closed is ended, severity
    for severity, ended in (("critical", False), ("high", True)):
        before, after = alert(severity), cleared(alert(severity))
        before.acknowledge(by=ADA, command_id=uuid4())
        after.acknowledge(by=ADA, command_id=uuid4())
        assert (cleared(before).closed, after.closed) == (ended, ended), severity


def test_what_woke_nobody_ends_by_itself() -> None:
    suppressed, child = alert("critical"), alert("critical", parent=uuid4())
    suppressed.suppress(why="outage", reference="x", command_id=uuid4())
    for one in (suppressed, child, alert("critical", historic=True)):
        assert not one.wakes
        assert cleared(one).closed


def test_it_wakes_again_when_what_kept_it_quiet_is_over() -> None:
    one = alert(parent=uuid4())
    one.suppress(why="outage", reference="x", command_id=uuid4())
    one.suppress(why="maintenance", reference="y", command_id=uuid4())
    shelve(one)
    one.attach(parent=None, command_id=uuid4())
    one.unsuppress(reference="x", command_id=uuid4())
    one.unsuppress(reference="x", command_id=uuid4())
    one.end_shelf(now=AT + HOUR, command_id=uuid4())
    assert not one.wakes, "the maintenance lasts"
    one.unsuppress(reference="y", command_id=uuid4())
    assert one.wakes


@pytest.mark.parametrize("severity", AlertSeverity)
def test_a_shelf_has_a_longest_time_by_severity_and_ends_by_itself(severity: str) -> None:
    one, most = alert(severity), duty_of(severity).shelf / HOUR
    with pytest.raises(AlertError, match="at most"):
        shelve(one, most + 0.01)
    shelve(one, most)
    with pytest.raises(AlertError, match="on the shelf until"):
        shelve(one)
    one.end_shelf(now=AT + most * HOUR - timedelta(seconds=1), command_id=uuid4())
    assert told(one) == ["Shelved"]
    one.end_shelf(now=AT + most * HOUR, command_id=uuid4())
    one.end_shelf(now=AT + most * HOUR, command_id=uuid4())
    assert told(one) == ["Shelved", "Unshelved"]
    assert one.wakes


def test_what_cannot_be_done_is_refused_in_words() -> None:
    stands, lost, done = alert(), alert(), cleared(alert("medium"))
    lost.lose(at=AT, command_id=uuid4())
    why: dict[str, Any] = {"by": ADA, "cause": AlertCause.FAULT, "words": "", "command_id": uuid4()}
    done.close(**why)
    refused: list[tuple[str, Callable[[], object]]] = [
        ("still stands", lambda: stands.close(**why)),
        ("unknown", lambda: lost.close(**why)),
        ("closed", lambda: done.close(**{**why, "command_id": uuid4()})),
        ("closed", lambda: done.assign(to=ADA, by=ADA, command_id=uuid4())),
        ("closed", lambda: shelve(done)),
        ("Say why", lambda: shelve(stands, reason=" ")),
        ("past", lambda: shelve(stands, hours=0)),
        ("no shelf", lambda: stands.unshelve(by=ADA, command_id=uuid4())),
        ("in words", lambda: cleared(alert()).close(**{**why, "cause": AlertCause.OTHER})),
    ]
    for words, act in refused:
        with pytest.raises(AlertError, match=words) as error:
            act()
        assert error.value.told("zh") != error.value.told("en")


def test_the_cause_is_said_of_what_ended_by_itself_too_once() -> None:
    one = cleared(alert("medium"))
    one.close(by=ADA, cause=AlertCause.WEATHER, words=" storm ", command_id=uuid4())
    assert (one.closed, one.closing) == (True, AlertCause.WEATHER)
    assert vars(one.pending_events[-1])["words"] == "storm"


def test_escalation_only_rises_and_nothing_changes_what_is_cleared() -> None:
    one = alert()
    for level in (1, 1, 3, 2):
        one.escalate(level=level, command_id=uuid4())
    assert told(one) == ["Escalated", "Escalated"]
    cleared(one)
    one.suppress(why="outage", reference="x", command_id=uuid4())
    one.attach(parent=ADA, command_id=uuid4())
    cleared(one)
    assert told(one) == ["Escalated", "Escalated", "Cleared"]


def test_every_severity_has_duties_and_every_cause_words() -> None:
    assert set(DUTIES) == set(AlertSeverity)
    known = catalogue()
    assert all(f"alert_cause.{cause}" in known for cause in AlertCause)
    sounds = [DUTIES[each] for each in AlertSeverity]
    assert [each.acknowledge_s for each in sounds] == sorted(each.acknowledge_s for each in sounds)


HEAD = {
    "timestamp": {"_type_": "datetime_iso", "_data_": "2019-01-01T00:00:00+00:00"},
    "command_id": {"_type_": "uuid_hex", "_data_": "0" * 31 + "4"},
}
RAISED = {
    **HEAD,
    "originator_topic": "alert",
    "alert": {"_type_": "uuid_hex", "_data_": "0" * 31 + "1"},
    "rule": {"_type_": "uuid_hex", "_data_": "0" * 31 + "2"},
    "channel": 3,
    "severity": "high",
    "at": {"_type_": "datetime_iso", "_data_": "2019-01-01T00:00:00+00:00"},
    "value": 120,
    "limit_value": 100,
    "historic": False,
}
"""As the first release stored it; the third added code and about."""


@pytest.mark.parametrize("added", [{}, {"code": "usage.frozen", "about": "bus-1"}])
def test_events_stored_before_alerts_had_a_whole_life_are_still_read(added: dict[str, Any]) -> None:
    by = {"_type_": "uuid_hex", "_data_": ADA.hex}
    stored = [
        ("alert.raised", {**RAISED, **added}),
        ("alert.acknowledged", {**HEAD, "by": by}),
        ("alert.cleared", {**HEAD, "at": RAISED["at"], "value": 80}),
    ]
    mapper, known = event_mapper(), None
    event: Any
    for version, (topic, state) in enumerate(stored, start=1):
        event = mapper.to_domain_event(
            StoredEvent(
                originator_id=UUID(int=1),
                originator_version=version,
                topic=topic,
                state=json.dumps(state).encode(),
            )
        )
        known = event.mutate(known)
    assert isinstance(known, Alert)
    assert (known.closed, known.acknowledged_by, known.parent) == (True, ADA, None)
    known.close(by=BEN, cause=AlertCause.FAULT, words="", command_id=uuid4())
    assert known.closing is AlertCause.FAULT
