"""In: an incident, what a person says of it. Out: the contents of its report upward. I/O: reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from energy.base.period import Period
from energy.service.reports.errors import ReportError
from energy.service.reports.kinds import ReportKind
from energy.service.reports.reads import Connection, OwedReport, read_owed
from energy.service.reports.rows import incident_table
from energy.service.reports.table import Cell, Column, Contents, ReportTable
from energy.service.work.reads import IncidentRow, read_history
from energy.store.sites import Site

LONGEST: Final = 1000
"""Of what is said. [sign]"""


def stage_owed(
    connection: Connection, site: Site, number: str, stage: str, now: datetime
) -> OwedReport:
    """Return the report of an incident that is to be written.

    Raises:
        ReportError: It owes no such report.
    """
    mine = [each for each in read_owed(connection, site.schema, now) if each.incident == number]
    open_ones = [each for each in mine if each.owed.sent_at is None]
    found = next((each for each in open_ones if each.owed.name == stage), None)
    if found is None:
        known = ", ".join(each.owed.name for each in open_ones) or "-"
        raise ReportError.of("not_owed", number=number, stage=stage, known=known)
    return found


def incident_contents(
    connection: Connection, site: Site, row: IncidentRow, stage: str, words: str, now: datetime
) -> Contents:
    """Return what the report of an incident tells: its clocks, what happened, what is said.

    Args:
        connection: Any that may read.
        site: The site.
        row: The incident.
        stage: "initial", "follow-up-1", "final".
        words: What a person says; no names.
        now: Present instant: all is told as it stands.

    Raises:
        ReportError: Nothing is said, or too much.
    """
    said = " ".join(words.split())
    if not 0 < len(said) <= LONGEST:
        raise ReportError.of("words", most=LONGEST)
    span = Period(start=row.heard_at, end=max(now, row.heard_at))
    every = incident_table(connection, site, span)
    own = tuple(each for each in every.rows if each[0] == row.number)
    told: tuple[tuple[Cell, ...], ...] = (("what", row.what), ("told", said))
    history = tuple(
        (_iso(each.at), each.act.partition(".")[2], str(each.person) if each.person else None)
        for each in read_history(connection, site.schema, row.incident)
    )
    return Contents(
        kind=str(ReportKind.INCIDENT),
        span=f"{row.number}/{stage}",
        begin=_iso(span.start),
        end=_iso(span.end),
        facts={"what": f"{row.number} {row.what}"},
        tables=(
            ReportTable(
                key="incident",
                columns=(
                    Column(name="fact", kind="word:shift_report_head"),
                    Column(name="value", kind="text"),
                ),
                rows=told,
            ),
            ReportTable(key="incidents", columns=every.columns, rows=own),
            ReportTable(
                key="history",
                columns=(
                    Column(name="at", kind="instant"),
                    Column(name="act", kind="word:cli.work_act"),
                    Column(name="person", kind="person"),
                ),
                rows=history,
                names=2,
            ),
        ),
    )


def told_of(contents: Contents) -> str:
    """Return what a person said in a report of an incident; "" where it says nothing."""
    part = contents.table("incident")
    told = {row["fact"]: row["value"] for row in part.dicts()} if part is not None else {}
    return str(told.get("told") or "")


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
