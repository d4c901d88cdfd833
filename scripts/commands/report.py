"""In: `report` verbs. Out: reports made, listed, shown, written, reviewed, sent upward. I/O."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_json
from scripts.commands.report_print import print_about, print_owed, print_plan, print_reports
from scripts.commands.tree import Json, group
from scripts.commands.work_frame import incident_named

if runs():
    from dashboards.security.scope import Right
    from dashboards.shift_papers.cells import Reader
    from dashboards.shift_papers.paper import report_pdf
    from dashboards.shift_papers.workbook import workbook_of
    from energy.service.duty.reads import read_duty_names
    from energy.service.reports.desk import ReportDesk
    from energy.service.reports.errors import ReportError
    from energy.service.reports.kinds import ReportKind
    from energy.service.reports.reads import (
        ReportState,
        read_edition,
        read_owed,
        read_report_plan,
        read_reports,
    )
    from energy.service.work.reads import read_class_names
    from energy.system import WEB, WRITER
    from processes.notice_files import written
    from processes.shift_reports.making import make_report

app = group("report")
FINDINGS = 1
Pdf = Annotated[Path | None, typer.Option("--pdf")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx")]


@app.command("set-plan")
def set_plan(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Let the plan of reports of a file hold: who gets which, by when, who is reminded."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.PLAN_WORK)
        version = _desk(at).set_plan(written(file), by=person, command_id=uuid4())
        at.settle("operations")
        print(at.text("report.planned", version=version))


@app.command()
def plan(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the plan of reports that holds."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_report_plan(connection, at.site.schema)
        if as_json:
            print_json(found)
            return
        print_plan(at, found)


@app.command()
def make(
    ctx: typer.Context,
    kind: str,
    span: str,
    pdf: Pdf = None,
    xlsx: Xlsx = None,
    by: str | None = None,
) -> None:
    """Make the report of a span that is over, or another edition where it tells otherwise now."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK) if by is not None else None
        edition, fresh = make_report(at.system, at.site, _kind(kind), span, person)
        at.settle("operations")
        said = "report.made" if fresh else "report.same"
        print(at.text(said, kind=_word(at, kind), span=span, edition=edition))
        _write(at, kind, span, edition, pdf, xlsx)


@app.command("list")
def list_(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=3660)] = 14,
    *,
    as_json: Json = False,
) -> None:
    """List the reports with their deadlines (exit code 1: one is late)."""
    with opened(ctx, WEB) as at:
        now = at.system.clock.now()
        with at.system.database.connection() as connection:
            remind_min = read_report_plan(connection, at.site.schema).remind_min
            found = read_reports(connection, at.site.schema, since=now - timedelta(days=days))
        if as_json:
            print_json(found)
        else:
            print_reports(at, found, now, remind_min)
        if any(each.state(now, remind_min) is ReportState.LATE for each in found):
            raise typer.Exit(FINDINGS)


@app.command()
def show(
    ctx: typer.Context,
    kind: str,
    span: str,
    edition: int | None = None,
    pdf: Pdf = None,
    xlsx: Xlsx = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what a report tells, any edition of it; write it as a paper or a workbook."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            row, contents = read_edition(connection, at.site.schema, kind, span, edition)
        if as_json:
            print_json({"report": row, "contents": contents})
        elif pdf is None and xlsx is None:
            print_about(row, contents, _reader(at), money=at.scope.may(Right.READ_BILLS))
        _write(at, kind, span, row.edition, pdf, xlsx)


@app.command()
def review(
    ctx: typer.Context, kind: str, span: str, edition: int | None = None, by: str | None = None
) -> None:
    """Stand for the newest edition of a report, having read it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        with at.system.database.connection() as connection:
            row, _ = read_edition(connection, at.site.schema, kind, span, edition)
        command = id_of("command", "review report", str(row.report), str(row.edition), str(person))
        _desk(at).review(kind, span, row.edition, by=person, command_id=command)
        at.settle("operations")
        told = {"kind": _word(at, kind), "span": span, "edition": row.edition}
        print(at.text("report.reviewed", **told))


@app.command()
def send(ctx: typer.Context, kind: str, span: str, by: str | None = None) -> None:
    """Send the newest edition of a report upward, once it was reviewed."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        with at.system.database.connection() as connection:
            row, _ = read_edition(connection, at.site.schema, kind, span)
        command = id_of("command", "send report", str(row.report), str(row.edition), str(person))
        number = _desk(at).send(kind, span, by=person, command_id=command)
        at.settle("operations")
        print(at.text("report.sent", kind=_word(at, kind), span=span, number=number))


@app.command()
def incident(
    ctx: typer.Context, number: str, stage: str, text: str | None = None, by: str | None = None
) -> None:
    """Write the report that a serious incident owes: initial, follow-up-1, final."""
    with opened(ctx, WRITER) as at:
        person, row = at.person(by, Right.WORK), incident_named(at, number)
        words = required(text, "--text", at.text("ask.report_words"))
        span = f"{row.number}/{stage}"
        command = id_of("command", "report incident", span, repr(words), str(person))
        edition, fresh = _desk(at).write_incident(
            row.number, stage, words, by=person, command_id=command
        )
        at.settle("operations")
        said = "report.made" if fresh else "report.same"
        kind = _word(at, ReportKind.INCIDENT)
        print(at.text(said, kind=kind, span=span, edition=edition))


@app.command("owed")
def owed_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the reports that serious incidents have had and owe (exit code 1: one is late)."""
    with opened(ctx, WEB) as at:
        now = at.system.clock.now()
        with at.system.database.connection() as connection:
            found = read_owed(connection, at.site.schema, now)
        if as_json:
            print_json(found)
        else:
            print_owed(at, found, now)
        if any(each.owed.sent_at is None and each.owed.late(now) for each in found):
            raise typer.Exit(FINDINGS)


def _kind(kind: str) -> ReportKind:
    if kind not in set(ReportKind):
        raise ReportError.of("which", kind=kind[:60], known=", ".join(ReportKind))
    return ReportKind(kind)


def _word(at: Opened, kind: str) -> str:
    return at.text(f"report_kind.{kind}")


def _desk(at: Opened) -> ReportDesk:
    return ReportDesk(at.system.database, at.site, at.system.clock)


def _reader(at: Opened) -> Reader:
    with at.system.database.connection() as connection:
        duty = read_duty_names(connection, at.site.schema)
        classes = read_class_names(connection, at.site.schema)
    zone, name_of = at.site.zone, at.name_of
    return Reader(language=at.language, zone=zone, name_of=name_of, duty=duty, classes=classes)


def _write(
    at: Opened, kind: str, span: str, edition: int, pdf: Path | None, xlsx: Path | None
) -> None:
    """Write an edition as files; money only for who may read bills."""
    if pdf is None and xlsx is None:
        return
    with at.system.database.connection() as connection:
        row, contents = read_edition(connection, at.site.schema, kind, span, edition)
    reader, money = _reader(at), at.scope.may(Right.READ_BILLS)
    if pdf is not None:
        _file(at, pdf, report_pdf(row, contents, reader, at.site.name, money=money))
    if xlsx is not None:
        _file(at, xlsx, workbook_of(row, contents, reader, money=money))


def _file(at: Opened, target: Path, content: bytes) -> None:
    target.write_bytes(content)
    print(at.text("report.written", file=target, octets=len(content)))
