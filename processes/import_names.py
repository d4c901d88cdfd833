"""In: a mapping, the channels of a site. Out: which channel a name in the file means. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.files.mapping import FileMapping, NamedChannel, Series, Unlisted
from adapters.files.value_text import NameRefusedError, Target, counts_in
from energy.metering.channel import Channel, Kind

MOST_NAMED = 8
"""Names of quantities told in one message."""


class SiteNames:
    """The channels of a site by the names a mapping gives them."""

    def __init__(self, mapping: FileMapping, channels: Iterable[Channel]) -> None:
        """Know the channels.

        Args:
            mapping: Says which name is which.
            channels: Of the site.
        """
        self._mapping = mapping
        self._listed = {channel.name: channel for channel in mapping.channels}
        self._points: dict[str, list[Channel]] = {}
        for channel in channels:
            self._points.setdefault(channel.point, []).append(channel)

    def target(self, name: str, unit: str) -> Target | None:
        """Return the channel of a name; None when it is to be ignored.

        Args:
            name: Head of a column, or what the columns of the name say.
            unit: What the unit's column says; empty where there is none.

        Raises:
            NameRefusedError: It is nobody's, of another kind, or its unit does not fit.
        """
        listed = self._listed.get(name)
        if listed is None:
            match self._mapping.unlisted:
                case Unlisted.IGNORE:
                    return None
                case Unlisted.REFUSE:
                    raise NameRefusedError(
                        f"{name[:80]!r} is no [[channel]] of the mapping: list it there, or state "
                        'unlisted = "ignore" in [name]'
                    )
                case Unlisted.KEY:
                    point, _, quantity = name.rpartition("/") if "/" in name else (name, "", "")
                    listed = NamedChannel(name=name, point=point, quantity=quantity)
        channel = self._channel(listed)
        value = self._mapping.value
        given = listed.unit or unit or value.unit
        scale = value.scale if listed.scale is None else listed.scale
        per_written = counts_in(channel, given, scale)
        if per_written is None:
            raise NameRefusedError(
                f"{name[:80]!r}: unit {given[:40]!r} is none of {channel.key} "
                f"({channel.facts.unit}): state its unit in the mapping"
            )
        return Target(channel, per_written)

    def _channel(self, listed: NamedChannel) -> Channel:
        there = self._points.get(listed.point)
        if there is None:
            raise NameRefusedError(
                f"the site has no point {listed.point[:80]!r}: `meter list` shows its points"
            )
        kind = self._mapping.series.channel_kind
        meant = [c for c in there if c.facts.quantity == listed.quantity]
        if not listed.quantity:  # the billed one, else the first of the kind
            of_kind = [c for c in there if c.facts.kind is kind] or there
            meant = [c for c in of_kind if c.facts.billing] or of_kind
        if not meant:
            known = ", ".join(c.facts.quantity for c in there[:MOST_NAMED])
            raise NameRefusedError(
                f"{listed.point} has no channel {listed.quantity[:80]!r}; it has {known}"
            )
        self._check_kind(meant[0], kind)
        return meant[0]

    def _check_kind(self, channel: Channel, kind: Kind) -> None:
        facts = channel.facts
        if facts.kind is not kind:
            raise NameRefusedError(
                f"{channel.key} is a channel of kind {facts.kind.value}; the mapping says kind = "
                f"{self._mapping.series.value!r}: import to another channel or mend the mapping"
            )
        width = self._mapping.interval_s
        if self._mapping.series is Series.INTERVALS and facts.delivered_s != width:
            raise NameRefusedError(
                f"{channel.key} takes intervals of {facts.delivered_s} s, the mapping has {width}: "
                "plan a channel with that interval_s, or mend the mapping"
            )
