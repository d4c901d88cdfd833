"""In: a mapping, the channels of a site. Out: which channel a name in the file means. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.files.mapping import FileMapping, NamedChannel, Series, Unlisted
from adapters.files.value_text import NameRefusedError, Target
from adapters.unit_factors import counts_in
from energy.base.text import tell
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
                    raise NameRefusedError(tell("why.row.no_channel_listed", name=name[:80]))
                case Unlisted.KEY:
                    point, _, quantity = name.rpartition("/") if "/" in name else (name, "", "")
                    listed = NamedChannel(name=name, point=point, quantity=quantity)
        channel = self._channel(listed)
        value = self._mapping.value
        given = listed.unit or unit or value.unit
        scale = value.scale if listed.scale is None else listed.scale
        facts = channel.facts
        counts = counts_in(
            given, wanted=facts.unit, utility=facts.utility, resolution=facts.resolution
        )
        if counts is None:
            raise NameRefusedError(
                tell(
                    "why.row.unit",
                    name=name[:80],
                    given=given[:40],
                    key=channel.key,
                    unit=channel.facts.unit,
                )
            )
        return Target(channel, counts * scale)

    def _channel(self, listed: NamedChannel) -> Channel:
        there = self._points.get(listed.point)
        if there is None:
            raise NameRefusedError(tell("why.row.no_point", point=listed.point[:80]))
        kind = self._mapping.series.channel_kind
        meant = [c for c in there if c.facts.quantity == listed.quantity]
        if not listed.quantity:  # the billed one, else the first of the kind
            of_kind = [c for c in there if c.facts.kind is kind] or there
            meant = [c for c in of_kind if c.facts.billing] or of_kind
        if not meant:
            known = ", ".join(c.facts.quantity for c in there[:MOST_NAMED])
            raise NameRefusedError(
                tell(
                    "why.row.no_channel",
                    point=listed.point,
                    quantity=listed.quantity[:80],
                    known=known,
                )
            )
        self._check_kind(meant[0], kind)
        return meant[0]

    def _check_kind(self, channel: Channel, kind: Kind) -> None:
        facts = channel.facts
        if facts.kind is not kind:
            raise NameRefusedError(
                tell(
                    "why.row.other_kind",
                    key=channel.key,
                    kind=facts.kind.value,
                    series=self._mapping.series.value,
                )
            )
        width = self._mapping.interval_s
        if self._mapping.series is Series.INTERVALS and facts.delivered_s != width:
            raise NameRefusedError(
                tell(
                    "why.row.interval", key=channel.key, delivered_s=facts.delivered_s, width=width
                )
            )
