"""In: `field gaps`. Out: where readings are missing, and why. I/O: PostgreSQL, loopback HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from energy.base.roles import WEB
from energy.base.text import t
from scripts.commands.frame import opened
from scripts.commands.printing import cell, in_zone, print_json, print_table, worded
from scripts.commands.tree import FINDINGS, Json

if TYPE_CHECKING:  # a laptop has the field commands, and no database
    from processes.gap_report import GapReport

DAYS = 7
"""Days looked at without --from. [d]"""
SHOWN = 60
"""Gaps shown without --all."""


def gaps(
    ctx: typer.Context,
    *,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"]),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"]),
    ] = None,
    source: str | None = None,
    every: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """Show where readings are missing and why (exit code 1 if some are and do not just wait)."""
    from processes.gap_report import gap_report
    from processes.technician_values import NoContactError
    from processes.vitals_reads import ask_health

    with opened(ctx, WEB) as place:
        zone, now = place.site.zone, place.system.clock.now()
        end = now if last is None else (last + timedelta(days=1)).replace(tzinfo=zone)
        start = now - timedelta(days=DAYS) if first is None else first.replace(tzinfo=zone)
        try:
            waiting = ask_health(place.system.config.data_dir, "collect", "/waiting")
        except NoContactError:
            waiting = {}
        report = gap_report(
            place.system.database,
            place.site.schema,
            start,
            min(end, now),
            source=source,
            spool=waiting.get(place.site.key),
        )
        language = place.system.config.language
        if as_json:
            print_json(asdict(report))
        else:
            _print(language, report, zone, every=every)
    if not report.is_whole:
        raise typer.Exit(FINDINGS)


def _print(language: str, report: GapReport, zone: Any, *, every: bool) -> None:
    def local(at: datetime) -> str:
        return cell(in_zone(at, zone))

    shown = report.gaps if every else report.gaps[:SHOWN]
    rows = [
        (
            gap.point,
            gap.source,
            ", ".join(worded(language, "quantity", each) for each in gap.quantities),
            local(gap.start),
            local(gap.end),
            gap.slots,
            t(language, f"gaps.reason.{gap.reason}"),
        )
        for gap in shown
    ]
    heads = ("point", "source", "quantities", "start", "end", "slots", "reason")
    if rows:
        print_table([t(language, f"gaps.head.{head}") for head in heads], rows, right=(5,))
    print(t(language, "gaps.number" if rows else "gaps.none", gaps=len(report.gaps)))
    if len(report.gaps) > len(shown):
        print(t(language, "gaps.more", more=len(report.gaps) - len(shown)))
    for each in report.numbers:
        fate = t(language, f"gaps.fate.{each.fate}")
        print(
            t(
                language,
                "gaps.batches",
                first=each.first,
                last=each.last,
                epoch=str(each.source_epoch)[:8],
                fate=fate,
            )
        )
