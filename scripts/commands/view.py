"""In: `view lag|rebuild|verify`. Out: how far the views are; they are rebuilt, compared. I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from energy.store.sites import DIRECTORY
    from energy.system import OWNER, WEB
    from energy.views.parked import count_parked
    from energy.views.progress import read_all_lags
    from energy.views.rebuild import Rebuilt, Stage, Tell
    from energy.views.replay_check import Verified
    from processes.view_rebuild import rebuild_views, verify_views

app = group("view")


@app.command()
def lag(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show how far each view is behind the journal, and what it has parked."""
    with opened(ctx, WEB) as at:
        database, now = at.system.database, at.system.clock.now()
        rows = []
        for schema in (at.site.schema, DIRECTORY):
            parked = count_parked(database, schema)
            rows += [
                (each, parked.get(each.follower, 0)) for each in read_all_lags(database, schema)
            ]
        if as_json:
            print_json(
                [
                    {
                        "follower": each.follower,
                        "position": each.position,
                        "head": each.head,
                        "lag": each.entries,
                        "oldest_ms": round(each.seconds(now) * 1000),
                        "parked": parked,
                        "updated_at": each.updated_at,
                    }
                    for each, parked in rows
                ]
            )
            return
        heads = [at.text(f"head.{key}") for key in ("view", "position", "head", "lag")]
        heads += [escape(at.text("view.oldest_s")), at.text("view.parked"), at.text("head.at")]
        shown = [
            (v.follower, v.position, v.head, v.entries, f"{v.seconds(now):.1f}", n, v.updated_at)
            for v, n in rows
        ]
        print_table(heads, shown, right=(1, 2, 3, 4, 5))


@app.command()
def rebuild(
    ctx: typer.Context,
    name: str,
    *,
    wait: int = 60,
    as_json: Json = False,
) -> None:
    """Fold a view anew from the journal and swap it in, while everything runs."""
    with opened(ctx, OWNER) as at:
        with _bar(at) as tell:
            done = rebuild_views(
                at.system.database, at.site, name, at.system.clock, wait_s=float(wait), tell=tell
            )
        if as_json:
            print_json([_rebuilt(each) for each in done])
            return
        for each in done:
            if each.dropped_leftover:
                print(at.text("view.leftover"))
            print(
                at.text(
                    "view.rebuilt",
                    tables=len(each.tables),
                    position=each.position,
                    readings=each.readings,
                    elapsed_s=each.elapsed_s,
                    rate=each.readings / max(each.elapsed_s, 0.001),
                    swap_s=each.swap_s,
                    tries=each.swap_tries,
                )
            )


def _rebuilt(done: Rebuilt) -> dict[str, object]:
    return {
        "tables": done.tables,
        "position": done.position,
        "readings": done.readings,
        "elapsed_ms": round(done.elapsed_s * 1000),
        "swap_ms": round(done.swap_s * 1000),
        "swap_tries": done.swap_tries,
        "dropped_leftover": done.dropped_leftover,
    }


@app.command("verify")
def verify_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument()] = "all",
    *,
    as_json: Json = False,
) -> None:
    """Compare the live tables with a replay of the journal; exit 1 when one differs."""
    with opened(ctx, OWNER) as at:
        with _bar(at) as tell:
            found = verify_views(at.system.database, at.site, name, at.system.clock, tell=tell)
        equal = all(each.equal for each in found)
        if as_json:
            print_json({"equal": equal, "applications": [_verified(each) for each in found]})
        else:
            _print_verified(at, found)
        raise typer.Exit(0 if equal else FINDINGS)


def _verified(found: Verified) -> dict[str, object]:
    return {
        "application": found.application,
        "equal": found.equal,
        "position": found.position,
        "readings": found.readings,
        "elapsed_ms": round(found.elapsed_s * 1000),
        "tables": [
            {
                "table": each.table,
                "equal": each.equal,
                "rows": each.live_rows,
                "rows_replayed": each.replayed_rows,
                "hash": each.live_hash,
                "hash_replayed": each.replayed_hash,
                "first_keys": each.first_keys,
            }
            for each in found.tables
        ],
    }


def _print_verified(at: Opened, found: Sequence[Verified]) -> None:
    keys = ("table", "live_rows", "replayed_rows", "equal", "hash", "first_keys")
    rows = [
        (
            each.table,
            each.live_rows,
            each.replayed_rows,
            at.text("yes" if each.equal else "no"),
            each.live_hash,
            "; ".join(each.first_keys) or None,
        )
        for application in found
        for each in application.tables
    ]
    print_table([at.text(f"head.{key}") for key in keys], rows, right=(1, 2))
    for each in found:
        different = sum(not table.equal for table in each.tables)
        print(
            at.text(
                "view.differs" if different else "view.whole",
                application=each.application,
                tables=different,
                position=each.position,
                readings=each.readings,
                elapsed_s=each.elapsed_s,
            )
        )


@contextmanager
def _bar(at: Opened) -> Iterator[Tell]:
    """Show a bar with readings per second and the time left on standard error."""
    err = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None, rate="")

        def tell(stage: Stage) -> None:
            rate = stage.readings / stage.elapsed_s if stage.elapsed_s else 0.0
            bar.update(
                task,
                description=at.text(f"view.stage.{stage.name}"),
                completed=stage.done,
                total=stage.of or None,
                rate=f"{rate:,.0f}/s" if rate else "",
            )

        yield tell
