"""In: `finding` verbs. Out: what waits for a person shown, resolved, retried. I/O: PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import uuid4

import typer

from energy.base.text import catalogue, t
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, installation_of, opened
from scripts.commands.printing import print_json, print_table, worded
from scripts.commands.tree import DONE, FINDINGS, Json, group

if runs():
    from billing.views.review_queue import read_queue
    from dashboards.security.scope import Right
    from energy.metering.checks.catalogue import CHECKS
    from energy.metering.decision import DecidedAlreadyError
    from energy.metering.usage import OFF_GRID
    from energy.system import WEB, WRITER
    from energy.views.findings import FindingRow, finding_named, read_findings, read_parked
    from energy.views.readings_told import position_when
    from processes.readings_state import decisions_at
    from processes.review.choice import require_single

app = group("finding")
Reason = Annotated[str, typer.Option()]
SHORT = 8
_FIRST_YEAR, _LAST_YEAR = 1970, 9999


@app.command("list")
def list_(
    ctx: typer.Context,
    point: str | None = None,
    as_of: str | None = None,
    *,
    every: Annotated[bool, typer.Option("--all")] = False,
    parked: bool = False,
    as_json: Json = False,
) -> None:
    """List findings that wait for a person; exit 1 when there are any."""
    with opened(ctx, WEB) as at:
        if parked:
            raise typer.Exit(_list_parked(at, as_json=as_json))
        with at.system.database.connection() as connection:
            position = position_when(connection, at.site, as_of)
            rows = read_findings(
                connection,
                at.site.schema,
                point=point,
                open_only=not every,
                as_of=position,
            )
        if as_json:
            print_json(rows)
        else:
            _print_findings(at, rows)
        raise typer.Exit(FINDINGS if any(row.open for row in rows) else DONE)


@app.command()
def codes(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List what is looked for: code, what it forbids, who finds it."""
    language = installation_of(ctx).config.language
    if as_json:
        print_json(CHECKS)
        return
    table = [
        (
            check.code,
            worded(language, "word", check.severity),
            t(language, f"cli.found.{check.found}"),
            t(language, f"finding.{check.code}"),
        )
        for check in CHECKS
    ]
    heads = [t(language, f"cli.head.{key}") for key in ("code", "severity", "found_by", "finding")]
    print_table(heads, table)


@app.command()
def resolve(
    ctx: typer.Context,
    finding: str,
    reason: Reason,
    by: str | None = None,
) -> None:
    """Say that a finding was looked into and does not bar the bill any more."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        with at.system.database.connection() as connection:
            rows = read_findings(connection, at.site.schema, open_only=False)
        meant = finding_named(rows, finding)
        if meant.resolved_position is not None:  # by itself, or with its case
            raise DecidedAlreadyError.of("finding.decided")
        require_alone(at, meant)
        position = decisions_at(at.system, at.site).resolve(
            meant.key, reason=reason, by=person, command_id=uuid4()
        )
        at.settle("metering")
        print(at.text("finding.resolved", short=meant.finding.hex[:SHORT], position=position))


@app.command()
def retry(ctx: typer.Context, parked: int, reason: Reason, by: str | None = None) -> None:
    """Fold a parked entry again, as learned now; exit 1 when it cannot be folded again."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        position = decisions_at(at.system, at.site).retry(
            parked, reason=reason, by=person, command_id=uuid4()
        )
        at.settle("metering")
        with at.system.database.connection() as connection:
            again = any(row.position == position for row in read_parked(connection, at.site.schema))
        key = "finding.parked_again" if again else "finding.retried"
        print(at.text(key, parked=parked, position=position))
        raise typer.Exit(FINDINGS if again else DONE)


@app.command()
def dismiss(ctx: typer.Context, parked: int, reason: Reason, by: str | None = None) -> None:
    """Let a parked entry count nowhere; it stays in the journal."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        position = decisions_at(at.system, at.site).dismiss(
            parked, reason=reason, by=person, command_id=uuid4()
        )
        at.settle("metering")
        print(at.text("finding.dismissed", parked=parked, position=position))


def require_alone(at: Opened, meant: FindingRow) -> None:
    """Refuse to resolve alone what two people must decide: the rule of `review accept`.

    Raises:
        SecondPersonError: Too much money hangs on the case of the finding.
        CaseStateError: The case waits for a second person.
    """
    with at.system.database.connection() as connection:
        queue = read_queue(connection, at.site, at.system.clock.now(), point=meant.point)
    limit = Decimal(at.installation.config.review_alone_up_to)
    require_single(queue, meant.finding, limit)


def _print_findings(at: Opened, rows: list[FindingRow]) -> None:
    if not rows:
        print(at.text("finding.none"))
        return
    keys = ("id", "severity", "point", "state", "finding", "from", "to", "position", "resolution")
    table = [
        (
            row.finding.hex[:SHORT],
            worded(at.language, "word", row.severity),
            row.point or row.proof.get("source"),
            worded(at.language, "word", _state(row)),
            _said(at, row),
            _bounded(at, row.key.start),
            _bounded(at, row.end),
            row.key.position,
            row.resolution,
        )
        for row in rows
    ]
    heads = [at.text(f"head.{key}") for key in keys]
    print_table(heads, table, right=(7,), below=(4, 5, 6, 7, 8))


def _state(row: FindingRow) -> str:
    if row.open:
        return "open"
    return "resolved" if row.resolved_position else "explained"


def _bounded(at: Opened, instant: datetime) -> datetime | None:
    """Return an instant in the site's zone; None where the finding has no end on that side."""
    return instant.astimezone(at.site.zone) if _FIRST_YEAR < instant.year < _LAST_YEAR else None


def _said(at: Opened, row: FindingRow) -> str:
    code, key = row.key.code, f"finding.{row.key.code}"
    said = f"{code}: {t(at.language, key)}" if key in catalogue() else code
    many = row.proof.get("readings") if code == OFF_GRID else None
    return f"{said} ({many})" if many is not None else said


def _list_parked(at: Opened, *, as_json: bool) -> int:
    with at.system.database.connection() as connection:
        rows = read_parked(connection, at.site.schema)
    if as_json:
        print_json(rows)
    elif rows:
        keys = ("position", "parked_at", "error")
        table = [(row.position, row.parked_at.astimezone(at.site.zone), row.error) for row in rows]
        print_table([at.text(f"head.{key}") for key in keys], table, right=(0,))
    else:
        print(at.text("finding.none"))
    return FINDINGS if rows else DONE
