"""In: an instant, displays as typed. Out: what the registers of a meter showed then. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from billing.money import display_text
from energy.base.errors import RefusedError
from energy.metering.channel import LARGEST_MODULUS, Channel
from energy.views.segment_rows import read_pieces
from processes.readings_file import count_of
from processes.technician_facts import billed_counter
from processes.technician_site import SiteDesk


class MeterLifeError(RefusedError):
    """What is stated of a meter's life cannot be true, or leaves usage unknown."""

    code = "meter.life"


def stated_counts(counters: Sequence[Channel], words: Sequence[str]) -> dict[int, int]:
    """Return stated displays as counts by channel number. [count].

    Args:
        counters: Of the point.
        words: "VALUE" of the billed counter, or "QUANTITY=VALUE".

    Raises:
        MeterLifeError: A quantity is none of them or stands twice, or the register cannot show
            the value.
        StatementError: The value is no number of its steps.
    """
    billed = billed_counter([channel.facts for channel in counters]).quantity
    by_quantity = {channel.facts.quantity: channel for channel in counters}
    found: dict[int, int] = {}
    for word in words:
        quantity, sign, value = word.rpartition("=")
        channel = by_quantity.get(quantity.strip() if sign else billed)
        if channel is None or channel.number in found:
            known = ", ".join(by_quantity)
            raise MeterLifeError.of("meter_life.count_word", word=word, known=known)
        count = count_of(value, channel)
        most = (channel.facts.modulus or LARGEST_MODULUS) - 1
        if not 0 <= count <= most:
            raise MeterLifeError.of("reading.outside", low=0, high=most, count=count)
        found[channel.number] = count
    return found


def require_past(desk: SiteDesk, *instants: datetime) -> None:
    """Refuse instants that are still to come: nobody knows what a register will show.

    Raises:
        MeterLifeError: One of them is.
    """
    now = desk.clock.now()
    for at in instants:
        if at > now:
            raise MeterLifeError.of("reading.future", at=at)


def counts_at_cut(
    desk: SiteDesk, turned: Sequence[Channel], at: datetime, words: Sequence[str]
) -> dict[int, int]:
    """Return the counts where a span begins or ends; none where a segment ends there anyway."""
    with desk.database.connection() as connection:
        pieces = read_pieces(connection, desk.site.schema, [c.number for c in turned])
    if turned and all(
        any(piece.channel == c.number and at in (piece.start, piece.end) for piece in pieces)
        for c in turned
    ):
        return {}
    return counts_at(desk, turned, at, words)


def counts_at(
    desk: SiteDesk, counters: Sequence[Channel], at: datetime, words: Sequence[str]
) -> dict[int, int]:
    """Return what some registers showed at an instant: as stated, else as read right then.

    Raises:
        MeterLifeError: One of them is neither.
    """
    found = stated_counts(counters, words) if words else {}
    for channel in counters:
        if channel.number in found:
            continue
        before, behind = desk.around(channel.number, at)
        if not before or before[0][0] != at:
            raise MeterLifeError.of(
                "meter_life.count_unknown",
                key=channel.key,
                quantity=channel.facts.quantity,
                at=at,
                before=_told(channel, before[0] if before else None),
                behind=_told(channel, behind),
            )
        found[channel.number] = before[0][1]
    return found


def display_of(channel: Channel, count: int) -> str:
    """Return a count as the display of its register shows it, with its unit."""
    return f"{display_text(count, channel.facts.resolution)} {channel.facts.unit}"


def _told(channel: Channel, reading: tuple[datetime, int] | None) -> str:
    if reading is None:
        return "-"
    return f"{reading[0]:%Y-%m-%d %H:%M:%S} {display_of(channel, reading[1])}"


def carried(
    counters: Sequence[Channel], others: Sequence[Channel], shown: Mapping[int, int]
) -> dict[int, int]:
    """Return the counts of a device by the channel numbers of another point.

    Raises:
        MeterLifeError: The point wants a register that the device does not have like this.
    """
    own = {channel.facts.quantity: channel for channel in counters}
    start: dict[int, int] = {}
    for channel in others:
        facts = channel.facts
        held = own.get(facts.quantity)
        if held is None or (held.facts.unit, held.facts.resolution, held.facts.modulus) != (
            *(facts.unit, facts.resolution),
            facts.modulus,
        ):
            raise MeterLifeError.of(
                "meter_life.other_register", key=channel.key, known=", ".join(own)
            )
        start[channel.number] = shown[held.number]
    return start
