"""In: what people say of places and supply graphs. Out: dated events, views settled. I/O.

Everything is checked before anything is written, and what is written is written in one
transaction. Saying the same thing again writes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

from energy.base.errors import UnknownMeterError
from energy.base.ids import id_of
from energy.base.period import midnight
from energy.base.text import Told
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.definition_file import DefinitionFileError, read_definitions
from energy.metering.places import PlaceAct, PlaceBook, PlaceChange, within
from energy.metering.plant import PlaceTree, PlantError, SupplyGraph
from energy.metering.supply.book import SupplyAct, SupplyBook, SupplyChange
from energy.metering.supply.check import dead_ends, problems
from energy.metering.supply.file import PlannedChange, read_changes, read_supplies
from energy.store.sites import Site
from energy.system import System
from energy.views.places import point_places
from energy.views.point_rows import points
from processes.settling import settle
from processes.shares.joined import circles, divided_twice, wide_meters


class SupplyFileError(DefinitionFileError):
    """A file of supply graphs is wrong; it lists every problem."""

    code = "supply.file"
    TEXT = "supply.file"


class UnbalancedSupplyError(SupplyFileError):
    """With a file of supply graphs some graph could not be balanced."""

    TEXT = "supply.wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGraph:
    """What a file does to one utility's graph from an instant on."""

    utility: Utility
    valid_from: datetime
    whole: bool
    """Whether another graph holds; else the present one is changed."""
    nodes: int
    """Nodes of the graph from then on."""
    edges: int
    same: bool
    """Whether this is what holds already."""
    changes: tuple[SupplyChange, ...]
    warnings: tuple[Told, ...] = ()
    """What lets the graph hold and yet balance badly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TieSaid:
    """What became of a word about a tie."""

    position: int
    """Of the journal."""
    new: bool
    """Whether it was written; else it holds already."""


def read_supply_file(system: System, site: Site, file: Path) -> list[PlannedGraph]:
    """Return what a file would do, checked whole.

    Args:
        system: Parts of a process.
        site: The site.
        file: TOML with [[supply]] or [[change]] tables.

    Raises:
        SupplyFileError: Lists every problem.
        OSError: It cannot be read.
    """
    text = file.read_text(encoding="utf-8")
    checker = read_definitions(text, {"supply", "change"}, SupplyFileError)
    known = _points(system, site)
    supplies = read_supplies(checker, known, site.zone)
    changes = read_changes(checker, known, site.zone)
    if not supplies and not changes and not checker.problems:
        checker.problems.append("file: no [[supply]] and no [[change]] table")
    if checker.problems:
        raise SupplyFileError(checker.problems)
    wanted = [
        PlannedChange(
            utility=Utility(supply["utility"]),
            valid_from=supply["valid_from"],
            changes=(SupplyChange.whole(supply["valid_from"], supply["nodes"], supply["edges"]),),
        )
        for supply in supplies
    ]
    return _planned(system, site, [*wanted, *changes])


def _planned(system: System, site: Site, wanted: Sequence[PlannedChange]) -> list[PlannedGraph]:
    """Return what changes do, one behind the other, and refuse what could not be balanced."""
    metering = _metering(system, site)
    books: dict[Utility, SupplyBook] = {}
    planned, wrong = [], []
    for each in wanted:
        book = books.get(each.utility) or _book(metering, site, each.utility)
        before, after = book.at(each.valid_from), book.with_changes(each.changes)
        whole = each.changes[0].act is SupplyAct.WHOLE
        if before is None and not whole:
            raise PlantError.of("supply.none", utility=each.utility, at=each.valid_from)
        for instant in after.instants(each.valid_from):
            wrong += [told for told in problems(after.at(instant)) if told not in wrong]
        books[each.utility] = after
        graph = after.at(each.valid_from)
        assert graph is not None, "a change of a graph leaves one"
        planned.append(
            PlannedGraph(
                utility=each.utility,
                valid_from=each.valid_from,
                whole=whole,
                nodes=len(graph.nodes),
                edges=len(graph.live_edges()),
                same=graph == before,
                changes=each.changes,
                warnings=tuple(dead_ends(graph)),
            )
        )
    with system.database.connection() as connection:
        wrong += circles(connection, site, books)
        wrong += divided_twice(connection, site, books)
        wide = {each: wide_meters(connection, site, each, book) for each, book in books.items()}
    if wrong:
        raise UnbalancedSupplyError(wrong)
    return [
        replace(each, warnings=(*each.warnings, *wide.pop(each.utility, ()))) for each in planned
    ]


def define_supply(
    system: System, site: Site, planned: Sequence[PlannedGraph], *, reason: str, by: UUID
) -> int:
    """Let graphs hold; return the journal's position.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        planned: Of `read_supply_file`.
        reason: What the person says of it.
        by: Who does it.

    Raises:
        ConflictError: Somebody else changed a graph meanwhile.
    """
    metering = _metering(system, site)
    graphs: dict[Utility, SupplyGraph] = {}
    for each in planned:
        if each.same:
            continue
        graph = graphs.get(each.utility) or _graph(metering, site, each.utility)
        command = _command(site, "supply", each, 0 if graph is None else graph.version)
        facts = each.changes[0].facts
        if not each.whole:
            assert graph is not None, "a change was planned for a graph"
            graph.change(
                each.changes,
                valid_from=each.valid_from,
                reason=reason,
                by=by,
                command_id=command,
            )
        elif graph is None:
            graph = SupplyGraph(
                site=site.key,
                utility=each.utility.value,
                valid_from=each.valid_from,
                nodes=facts["nodes"],
                edges=facts["edges"],
                command_id=command,
            )
        else:
            graph.redefine(
                utility=each.utility.value,
                valid_from=each.valid_from,
                nodes=facts["nodes"],
                edges=facts["edges"],
                command_id=command,
            )
        graphs[each.utility] = graph
    position = metering.store(*graphs.values())
    settle(system.database, site, system.clock, "metering")
    return position


def switch_tie(
    system: System,
    site: Site,
    utility: Utility,
    tie: str,
    *,
    closed: bool,
    at: datetime,
    reason: str,
    by: UUID,
) -> TieSaid:
    """Say that a tie was closed or opened at an instant; the same said again is said once.

    Raises:
        PlantError: There is no such tie then, its state is measured, or the instant is to come.
    """
    if at > system.clock.now():
        raise PlantError.of("reading.future", at=at)
    metering = _metering(system, site)
    graph = _graph(metering, site, utility)
    now = None if graph is None else graph.book.at(at)
    if graph is None or now is None or tie not in now.ties:
        known = "-" if now is None else ", ".join(sorted(now.ties)) or "-"
        raise PlantError.of("supply.no_tie", tie=tie, known=known)
    held = now.ties[tie]
    if held.state_point is not None:
        raise PlantError.of("supply.tie_measured", tie=tie, point=held.state_point)
    change = SupplyChange(act=SupplyAct.TIE, valid_from=at, facts={"key": tie, "closed": closed})
    new = held.closed != closed or (_later(graph.book, tie, at) and not _said(graph.book, change))
    if new:
        said = PlannedGraph(
            utility=utility, valid_from=at, whole=False, nodes=0, edges=0, same=False,
            changes=(change,),
        )  # fmt: skip
        command = _command(site, "tie", said, graph.version)
        graph.change([change], valid_from=at, reason=reason, by=by, command_id=command)
    position = metering.store(graph)
    settle(system.database, site, system.clock, "metering")
    return TieSaid(position=position, new=new)


def _later(book: SupplyBook, tie: str, at: datetime) -> bool:
    """Return whether something is said of a tie behind an instant: order then matters."""
    return any(change.valid_from > at and change.facts.get("key") == tie for change in book.changes)


def _said(book: SupplyBook, change: SupplyChange) -> bool:
    """Return whether a book says what a change says, at its instant."""
    said = change.to_json()
    return any(
        each.valid_from == change.valid_from and each.to_json() == said for each in book.changes
    )


def change_places(
    system: System,
    site: Site,
    changes: Sequence[PlaceChange],
    *,
    first: date,
    reason: str,
    by: UUID,
) -> int:
    """Let places be otherwise from a local day on; return the journal's position.

    The same said again is said once, as where the answer to a command was lost.

    Raises:
        PlantError: A place named is none then, one would hang on none or in a circle, or one that
            is to be closed still holds places or metering points.
    """
    metering = _metering(system, site)
    tree = _tree(metering, site)
    since = midnight(first, site.zone)
    if not tree.book.says(changes):
        _refuse_misplaced(system, site, tree.book, changes, since)
        said = json.dumps([[c.act, c.place, dict(c.facts)] for c in changes], sort_keys=True)
        command = id_of("place", site.key, first.isoformat(), said, str(tree.version))
        tree.change(changes, valid_from=since, reason=reason, by=by, command_id=command)
    position = metering.store(tree)
    settle(system.database, site, system.clock, "metering")
    return position


def _refuse_misplaced(
    system: System, site: Site, book: PlaceBook, changes: Sequence[PlaceChange], since: datetime
) -> None:
    """Refuse changes of what is none then, of what is there already, of what holds something."""
    known = book.at(since)
    for change in changes:
        if change.act is not PlaceAct.DEFINED and change.place not in known:
            raise PlantError.of("place.unknown", place=change.place, at=since)
        if change.act is PlaceAct.DEFINED and change.place in known:
            raise PlantError.of("place.there", place=change.place, at=since)
        if change.act is PlaceAct.CLOSED:
            _refuse_held(system, site, book, change.place, since)


def move_points(
    system: System,
    site: Site,
    named: Sequence[str],
    place: str,
    *,
    first: date,
    reason: str,
    by: UUID,
) -> int:
    """Let metering points belong to another place from a local day on; return the position.

    The same said again is said once.

    Raises:
        UnknownMeterError: One is no metering point.
        PlantError: The place is none then.
    """
    known = _points(system, site)
    for point in named:
        if point not in known:
            raise UnknownMeterError(point)
    metering = _metering(system, site)
    tree = _tree(metering, site)
    since = midnight(first, site.zone)
    if any(tree.moved.get((point, since)) != place for point in named):
        command = id_of("points", site.key, since.isoformat(), place, *named, str(tree.version))
        tree.move_points(named, place, valid_from=since, reason=reason, by=by, command_id=command)
    position = metering.store(tree)
    settle(system.database, site, system.clock, "metering")
    return position


def attribute_change(place: str, name: str, value: Fraction | None, since: datetime) -> PlaceChange:
    """Return the change that gives an attribute of a place another value; None takes it away."""
    facts: Mapping[str, Any] = {"name": name, "value": None if value is None else str(value)}
    return PlaceChange(act=PlaceAct.VALUED, place=place, valid_from=since, facts=facts)


def _refuse_held(system: System, site: Site, book: PlaceBook, place: str, since: datetime) -> None:
    """Refuse to close a place that holds something."""
    below = sorted(within(book.at(since), place) - {place})
    if below:
        raise PlantError.of("place.holds_places", place=place, below=", ".join(below))
    with system.database.connection() as connection:
        where = point_places(connection, site.schema, since)
    held = sorted(point for point, at in where.items() if at == place)
    if held:
        raise PlantError.of("place.holds_points", place=place, points=", ".join(held))


def _points(system: System, site: Site) -> dict[str, Utility | None]:
    with system.database.connection() as connection:
        rows = points(connection, site.schema)
    return {row.point: Utility(row.utility) if row.utility else None for row in rows}


def _metering(system: System, site: Site) -> JournalApplication:
    return JournalApplication(system.database, site.schema, "metering", system.clock)


def _tree(metering: JournalApplication, site: Site) -> PlaceTree:
    tree: PlaceTree | None = metering.find(id_of("place_tree", site.key))
    if tree is None:
        raise PlantError.of("place.no_tree")
    return tree


def _graph(metering: JournalApplication, site: Site, utility: Utility) -> SupplyGraph | None:
    graph: SupplyGraph | None = metering.find(id_of("supply_graph", site.key, utility.value))
    return graph


def _book(metering: JournalApplication, site: Site, utility: Utility) -> SupplyBook:
    graph = _graph(metering, site, utility)
    return SupplyBook() if graph is None else graph.book


def _command(site: Site, what: str, planned: PlannedGraph, version: int) -> UUID:
    """Return the id of a command: repeated after a lost connection it finds its own result."""
    said = json.dumps([change.to_json() for change in planned.changes], sort_keys=True)
    digest = hashlib.sha256(said.encode()).hexdigest()
    instant = planned.valid_from.isoformat()
    return id_of(what, site.key, planned.utility.value, instant, digest, str(version))
