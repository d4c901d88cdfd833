"""In: `alert rule` verbs. Out: rules of alerts defined, listed, switched on. I/O: the database."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json, group

if runs():
    from dashboards.security.scope import Right
    from energy.alerting.rule_desk import RuleDesk
    from energy.alerting.rule_reads import RuleRow, list_rules
    from energy.system import WEB, WRITER
    from processes.alert_rules import read_rules_of

rule = group("rule")


@rule.command()
def define(
    ctx: typer.Context,
    file: Path,
    by: str | None = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    as_json: Json = False,
) -> None:
    """Define the rules of a file, or their next versions; every problem is listed at once."""
    with opened(ctx, WEB if dry_run else WRITER) as at:
        specs = read_rules_of(at.system, at.site, file)
        if dry_run:
            if as_json:
                print_json(specs)
            else:
                print(at.text("rule.checked", number=len(specs)))
            return
        person = at.person(by, Right.DECIDE_READINGS)
        desk = RuleDesk(at.system.database, at.site, at.system.clock)
        versions = {spec["key"]: desk.define(spec, person) for spec in specs}
        at.settle("operations")
        if as_json:
            print_json(versions)
            return
        for key, version in versions.items():
            print(at.text("rule.defined", rule=key, version=version))


@rule.command("list")
def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the rules with their versions, and how many of their alerts stand."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = list_rules(connection, at.site.schema, at.site.zone)
        if as_json:
            print_json(found)
            return
        keys = ("key", "version", "kind", "severity", "name", "state", "subjects", "standing")
        rows = [
            (
                row.key,
                row.version,
                row.kind,
                row.severity,
                row.name,
                _state(at, row),
                row.subjects or None,
                row.standing,
            )
            for row in found
        ]
        print_table([at.text(f"rule_head.{key}") for key in keys], rows, right=(1, 6, 7))


def _state(at: Opened, row: RuleRow) -> str:
    """Return whether a rule is evaluated; the time of one that holds only while an event lasts."""
    begins, ends = (row.spec.get(name) for name in ("valid_from", "valid_to"))
    if begins and ends:
        first, last = (
            datetime.fromisoformat(each).astimezone(at.site.zone) for each in (begins, ends)
        )
        return f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M}"
    return at.text("rule.on" if row.enabled else "rule.off")


@rule.command()
def enable(ctx: typer.Context, key: str, by: str | None = None) -> None:
    """Switch on the newest version of a rule that waits."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        version = RuleDesk(at.system.database, at.site, at.system.clock).enable(key, person)
        at.settle("operations")
        print(at.text("rule.enabled", rule=key, version=version))


@rule.command()
def withdraw(ctx: typer.Context, key: str, by: str | None = None) -> None:
    """Withdraw a rule with all its versions; its open alerts are cleared."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        number = RuleDesk(at.system.database, at.site, at.system.clock).withdraw(key, person)
        at.settle("operations")
        print(at.text("rule.withdrawn", rule=key, number=number))
