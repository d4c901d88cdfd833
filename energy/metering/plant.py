"""In: commands on the two structures of a site, its sources and numbers. Out: events. Pure.

The place tree (site, building, floor, area, plant, device) and one dated supply graph per
utility are two things; balance and outages use the supply graph, floor area the place tree.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class PlaceTree(JournalAggregate):
    """The place tree of a site; each event holds it whole."""

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

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return id_of("place_tree", site)

    @event(Created)
    def __init__(self, *, site: str, places: list[dict[str, Any]], command_id: UUID) -> None:
        """Define the tree."""
        self.site = site
        self.places = places

    @event(Redefined)
    def redefine(self, *, places: list[dict[str, Any]], command_id: UUID) -> None:
        """Replace the tree."""
        self.places = places


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
