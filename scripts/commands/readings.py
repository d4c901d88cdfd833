"""In: `readings` verbs. Out: readings shown, stated, corrected. I/O: PostgreSQL, files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.corrections_print import SHORT, print_corrections
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table, working
from scripts.commands.readings_import import add_imports
from scripts.commands.tree import Json, group

if runs():
    from dashboards.security.scope import Right
    from energy.metering.channel import Channel
    from energy.system import WEB, WRITER
    from energy.views.corrections import read_corrections
    from energy.views.readings_told import ReadingRow, channel_of, read_readings
    from energy.views.registry import load_channels
    from processes.readings_file import stated_readings, write_file
    from processes.readings_state import (
        approve_correction,
        correction_named,
        corrections_at,
        keep_evidence,
        propose_stated,
        statement_command,
    )

app = group("readings")
add_imports(app)
First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
Last = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]
Told = Annotated[
    list[str],
    typer.Option("--reading"),
]
Reason = Annotated[str, typer.Option()]


@app.command()
def show(
    ctx: typer.Context,
    point: str,
    first: First,
    last: Last,
    quantity: str | None = None,
    as_of: str | None = None,
    *,
    history: bool = False,
    as_json: Json = False,
) -> None:
    """Show readings: when each was true, when it was learned, how good it is, where it stands."""
    with opened(ctx, WEB) as at:
        rows = _read(at, point, first, last, quantity, as_of, history=history)
        if as_json:
            print_json(rows)
            return
        keys = ["at", "learned_at", "reading", "unit", "quality", "position"]
        keys += ["standing", "until"] if history else []
        table = [
            (r.at.astimezone(at.site.zone), _local(at, r.learned_at), r.value, r.unit)
            + (at.word(r.quality), r.position)
            + ((at.word(r.standing), r.until_position) if history else ())
            for r in rows
        ]
        print_table([at.text(f"head.{key}") for key in keys], table, right=(2, 5))


@app.command()
def export(
    ctx: typer.Context,
    point: str,
    first: First,
    last: Last,
    file: Annotated[Path, typer.Option()],
    quantity: str | None = None,
    as_of: str | None = None,
    *,
    history: bool = False,
) -> None:
    """Write readings to a CSV file, exact, both times in UTC."""
    with opened(ctx, WEB) as at:
        rows = _read(at, point, first, last, quantity, as_of, history=history)
        file.write_text(write_file(rows), encoding="utf-8")
        print(at.text("readings.exported", count=len(rows), file=file))


@app.command()
def correct(
    ctx: typer.Context,
    point: str,
    reading: Told,
    reason: Reason,
    evidence: list[Path] | None = None,
    quantity: str | None = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Propose what a register showed; it counts when another person approves it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.STATE_READINGS)
        channel = _channel(at, point, quantity)
        identity = propose_stated(
            at.system,
            at.site,
            channel,
            reading,
            reason,
            by=person,
            evidence=keep_evidence(at.system.database, at.site, evidence or ()),
        )
        at.settle("metering")
        if as_json:
            print_json({"correction": identity})
            return
        print(at.text("readings.proposed", id=identity, short=identity.hex[:SHORT]))


@app.command()
def approve(
    ctx: typer.Context,
    correction: str,
    by: str | None = None,
) -> None:
    """Let a correction count, as another person than the one who proposed it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        meant = correction_named(at.system.database, at.site, correction).correction
        position = approve_correction(at.system, at.site, meant, by=person)
        at.settle("metering")
        print(at.text("readings.approved", short=meant.hex[:SHORT], position=position))


@app.command()
def reject(
    ctx: typer.Context,
    correction: str,
    reason: Reason,
    by: str | None = None,
) -> None:
    """Refuse a correction; its author may take it back."""
    with opened(ctx, WRITER) as at:
        row = correction_named(at.system.database, at.site, correction)
        person = at.refuser(by, row.proposed_by)
        corrections_at(at.system, at.site).reject(
            row.correction, by=person, reason=reason, command_id=uuid4()
        )
        at.settle("metering")
        print(at.text("readings.rejected", short=row.correction.hex[:SHORT]))


@app.command()
def corrections(
    ctx: typer.Context,
    point: Annotated[str | None, typer.Argument()] = None,
    state: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """List corrections, estimates and readings from displays, the newest first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            every = load_channels(connection, at.site.schema)
            mine = [n for n, c in every.items() if point is None or c.point == point]
            rows = read_corrections(connection, at.site.schema, channels=tuple(mine), state=state)
        if as_json:
            print_json(rows)
            return
        print_corrections(at, rows, every)


@app.command()
def estimate(
    ctx: typer.Context,
    point: str,
    reading: Told,
    method: Annotated[str, typer.Option()],
    used: Annotated[list[str] | None, typer.Option("--input")] = None,
    quantity: str | None = None,
    by: str | None = None,
) -> None:
    """Record estimated readings; they give way to everything that is measured."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.STATE_READINGS)
        channel = _channel(at, point, quantity)
        readings = stated_readings(reading, channel, at.site.zone)
        pairs = [word.partition("=") for word in used or ()]
        position = corrections_at(at.system, at.site).estimate(
            channel,
            readings,
            method=method,
            inputs={name: value for name, _, value in pairs},
            by=person,
            command_id=statement_command(
                at.system, at.site, "estimate", channel, readings, method, str(person)
            ),
        )
        at.settle("metering")
        print(at.text("readings.estimated", count=len(readings), point=point, position=position))


@app.command()
def record(
    ctx: typer.Context,
    point: str,
    reading: Told,
    note: str = "",
    quantity: str | None = None,
    by: str | None = None,
) -> None:
    """Record readings that a person took from the display."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.STATE_READINGS)
        channel = _channel(at, point, quantity)
        readings = stated_readings(reading, channel, at.site.zone)
        position = corrections_at(at.system, at.site).enter(
            channel,
            readings,
            note=note,
            by=person,
            command_id=statement_command(
                at.system, at.site, "record", channel, readings, note, str(person)
            ),
        )
        at.settle("metering")
        print(at.text("readings.recorded", count=len(readings), point=point, position=position))


def _read(
    at: Opened,
    point: str,
    first: datetime,
    last: datetime,
    quantity: str | None,
    as_of: str | None,
    *,
    history: bool,
) -> list[ReadingRow]:
    with working(at.text("readings.reading")):
        return read_readings(
            at.system.database,
            at.site,
            point,
            first.date(),
            last.date(),
            quantity=quantity,
            as_of=as_of,
            history=history,
        )


def _channel(at: Opened, point: str, quantity: str | None) -> Channel:
    with at.system.database.connection() as connection:
        return channel_of(connection, at.site.schema, point, quantity)


def _local(at: Opened, instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(at.site.zone)
