"""In: `patrol pack|bring`. Out: a page to take along, what it brought back. I/O: files, desk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.field_round import typed_in
from scripts.commands.frame import Opened, opened
from scripts.commands.patrol_frame import desk_of, rounds_of
from scripts.commands.printing import in_zone, print_json, print_table
from scripts.commands.tree import FINDINGS, Json
from scripts.commands.work_frame import instant_of

if runs():
    from adapters.files.round_result import PATROL_FORMAT, read_result
    from dashboards.security.scope import Right
    from energy.base.text import told
    from energy.service.rounds.bringing import Became, Outcome
    from energy.system import WEB, WRITER
    from processes.patrol_pack import entries_of, pack_of, round_meant


def add_offline(app: typer.Typer) -> None:
    """Add pack and bring to the group."""
    app.command("pack")(pack_)
    app.command("bring")(bring_)


def pack_(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="ROUND")],
    due: str | None = None,
    file: Path | None = None,
) -> None:
    """Write a round as one HTML file that a phone opens without network."""
    with opened(ctx, WEB) as at:
        desk = desk_of(at)
        asked = desk.open(key) if due is None else desk.asked_at(key, instant_of(at, due))
        walked = [row for row in rounds_of(at, key=asked.spec.key) if row.due_at < asked.due_at]
        last = {place: each for row in walked for place, each in row.counting.items()}
        made = pack_of(at.site, asked, last, at.language)
        target = file or Path(made.name)
        target.write_text(made.page, "utf-8")
        when = in_zone(asked.due_at, at.site.zone)
        said = {"file": target, "due": when, "values": made.values, "version": asked.version}
        print(at.text("patrol.packed", **said))


def bring_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(allow_dash=True)],
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Take what a phone brought back; again it adds nothing (exit 1: doubts or refusals)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.WORK)
        result = read_result(typed_in(file), PATROL_FORMAT)
        desk = desk_of(at)
        asked = desk.asked_at(*round_meant(at.site, result))
        found = desk.bringing.bring(asked, entries_of(result), by=person)
        at.settle("operations")
        if as_json:
            print_json(found)
        else:
            _print(at, found)
            if desk.holds(asked) != asked.version:
                print(at.text("patrol.by_version", version=asked.version, now=desk.holds(asked)))
        if any(each.became in {Became.DOUBT, Became.REFUSED} for each in found):
            raise typer.Exit(FINDINGS)


def _print(at: Opened, found: Sequence[Outcome]) -> None:
    heads = [at.text(f"patrol_head.{key}") for key in ("stop", "value", "said", "read", "became")]
    rows = [
        (
            each.brought.stop,
            each.brought.value,
            each.brought.said or each.brought.note,
            in_zone(each.brought.read_at, at.site.zone),
            at.text(f"patrol_became.{each.became}")
            + ("" if each.why is None else f": {told(at.language, each.why)}"),
        )
        for each in found
    ]
    print_table(heads, rows)
    taken = sum(each.became in {Became.TOLD, Became.SKIPPED} for each in found)
    print(at.text("patrol.brought", taken=taken, entries=len(found)))
