"""In: what a person typed of a display. Out: it judged, and entered. I/O: PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from billing.money import exact_text
from dashboards.display_commands import Read, Typed
from energy.base.clock import Clock
from energy.journal.corrections import Corrections
from energy.metering.channel import Channel, Kind
from energy.metering.correction import StatementError
from energy.metering.display_look import Doubt
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.display_look import counts_pulses, look_at
from energy.views.point_rows import Connection
from energy.views.readings_told import channel_of
from energy.views.registry import load_channels
from processes.readings_file import instant_of
from processes.technician_checks import display_of, final_count

LONGEST = 60
"""Signs of a typed value or instant: more is a mistake."""
LONGEST_NOTE = 500


class DisplayDesk:
    """Where readings from displays of one site come in."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site's metering journal, in the writer's or the web's role."""
        self._database = database
        self._site = site
        self._clock = clock
        self._corrections = Corrections(database, site.schema, clock)

    def read(self, typed: Typed) -> Read:
        """Return what was typed, with what is odd about it.

        Raises:
            UnknownMeterError: There is no such point.
            NoChannelError: It has no such register.
            RefusedError: The register cannot have shown it, nothing served then, or its display
                is not its register.
        """
        for text, most in ((typed.value, LONGEST), (typed.at, LONGEST), (typed.note, LONGEST_NOTE)):
            if len(text) > most:
                raise StatementError.of("reading.too_long", most=most)
        with self._database.connection() as connection:
            channel = self._register(connection, typed)
            at = instant_of(typed.at, self._site.zone) if typed.at else self._now()
            count = final_count(display_of(typed.value), channel.facts.resolution)
            self._corrections.check(channel, [(at, count)])
            looked = look_at(connection, self._site.schema, channel, at, count)
        if not looked.serial:
            raise StatementError.of("reading.none_served", point=typed.point, at=at)
        return Read(
            channel=channel.number,
            unit=channel.facts.unit,
            at=at,
            count=count,
            shown=_shown(count, channel),
            doubts=looked.doubts,
            others=tuple(_shown(_told(doubt), channel) for doubt in looked.doubts),
            beside=looked.standing is not None,
        )

    def enter(self, read: Read, note: str, *, by: UUID, command_id: UUID) -> int:
        """Enter a reading; return the journal's position.

        Raises:
            StatementError: It cannot be true.
        """
        with self._database.connection() as connection:
            channel = load_channels(connection, self._site.schema, only=[read.channel])[
                read.channel
            ]
        readings = [(read.at, read.count)]
        return self._corrections.enter(channel, readings, note=note, by=by, command_id=command_id)

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)

    def _register(self, connection: Connection, typed: Typed) -> Channel:
        """Return the counter that was read; a pulse meter's display is another thing."""
        channel = channel_of(connection, self._site.schema, typed.point, typed.quantity or None)
        if channel.facts.kind is not Kind.COUNTER:
            raise StatementError.of("reading.no_display", point=typed.point)
        if counts_pulses(connection, self._site.schema, typed.point):
            raise StatementError.of("reading.pulses", point=typed.point)
        return channel


def _told(doubt: Doubt) -> int:
    return doubt.count if doubt.most is None else doubt.most


def _shown(count: int, channel: Channel) -> str:
    resolution = channel.facts.resolution
    digits = len(exact_text(resolution).partition(".")[2])
    return exact_text(count * resolution, least_digits=digits)
