"""In: the names of formulas. Out: what they mean at a site, as known then. I/O: reads.

Only the points that are named are read, and the members of the classes that are: a site has
hundred thousands of channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from energy.base.period import Period
from energy.metering.channel import Channel, Kind
from energy.metering.formula.inputs import (
    Catalogue,
    Input,
    ListedCatalogue,
    counted,
    matches,
    nearest_of,
)
from energy.metering.formula.tree import Members, Named, Node, every_node
from energy.views.formula.places import points_inside
from energy.views.positioned import or_last
from energy.views.registry import load_channels

Connection = psycopg.Connection[tuple[object, ...]]
_Span = tuple[datetime, datetime]
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class SiteCatalogue:
    """Knows a site's channels and places."""

    def __init__(
        self,
        connection: Connection,
        schema: str,
        trees: Iterable[Node],
        *,
        checking: bool = False,
        beside: Iterable[Channel] = (),
        period: Period | None = None,
        as_of: int | None = None,
    ) -> None:
        """Read what the trees name.

        Args:
            connection: Any connection that may read.
            schema: The site's schema.
            trees: Of the formulas.
            checking: Whether a formula is about to be stored: then places must be there, and
                every meter that is planned is a member of its class. Else what once was a place
                may be gone, and members are what a device served in the period.
            beside: Channels that are about to be planned.
            period: In which a class of meters has its members; None for today's.
            as_of: Metering position: places as known there; None for now.
        """
        self._period = period
        self._as_of = as_of
        self._connection = connection
        self._schema = schema
        self._checking = checking
        self._members: dict[Members, Sequence[ClassMember]] = {}
        names = {
            node.name for tree in trees for node in every_node(tree) if isinstance(node, Named)
        }
        points = names | {name.rpartition("/")[0] for name in names}
        rows = connection.execute(
            f"SELECT number FROM {schema}.channel WHERE point = ANY(%s)", (sorted(points),)
        ).fetchall()
        channels = load_channels(connection, schema, only=[int(str(n)) for (n,) in rows])
        self._named = ListedCatalogue(channels=_by_point([*channels.values(), *beside]))

    def named(self, name: str) -> Input | None:
        """Return the channel of `point` or `point/quantity`; None where there is none."""
        return self._named.named(name)

    def members(self, members: Members) -> Sequence[Input]:
        """Return the channels of a class of meters, by point."""
        return self.members_in(members, _EVER)

    def members_in(self, members: Members, span: _Span) -> Sequence[Input]:
        """Return the channels of a class that are in it at some time of a span, by point.

        Args:
            members: The class.
            span: Within the catalogue's period: start and end.

        Returns:
            Where there are none, the first that is planned: it tells what an empty class counts.
        """
        known = self._known(members)
        found = [each.channel for each in known if each.within(span)]
        first = min(known, key=lambda each: each.channel.channel.number, default=None)
        return found or ([] if first is None else [first.channel])

    def within(self, start: datetime, end: datetime) -> SpanCatalogue:
        """Return what names mean in a part of the catalogue's period."""
        return SpanCatalogue(whole=self, span=(start, end))

    def changes(self, tree: Node, start: datetime, end: datetime) -> list[datetime]:
        """Return the instants inside a span at which a class of meters gets or loses one."""
        edges = {
            edge
            for node in every_node(tree)
            if isinstance(node, Members)
            for member in self._known(node)
            for span in member.spans
            for edge in span
        }
        return sorted(edge for edge in edges if start < edge < end)

    def _known(self, members: Members) -> Sequence[ClassMember]:
        found = self._members.get(members)
        if found is None:
            found = self._members[members] = self._read(members)
        return found

    def has_place(self, place: str) -> bool:
        """Return whether there is such a place, or whether that does not matter any more."""
        if not self._checking:
            return True
        found = self._connection.execute(
            f"SELECT FROM {self._schema}.place WHERE key = %s", (place,)
        ).fetchone()
        return found is not None

    def nearest(self, name: str) -> str:
        """Return a point that is called nearly so; "" where there is none."""
        rows = self._connection.execute(f"SELECT point FROM {self._schema}.meter").fetchall()
        return nearest_of(name, [str(point) for (point,) in rows])

    def _read(self, members: Members) -> Sequence[ClassMember]:
        rows: list[tuple[Any, ...]] = self._connection.execute(
            f"SELECT number, point FROM {self._schema}.channel "
            "WHERE utility = %s AND kind = ANY(%s)",
            (members.utility, [Kind.COUNTER, Kind.INTERVAL]),
        ).fetchall()
        inside = None if members.place is None else self._inside(members.place)
        if inside is not None:
            rows = [row for row in rows if row[1] in inside]
        pattern = members.named
        numbers = [n for n, point in rows if pattern is None or matches(pattern, point)]
        channels = load_channels(self._connection, self._schema, only=numbers)
        points = sorted(_by_point(channels.values()).items())
        planned = [each for _, mine in points for each in counted(mine, members)]
        numbers = [each.channel.number for each in planned]
        served = {n: [_EVER] for n in numbers} if self._checking else self._served(numbers)
        return [
            ClassMember(
                channel=each,
                spans=_both(
                    served.get(each.channel.number, []),
                    [_EVER] if inside is None else inside[each.channel.point],
                ),
            )
            for each in planned
        ]

    def _inside(self, place: str) -> Mapping[str, list[_Span]]:
        """Return when points are inside a place; where no period is asked for, now is ever."""
        found: dict[str, list[_Span]] = {}
        where = (self._connection, self._schema, place, self._period, self._as_of)
        for each in points_inside(*where):
            span = _EVER if self._period is None else (each.start, each.end)
            for point in each.points:
                found.setdefault(point, []).append(span)
        return found

    def _served(self, numbers: Sequence[int]) -> Mapping[int, list[_Span]]:
        """Return when channels had a device, as known then, where that touches the period.

        A meter planned behind a bill is none of its members: the bill is re-rated as it was.
        """
        if not numbers:
            return {}
        period = self._period
        start, end = (None, None) if period is None else (period.start, period.end)
        mine = (
            "channel = ANY(%(numbers)s) AND greatest(position, end_position) <= %(limit)s "
            "AND (%(end)s::timestamptz IS NULL OR start_at < %(end)s) "
            "AND (%(start)s::timestamptz IS NULL OR end_at IS NULL OR end_at > %(start)s)"
        )
        rows: list[tuple[Any, ...]] = self._connection.execute(
            f"SELECT channel, start_at, end_at FROM {self._schema}.segment WHERE {mine} "
            f"UNION SELECT channel, start_at, end_at FROM {self._schema}.segment_superseded "
            f"WHERE {mine} AND until_position > %(limit)s ORDER BY channel, start_at",
            {"numbers": numbers, "limit": or_last(self._as_of), "start": start, "end": end},
        ).fetchall()
        found: dict[int, list[_Span]] = {}
        for number, begins, ends in rows:
            found.setdefault(number, []).append((begins, ends or _EVER[1]))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMember:
    """A channel that may be in a class of meters, and when it is."""

    channel: Input
    spans: Sequence[_Span]

    def within(self, span: _Span) -> bool:
        """Return whether it is in its class at some time of a span."""
        return any(start < span[1] and span[0] < end for start, end in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanCatalogue:
    """What names mean in a part of a catalogue's period; see Catalogue."""

    whole: SiteCatalogue
    span: _Span

    def named(self, name: str) -> Input | None:
        """Return the channel of `point` or `point/quantity`; None where there is none."""
        return self.whole.named(name)

    def members(self, members: Members) -> Sequence[Input]:
        """Return the channels of a class of meters in this part, by point."""
        return self.whole.members_in(members, self.span)

    def has_place(self, place: str) -> bool:
        """Return whether there is such a place."""
        return self.whole.has_place(place)

    def nearest(self, name: str) -> str:
        """Return a point that is called nearly so; "" where there is none."""
        return self.whole.nearest(name)


def named_inputs(tree: Node, catalogue: Catalogue) -> list[Input]:
    """Return every channel that a formula names, whether its units fit or not."""
    found: list[Input] = []
    for node in every_node(tree):
        if isinstance(node, Named):
            named = catalogue.named(node.name)
            found += [] if named is None else [named]
        elif isinstance(node, Members):
            found += catalogue.members(node)
    return found


def place_keys(connection: Connection, schema: str) -> list[str]:
    """Return the keys of a site's places."""
    rows = connection.execute(f"SELECT key FROM {schema}.place ORDER BY key").fetchall()
    return [str(key) for (key,) in rows]


def _both(first: Sequence[_Span], second: Sequence[_Span]) -> list[_Span]:
    """Return the time that lies in both of some spans."""
    both = [(max(a, c), min(b, d)) for a, b in first for c, d in second]
    return sorted((start, end) for start, end in both if start < end)


def _by_point(channels: Iterable[Channel]) -> dict[str, list[Input]]:
    found: dict[str, list[Input]] = {}
    for channel in channels:
        facts = channel.facts
        indicator = facts.kind is Kind.COMPUTED and facts.utility is None
        found.setdefault(channel.point, []).append(Input(channel=channel, indicator=indicator))
    return found
