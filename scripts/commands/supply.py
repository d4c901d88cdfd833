"""In: `supply` verbs. Out: supply graphs defined, drawn, balanced. I/O: the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer
from rich.tree import Tree

from energy.base.units import Utility
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import (
    cell,
    console,
    harmless,
    print_json,
    print_table,
    worded,
    working,
)
from scripts.commands.supply_print import percent_of, plain_balance, print_balance, units
from scripts.commands.tree import DONE, FINDINGS, Json, group

if runs():
    from dashboards.security.scope import Right
    from energy.metering.supply.graph import Graph, Node
    from energy.metering.usage_groups import Every
    from energy.system import WEB, WRITER
    from processes.plant_acts import define_supply, read_supply_file, switch_tie
    from processes.readings_file import instant_of
    from processes.supply_reads import UtilityBalance, over_limit, read_balance, read_graphs

app = group("supply")
FirstDay = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
LastDay = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]


class State(StrEnum):
    """What a tie is said to be."""

    OPEN = "open"
    CLOSED = "closed"


class By(StrEnum):
    """Width of a group of a balance."""

    DAY = "day"
    MONTH = "month"


@app.command()
def define(
    ctx: typer.Context,
    file: Path,
    reason: str | None = None,
    by: str | None = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    as_json: Json = False,
) -> None:
    """Let the graphs or changes of a file hold; every problem is listed at once."""
    with opened(ctx, WEB if dry_run else WRITER) as at:
        planned = read_supply_file(at.system, at.site, file)
        if as_json:
            print_json(planned)
        else:
            keys = ("utility", "valid_from", "kind", "nodes", "edges")
            rows = [
                (
                    worded(at.language, "utility", each.utility),
                    each.valid_from.astimezone(at.site.zone).date(),
                    at.text("supply.same" if each.same else "supply.whole" if each.whole
                            else "supply.change"),
                    each.nodes,
                    each.edges,
                )
                for each in planned
            ]  # fmt: skip
            print_table([at.text(f"supply.head.{key}") for key in keys], rows, right=(3, 4))
            for warning in (told for each in planned for told in each.warnings):
                print(harmless(warning.told(at.language)))
        if dry_run or all(each.same for each in planned):
            return
        person = at.person(by, Right.DECIDE_READINGS)
        why = required(reason, "--reason", at.text("ask.why_supply"))
        position = define_supply(at.system, at.site, planned, reason=why, by=person)
        if not as_json:
            print(at.text("supply.defined", position=position))


@app.command()
def show(
    ctx: typer.Context,
    utility: Utility | None = None,
    at: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%d %H:%M"])] = None,
    *,
    as_json: Json = False,
) -> None:
    """Draw the supply graph of an instant: who feeds whom, where meters stand."""
    with opened(ctx, WEB) as here:
        instant = here.system.clock.now() if at is None else at.replace(tzinfo=here.site.zone)
        graphs = read_graphs(here.system.database, here.site, instant, utility)
        if as_json:
            print_json(graphs)
            return
        for each in graphs:
            root = Tree(worded(here.language, "utility", each.utility))
            fed = {target for _, target in each.graph.live_edges()}
            for key in (key for key in each.graph.nodes if key not in fed):
                _grow(here, root, each.graph, key, set())
            for text in _switches(here, each.graph):
                root.add(harmless(text))
            console().print(root)


def _grow(at: Opened, branch: Tree, graph: Graph, key: str, above: set[str]) -> None:
    node = branch.add(_label(at, graph.nodes[key]))
    edges = sorted(graph.live_edges() | graph.edges)
    for source, target in edges:
        if source != key or target in above:
            continue
        if (source, target) in graph.live_edges():
            _grow(at, node, graph, target, above | {key})
        else:
            node.add(at.text("supply.open_edge", name=harmless(graph.nodes[target].name)))


def _label(at: Opened, node: Node) -> str:
    words = [node.key, worded(at.language, "node_kind", node.kind)]
    if node.loss is not None:
        words.append(at.text(f"supply.model.{node.loss.model}"))
    if node.limit_percent is not None:
        words.append(at.text("supply.limit", percent=cell(node.limit_percent)))
    meter = "" if node.point is None else f"  {harmless(node.point)}"
    return f"[bold]{harmless(node.name)}[/bold] [dim]{harmless(', '.join(words))}[/dim]{meter}"


def _switches(at: Opened, graph: Graph) -> Iterator[str]:
    """Yield the ties and rings of a graph as rows."""
    for tie in graph.ties.values():
        first, second = tie.between
        state = at.text("supply.closed" if tie.closed else "supply.opened")
        if tie.state_point is not None:
            state = at.text("supply.measured", point=tie.state_point)
        yield at.text("supply.tie", name=tie.key, first=first, second=second, state=state)
    for ring in graph.rings.values():
        state = at.text("supply.closed")
        if ring.open is not None:
            state = at.text("supply.open_at", first=ring.open[0], second=ring.open[1])
        yield at.text("supply.ring", name=ring.key, nodes=" - ".join(ring.nodes), state=state)


@app.command()
def tie(
    ctx: typer.Context,
    node: str,
    state: State,
    at: Annotated[str, typer.Option()],
    reason: Annotated[str, typer.Option()],
    utility: Utility = Utility.ELECTRICITY,
    by: str | None = None,
) -> None:
    """Say that a tie breaker was closed or opened; nothing is switched by it."""
    with opened(ctx, WRITER) as here:
        person = here.person(by, Right.DECIDE_READINGS)
        why = required(reason, "--reason", here.text("ask.why_tie"))
        instant = instant_of(at, here.site.zone)
        said = switch_tie(
            here.system,
            here.site,
            utility,
            node,
            closed=state is State.CLOSED,
            at=instant,
            reason=why,
            by=person,
        )
        key = f"supply.tied_{state}" if said.new else f"supply.is_{state}"
        shown = instant.astimezone(here.site.zone)
        print(here.text(key, tie=node, at=shown, position=said.position))


@app.command()
def balance(
    ctx: typer.Context,
    first: FirstDay,
    last: LastDay,
    utility: Utility = Utility.ELECTRICITY,
    every: By | None = None,
    as_of: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Balance every supply node over local days and name who is likely to blame; exit 1 then."""
    with opened(ctx, WEB) as at:
        found = _read(at, utility, first, last, every, as_of)
        if as_json:
            print_json(plain_balance(found))
        else:
            print_balance(at, found, dated=every is not None)
        raise typer.Exit(FINDINGS if over_limit(found) else DONE)


@app.command()
def losses(
    ctx: typer.Context,
    first: FirstDay,
    last: LastDay,
    utility: Utility = Utility.ELECTRICITY,
    as_of: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what each transformer, cable or pipe lost over local days."""
    with opened(ctx, WEB) as at:
        found = _read(at, utility, first, last, None, as_of)
        if as_json:
            print_json(found.losses)
            return
        if not found.losses:
            print(at.text("supply.no_losses", utility=worded(at.language, "utility", utility)))
            return
        keys = ("element", "model", "load", "loss", "share", "unit", "known")
        rows = [
            (
                each.key,
                at.text(f"supply.model.{each.model}"),
                units(found, each.load),
                units(found, each.loss),
                percent_of(Fraction(100 * each.loss, each.load) if each.load > 0 else None),
                found.unit,
                f"{each.known}/{each.expected}",
            )
            for each in found.losses
        ]
        print_table([at.text(f"supply.head.{key}") for key in keys], rows, right=(2, 3, 4, 6))


def _read(
    at: Opened,
    utility: Utility,
    first: datetime,
    last: datetime,
    every: By | None,
    as_of: str | None,
) -> UtilityBalance:
    with working(at.text("supply.balancing")):
        return read_balance(
            at.system.database,
            at.site,
            utility,
            first.date(),
            last.date(),
            every=None if every is None else Every(every.value),
            as_of=as_of,
        )
