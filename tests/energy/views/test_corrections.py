"""Who stated and decided what: the table of corrections, findings and parked entries settled."""

from __future__ import annotations

from uuid import uuid4

import pytest

from energy.journal.corrections import Corrections
from energy.journal.decisions import (
    Decisions,
    FindingKey,
    UnknownEntryError,
)
from energy.metering.correction import StatementError
from energy.metering.decision import DecidedAlreadyError
from energy.views import worker
from energy.views.corrections import read_corrections
from energy.views.findings import UnknownFindingError, finding_named, read_findings, read_parked
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.statements import (
    CLERK,
    MANAGER,
    channel_of,
    correct,
    enter,
    estimate,
    propose,
)

pytestmark = pytest.mark.servers


def decisions(site: TestSite) -> Decisions:
    return Decisions(site.writer, site.schema, site.clock)


def counting(site: TestSite) -> list[tuple[object, ...]]:
    return site.rows("SELECT at, count, quality, position FROM {s}.reading ORDER BY at")


def test_statements_stand_with_their_people(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.project()
    facts = channel_of(site_schema, channel)
    approved = correct(site_schema, facts, (at(15), 7))
    rejected = propose(site_schema, facts, (at(30), 8))
    Corrections(site_schema.writer, site_schema.schema, site_schema.clock).reject(
        rejected, by=MANAGER, reason="the picture shows 9", command_id=command("reject")
    )
    estimated = estimate(site_schema, facts, (at(45), 9))
    entered = enter(site_schema, facts, (at(60), 10))
    site_schema.project()
    with site_schema.writer.connection() as connection:
        rows = {
            row.kind + row.state: row for row in read_corrections(connection, site_schema.schema)
        }
    assert sorted(rows) == [
        "correctionapproved",
        "correctionrejected",
        "estimatestands",
        "manualstands",
    ]
    first = rows["correctionapproved"]
    assert (first.proposed_by, first.decided_by, first.position) == (CLERK, MANAGER, approved)
    assert first.readings == ((at(15), 7),)
    assert rows["correctionrejected"].decision == "the picture shows 9"
    assert (rows["estimatestands"].method, rows["estimatestands"].position) == (
        "straight",
        estimated,
    )
    assert counting(site_schema) == [
        (at(15), 7, 1, approved),
        (at(45), 9, 3, estimated),
        (at(60), 10, 2, entered),
    ]


def test_a_resolved_finding_is_open_before_its_decision(site_schema: TestSite) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 100), reading(channel, 15, 5))
    site_schema.project()
    with site_schema.writer.connection() as connection:
        (found,) = read_findings(connection, site_schema.schema)
    position = decisions(site_schema).resolve(
        found.key, reason="meter reset", by=MANAGER, command_id=command("resolve")
    )
    again = decisions(site_schema).resolve(
        found.key, reason="meter reset", by=MANAGER, command_id=command("resolve")
    )
    assert again == position
    with pytest.raises(DecidedAlreadyError):
        decisions(site_schema).resolve(
            found.key, reason="me too", by=CLERK, command_id=command("other")
        )
    site_schema.project()
    with site_schema.writer.connection() as connection:
        assert read_findings(connection, site_schema.schema) == []
        (then,) = read_findings(connection, site_schema.schema, as_of=position - 1)
        (known,) = read_findings(connection, site_schema.schema, open_only=False)
    assert (then.open, known.open, known.resolution) == (True, False, "meter reset")
    assert finding_named([known], known.finding.hex[:6]) is known
    with pytest.raises(UnknownFindingError):
        finding_named([known], "nothing")


def test_a_decision_needs_a_reason_and_something_parked(site_schema: TestSite) -> None:
    key = FindingKey(code="x", channel=0, start=MIDNIGHT, position=1)
    with pytest.raises(StatementError, match="--reason"):
        decisions(site_schema).resolve(key, reason="", by=CLERK, command_id=uuid4())
    with pytest.raises(UnknownEntryError, match="finding list --parked"):
        decisions(site_schema).retry(1, reason="r", by=CLERK, command_id=uuid4())


def test_a_retried_entry_counts_from_its_retry_on(
    site_schema: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = site_schema.counter()
    site_schema.accept(reading(channel, 0, 100))
    site_schema.project()
    judge = worker.judge

    def broken(*_: object) -> object:
        raise ValueError("a fault of this version")

    with monkeypatch.context() as version:
        version.setattr(worker, "judge", broken)
        parked = site_schema.accept(reading(channel, 15, 107)).position
        site_schema.project()
    assert worker.judge is judge
    mark = site_schema.mark("bill run")
    with site_schema.writer.connection() as connection:
        (row,) = read_parked(connection, site_schema.schema)
    assert (row.position, "a fault" in row.error) == (parked, True)
    position = decisions(site_schema).retry(
        parked, reason="new version", by=MANAGER, command_id=command("retry")
    )
    site_schema.project()
    assert counting(site_schema)[-1] == (at(15), 107, 0, position)
    assert position > mark
    assert site_schema.rows(
        "SELECT code, resolved_position, resolved_by, resolution FROM {s}.finding"
    ) == [("entry.parked", position, MANAGER, "new version")]
    assert site_schema.rows("SELECT position, resolved_position FROM {s}.parked") == [
        (parked, position)
    ]
    assert site_schema.rows(
        "SELECT position FROM {s}.batch_index WHERE channel = %s ORDER BY 1", channel
    ) == [(parked - 1,), (position,)]


def test_a_statement_that_was_parked_is_retried_with_its_people(
    site_schema: TestSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = site_schema.counter()
    site_schema.project()
    facts = channel_of(site_schema, channel)
    with monkeypatch.context() as version:
        version.setattr(worker, "judge", lambda *_: 1 // 0)
        parked = correct(site_schema, facts, (at(15), 7))
        site_schema.project()
    position = decisions(site_schema).retry(
        parked, reason="new version", by=CLERK, command_id=command("retry")
    )
    site_schema.project()
    with site_schema.writer.connection() as connection:
        (row,) = read_corrections(connection, site_schema.schema)
    assert (row.state, row.decided_by, row.position) == ("approved", MANAGER, position)
    assert counting(site_schema) == [(at(15), 7, 1, position)]
