"""In: commands on the two structures of a site, its sources and numbers. Out: events. Pure.

The place tree (site, building, floor, area, plant, device) and one dated supply graph per
utility are two things; balance and outages use the supply graph, floor area the place tree.
Each is defined whole once and then changed from a day on, in small steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.metering.places import (
    ALWAYS,
    PlaceBook,
    PlaceChange,
    change_from_json,
    change_to_json,
    defined,
    redefined,
)
from energy.metering.supply.book import SupplyBook, SupplyChange
from energy.metering.supply.check import problems

PLACE_TOPICS = frozenset(
    {"place_tree.defined", "place_tree.redefined", "place_tree.changed", "place_tree.point_moved"}
)
"""Topics of the place tree's events."""
SUPPLY_TOPICS = frozenset(
    {"supply_graph.defined", "supply_graph.redefined", "supply_graph.changed"}
)
"""Topics of the supply graphs' events."""


class PlantError(RefusedError):
    """A change does not fit the place tree or the supply graph."""

    code = "plant"


class PlaceTree(JournalAggregate):
    """The place tree of a site: defined whole, then changed from days on."""

    TOPIC = "place_tree"

    class Created(JournalAggregate.Created):
        """The tree was defined."""

        TOPIC = "place_tree.defined"
        site: str
        places: list[dict[str, Any]]

    class Redefined(JournalAggregate.Event):
        """The tree was replaced by another."""

        TOPIC = "place_tree.redefined"
        places: list[dict[str, Any]]

    class Changed(JournalAggregate.Event):
        """Some places changed from an instant on."""

        TOPIC = "place_tree.changed"
        valid_from: datetime
        changes: list[dict[str, Any]]
        """Of energy/metering/places.py."""
        reason: str
        changed_by: UUID | None

    class PointMoved(JournalAggregate.Event):
        """Some metering points belong to another place from an instant on."""

        TOPIC = "place_tree.point_moved"
        valid_from: datetime
        points: list[str]
        place: str
        reason: str
        changed_by: UUID | None

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return id_of("place_tree", site)

    @event(Created)
    def __init__(self, *, site: str, places: list[dict[str, Any]], command_id: UUID) -> None:
        """Define the tree."""
        self.site = site
        self.places = places
        self.changes = defined(places, valid_from=ALWAYS)
        self.moved: dict[tuple[str, datetime], str] = {}
        """Place said last, by metering point and instant."""

    @event(Redefined)
    def redefine(self, *, places: list[dict[str, Any]], command_id: UUID) -> None:
        """Replace the tree."""
        before = {change.place for change in self.changes}
        self.places = places
        self.changes += redefined(before, places, valid_from=ALWAYS)

    @property
    def book(self) -> PlaceBook:
        """Return every change of the tree."""
        return PlaceBook(self.changes)

    def change(
        self,
        changes: Sequence[PlaceChange],
        *,
        valid_from: datetime,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Let places be otherwise from an instant on.

        Args:
            changes: All from that instant on.
            valid_from: A local midnight, aware UTC.
            reason: What the person says of it.
            by: Who changes it.
            command_id: Id of the command.

        Raises:
            PlantError: From then on a place would hang on one that is none, or in a circle.
        """
        for key, facts in self.book.with_changes(changes).problems(valid_from):
            raise PlantError.of(key, **facts)
        self._change(
            valid_from=valid_from,
            changes=[change_to_json(change) for change in changes],
            reason=reason,
            changed_by=by,
            command_id=command_id,
        )

    @event(Changed)
    def _change(
        self,
        *,
        valid_from: datetime,
        changes: list[dict[str, Any]],
        reason: str,
        changed_by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.changes += [change_from_json(each, valid_from=valid_from) for each in changes]

    def move_points(
        self,
        points: Sequence[str],
        place: str,
        *,
        valid_from: datetime,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Let metering points belong to another place from an instant on.

        Raises:
            PlantError: The place is none then.
        """
        if self.book.place_at(place, valid_from) is None:
            raise PlantError.of("place.unknown", place=place, at=valid_from)
        self._move_points(
            valid_from=valid_from,
            points=list(points),
            place=place,
            reason=reason,
            changed_by=by,
            command_id=command_id,
        )

    @event(PointMoved)
    def _move_points(
        self,
        *,
        valid_from: datetime,
        points: list[str],
        place: str,
        reason: str,
        changed_by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.moved |= {(point, valid_from): place for point in points}


class SupplyGraph(JournalAggregate):
    """The dated supply graph of one utility of a site."""

    TOPIC = "supply_graph"

    class Created(JournalAggregate.Created):
        """The graph holds from an instant on."""

        TOPIC = "supply_graph.defined"
        site: str
        utility: str
        valid_from: datetime
        nodes: list[dict[str, Any]]
        edges: list[list[str]]

    class Redefined(JournalAggregate.Event):
        """Another graph holds from an instant on."""

        TOPIC = "supply_graph.redefined"
        utility: str
        valid_from: datetime
        nodes: list[dict[str, Any]]
        edges: list[list[str]]

    class Changed(JournalAggregate.Event):
        """Some nodes, edges, ties changed from an instant on."""

        TOPIC = "supply_graph.changed"
        utility: str
        valid_from: datetime
        changes: list[dict[str, Any]]
        """Of energy/metering/supply/book.py."""
        reason: str
        changed_by: UUID | None

    @staticmethod
    def create_id(*, site: str, utility: str, **_: object) -> UUID:
        """Return the id from site and utility."""
        return id_of("supply_graph", site, utility)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        utility: str,
        valid_from: datetime,
        nodes: list[dict[str, Any]],
        edges: list[list[str]],
        command_id: UUID,
    ) -> None:
        """Define the graph."""
        self.utility = utility
        self.changes = [SupplyChange.whole(valid_from, nodes, edges)]

    @property
    def book(self) -> SupplyBook:
        """Return every change of the graph."""
        return SupplyBook(self.changes)

    @event(Redefined)
    def redefine(
        self,
        *,
        utility: str,
        valid_from: datetime,
        nodes: list[dict[str, Any]],
        edges: list[list[str]],
        command_id: UUID,
    ) -> None:
        """Let another graph hold from an instant on."""
        self.changes.append(SupplyChange.whole(valid_from, nodes, edges))

    def change(
        self,
        changes: Sequence[SupplyChange],
        *,
        valid_from: datetime,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Let nodes, edges, ties be otherwise from an instant on.

        Args:
            changes: In the order in which they are made.
            valid_from: Aware UTC.
            reason: What the person says of it.
            by: Who changes it.
            command_id: Id of the command.

        Raises:
            PlantError: From then on the graph would be none that can be balanced.
        """
        after = self.book.with_changes(changes)
        wrong = {
            str(problem): problem
            for instant in after.instants(valid_from)
            for problem in problems(after.at(instant))
        }
        if wrong:
            raise PlantError.of("supply.wrong", problems=list(wrong.values()))
        self._change(
            utility=self.utility,
            valid_from=valid_from,
            changes=[change.to_json() for change in changes],
            reason=reason,
            changed_by=by,
            command_id=command_id,
        )

    @event(Changed)
    def _change(
        self,
        *,
        utility: str,
        valid_from: datetime,
        changes: list[dict[str, Any]],
        reason: str,
        changed_by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.changes += [SupplyChange.from_json(each, valid_from=valid_from) for each in changes]


class Source(JournalAggregate):
    """A source of readings: a serial bus, a gateway, a broker."""

    TOPIC = "source"

    class Created(JournalAggregate.Created):
        """The source was defined."""

        TOPIC = "source.defined"
        site: str
        key: str
        kind: str
        settings: dict[str, Any]

    class Redefined(JournalAggregate.Event):
        """The source has other settings."""

        TOPIC = "source.redefined"
        key: str
        kind: str
        settings: dict[str, Any]

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return id_of("source", site, key)

    @event(Created)
    def __init__(
        self, *, site: str, key: str, kind: str, settings: dict[str, Any], command_id: UUID
    ) -> None:
        """Define the source."""
        self.key = key

    @event(Redefined)
    def redefine(self, *, key: str, kind: str, settings: dict[str, Any], command_id: UUID) -> None:
        """Give the source other settings."""


class ChannelRegister(JournalAggregate):
    """Gives out a site's channel numbers; stored in one transaction with the point it numbers."""

    TOPIC = "channel_register"

    class Created(JournalAggregate.Created):
        """No number is given yet."""

        TOPIC = "channel_register.opened"
        site: str

    class Numbered(JournalAggregate.Event):
        """Some numbers were given to a point."""

        TOPIC = "channel_register.numbered"
        point: str
        first: int
        count: int

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return id_of("channel_register", site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Begin at number 1."""
        self.next = 1

    def take(self, *, point: str, count: int, command_id: UUID) -> int:
        """Return the first of `count` fresh numbers for a point."""
        first = self.next
        self._number(point=point, first=first, count=count, command_id=command_id)
        return first

    @event(Numbered)
    def _number(self, *, point: str, first: int, count: int, command_id: UUID) -> None:
        self.next = first + count
