"""In: `alert backtest`, `alert actors`. Out: what a rule would have done; who is loud. I/O."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import opened
from scripts.commands.printing import advancing, print_facts, print_json, print_table, working
from scripts.commands.tree import DONE, FINDINGS, Json

if runs():
    from energy.alerting.actor_reads import read_raised
    from energy.alerting.actors import figure_texts, figures, share_text
    from energy.alerting.backtest import BackTester
    from energy.alerting.rule_reads import read_channels
    from energy.alerting.trial import CaseRow, case_rows
    from energy.base.period import Period, local_day, midnight, span_of_days
    from energy.system import WEB
    from processes.alert_rules import rule_to_test

First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
Last = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]
MOST_CASES = 40
"""Cases shown in the terminal; --json has all."""


def add_past(app: typer.Typer) -> None:
    """Add the verbs that look back."""
    app.command()(backtest)
    app.command()(actors)


def backtest(
    ctx: typer.Context,
    rule: str,
    first: First,
    last: Last,
    file: Path | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Say how often a rule would have fired, and show the cases; nothing is stored."""
    with opened(ctx, WEB) as at, at.system.database.connection() as connection:
        specs = rule_to_test(at.system, at.site, rule, file)
        tester = BackTester(connection=connection, schema=at.site.schema, zone=at.site.zone)
        days = (first.date(), last.date())
        with working(at.text("rule.testing", rule=rule)) as bar:
            advance = advancing(bar)
            found = tester.run(specs, days, lambda done, total: advance(rule, done, total))
        channels = read_channels(connection, at.site.schema)
        rows = case_rows(channels, at.site.zone, specs[0], found)
        if as_json:
            told = {name: getattr(found, name) for name in ("per_week", "readings", "subjects")}
            print_json({"rule": rule, **told, "open_s": found.open_s, "cases": rows})
        else:
            keys = ("about", "raised", "cleared", "value", "limit", "unit")
            shown = [_row(row) for row in rows[:MOST_CASES]]
            print_table([at.text(f"rule_head.{key}") for key in keys], shown, right=(3, 4))
            if len(rows) > MOST_CASES:
                print(at.text("rule.more", number=len(rows) - MOST_CASES))
            print(
                at.text(
                    "rule.tested",
                    rule=rule,
                    number=len(rows),
                    per_week=f"{float(found.per_week):.1f}",
                    days=(days[1] - days[0]).days + 1,
                    subjects=found.subjects,
                    readings=found.readings,
                    hours=f"{found.open_s / 3600:.1f}",
                )
            )


def _row(row: CaseRow) -> tuple[object, ...]:
    return row.about, row.raised_at, row.cleared_at, row.value, row.limit, row.unit


def actors(
    ctx: typer.Context,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
    *,
    as_json: Json = False,
) -> None:
    """Say how loud the alerts were, and which made the noise (exit code 1: beyond EEMUA 191).

    Without days the last whole local day is meant.
    """
    with opened(ctx, WEB) as at:
        day = local_day(at.system.clock.now(), at.site.zone)
        end = midnight(day, at.site.zone)
        period = Period(start=midnight(day - timedelta(days=1), at.site.zone), end=end)
        if first is not None:
            until = (last or first).date()
            period = span_of_days(first.date(), until, at.site.zone)
        with at.system.database.connection() as connection:
            found = figures(read_raised(connection, at.site.schema, period), period)
        if as_json:
            print_json({"figures": found, "beyond": found.beyond})
        else:
            beyond = at.text("rule.beyond")
            print_facts(
                [
                    (at.text(f"actors.{name}"), f"{value} {beyond if name in found.beyond else ''}")
                    for name, value in figure_texts(found).items()
                ]
            )
            keys = ("about", "raised_times", "share", "chatters", "hours")
            rows = [
                (
                    each.what,
                    each.raised,
                    share_text(each.share),
                    at.text("rule.yes") if each.chatters else None,
                    f"{each.standing_s / 3600:.1f}",
                )
                for each in found.actors
            ]
            print_table([at.text(f"rule_head.{key}") for key in keys], rows, right=(1, 2, 4))
        raise typer.Exit(FINDINGS if found.beyond else DONE)
