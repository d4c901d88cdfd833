"""In: events of a meter's papers. Out: its record with them, a finding where pulses were lost. I/O.

The record of the meter that serves a point is replaced when another meter comes, and its papers
with it: a certificate is of one meter.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg

from energy.base.finding import Finding, Severity
from energy.journal.ingest import store_findings
from energy.metering.meter_papers import PAPER_TOPICS, MeterPapers
from energy.views.meter_facts import fold_calibration, fold_facts
from energy.views.unproven import explain_unproven

PULSE_DRIFT = "meter.pulse_drift"
__all__ = ["PAPER_TOPICS", "PULSE_DRIFT", "fold_paper"]
Cursor = psycopg.Cursor[tuple[object, ...]]


def fold_paper(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of a meter's papers.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    match event:
        case MeterPapers.Calibrated():
            error = None if event.error_percent is None else str(event.error_percent)
            paper: dict[str, Any] = {
                "certificate": event.certificate,
                "laboratory": event.laboratory,
                "tested_on": event.tested_on.isoformat(),
                "valid_until": event.valid_until.isoformat(),
                "error_percent": error,
            }
            _note(cursor, schema, event, "calibration", paper)
            fold_calibration(cursor, schema, position, event)
        case MeterPapers.FactsStated():
            fold_facts(cursor, schema, position, event)
        case MeterPapers.RecordClosed():
            paper = {"at": event.at.isoformat(), "act": event.act, "sheets": event.sheets}
            _note(cursor, schema, event, "closed", paper)
        case MeterPapers.Controlled():
            _controlled(cursor, schema, position, event)
        case MeterPapers.MultiplierProved():
            paper = {"at": event.at.isoformat(), "multiplier": event.multiplier, "side": event.side}
            _note(cursor, schema, event, "proof", paper)
            explain_unproven(cursor, schema, position, event.point, event.serial)
        case _:
            assert isinstance(event, MeterPapers.Created), f"no fold for {type(event)}"


def _controlled(cursor: Cursor, schema: str, position: int, event: MeterPapers.Controlled) -> None:
    paper = {
        "at": event.at.isoformat(),
        "count": event.count,
        "display": str(event.display),
        "offset": str(event.offset),
    }
    _note(cursor, schema, event, "control", paper)
    if event.drift == 0:
        return
    finding = Finding(
        code=PULSE_DRIFT,
        severity=Severity.WARN,
        channel=event.channel,
        start=event.previous_at or event.at,
        end=event.at,
        position=position,
        proof={
            "serial": event.serial,
            "display": str(event.display),
            "count": event.count,
            "drift": str(event.drift),
        },
    )
    store_findings(cursor.connection, schema, [finding])


def _note(cursor: Cursor, schema: str, event: Any, key: str, paper: dict[str, Any]) -> None:
    """Add a paper to the record of the meter it is of; another meter's record stays as it is."""
    cursor.execute(
        f"UPDATE {schema}.meter SET record = record || %s::jsonb WHERE point = %s AND serial = %s",
        (json.dumps({key: paper}), event.point, event.serial),
    )
