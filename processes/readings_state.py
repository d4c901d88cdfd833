"""In: what people say of readings and findings. Out: events, the views settled. I/O: PostgreSQL."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from energy.base.errors import RefusedError
from energy.base.ids import id_of, meant_by
from energy.base.text import Told, tell
from energy.journal.corrections import Corrections
from energy.journal.decisions import Decisions
from energy.metering.channel import Channel
from energy.metering.correction import CorrectionStateError, Stated, StatementError
from energy.store.attachment import keep_attachment
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from energy.views.corrections import CorrectionRow, read_corrections
from energy.views.registry import load_channels
from energy.views.validation.restoring import stale_corrections
from processes.readings_file import chunks, read_file, require_none, stated_readings
from processes.settling import settle

Settle = Callable[[System, Site], None]
"""Lets the views come up to what was just written."""


class CorrectionNameError(RefusedError):
    """The beginning of an id names no correction, or more than one."""

    code = "correction.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a file of readings brought."""

    readings: int
    channels: int
    position: int
    added: bool
    """False when the same file was recorded before."""


def corrections_at(system: System, site: Site) -> Corrections:
    """Return the commands on readings of a site."""
    return Corrections(system.database, site.schema, system.clock)


def decisions_at(system: System, site: Site) -> Decisions:
    """Return the commands on findings and parked entries of a site."""
    return Decisions(system.database, site.schema, system.clock)


def settled(system: System, site: Site) -> None:
    """Let the views come up to what was just written."""
    settle(system.database, site, system.clock, "metering")


def keep_evidence(database: Database, site: Site, files: Sequence[Path]) -> list[str]:
    """Keep documents in the site's schema; return their SHA-256 in hex.

    Raises:
        AttachmentError: One is empty or too large.
        OSError: One cannot be read.
    """
    kept = []
    for file in files:
        content = file.read_bytes()
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        with database.connection() as connection:
            kept.append(keep_attachment(connection, site.schema, content, media_type))
    return kept


def statement_command(
    system: System, site: Site, verb: str, channel: Channel, readings: Stated, *words: str
) -> UUID:
    """Return the id of a command that states readings: the same statement again is the same one.

    So a command repeated after a lost connection finds its own result. What was decided on is
    over, and so is an estimate whose instants another one took: the same statement behind that is
    a new one.

    Args:
        system: Parts of a process.
        site: The site.
        verb: What is done.
        channel: The channel.
        readings: Instants and counts.
        words: Everything else that was said: reason or method, person.
    """
    rows = tuple(sorted(readings))
    with system.database.connection() as connection:
        said = read_corrections(connection, site.schema, channels=(channel.number,))
    over = sum(row.decided_by is not None and row.readings == rows for row in said)
    if verb == "estimate":
        over = sum(_displaces(row, rows, words) for row in said)
    told = " ".join(f"{at.isoformat()}={count}" for at, count in rows)
    return id_of("state", verb, site.key, str(channel.number), told, *words, str(over))


def propose_stated(
    system: System,
    site: Site,
    channel: Channel,
    words: Sequence[str],
    reason: str,
    *,
    by: UUID,
    evidence: Sequence[str] = (),
) -> UUID:
    """Propose what a register showed; return the correction, which another person approves.

    Args:
        system: Parts of a process.
        site: The site.
        channel: The channel of the register.
        words: Each as TIME=VALUE, local times.
        reason: Why.
        by: Who says so.
        evidence: SHA-256 of kept documents.

    Raises:
        StatementError: A word says no reading, or the readings cannot be true.
    """
    readings = stated_readings(words, channel, site.zone)
    command = statement_command(system, site, "correct", channel, readings, reason, str(by))
    return corrections_at(system, site).propose(
        channel, readings, reason=reason, evidence=list(evidence), by=by, command_id=command
    )


def _displaces(row: CorrectionRow, rows: Stated, words: Sequence[str]) -> bool:
    """Return whether an estimate told something else of an instant that is stated."""
    if row.kind != "estimate" or {at for at, _ in row.readings}.isdisjoint(at for at, _ in rows):
        return False
    return (row.readings, row.method, str(row.proposed_by)) != (rows, *words)


def correction_named(database: Database, site: Site, name: str) -> CorrectionRow:
    """Return the correction whose id begins so.

    Raises:
        CorrectionNameError: None begins so, or more than one.
    """
    with database.connection() as connection:
        every = read_corrections(connection, site.schema)
    meant = meant_by(name, every, lambda row: row.correction)
    if len(meant) != 1:
        key = "reading.several_corrections" if meant else "reading.correction_unknown"
        raise CorrectionNameError.of(key, name=name, number=len(meant))
    return meant[0]


def approve_correction(system: System, site: Site, correction: UUID, *, by: UUID) -> int:
    """Let a correction count, as a second person; return the journal's position.

    Raises:
        CorrectionStateError: It is decided already, or what it was proposed for has ended.
        FourEyesError: The person proposed it.
    """
    with system.database.connection() as connection:
        stale = stale_corrections(connection, site.schema).get(correction)
    if stale is not None:
        raise CorrectionStateError.of("reading.not_needed", code=stale)
    return corrections_at(system, site).approve(correction, by=by, command_id=uuid4())


def import_readings(system: System, site: Site, text: str, *, note: str, by: UUID) -> Imported:
    """Record the readings of a CSV file as taken from displays; the same file again adds nothing.

    Args:
        system: Parts of a process in the writer's role.
        site: The site.
        text: The file's text.
        note: Where it comes from.
        by: The person who states it.

    Raises:
        StatementError: A row is wrong, every one is named; nothing was written.
    """
    with system.database.connection() as connection:
        channels = load_channels(connection, site.schema)
    found = read_file(text, _by_name(channels.values()), site.zone)
    corrections = corrections_at(system, site)
    digest = hashlib.sha256(text.encode()).hexdigest()
    parts = [
        (channels[number], number_of, part)
        for number, readings in found.items()
        for number_of, part in enumerate(chunks(readings))
    ]
    wrong: list[Told] = []
    for channel, _, part in parts:
        try:
            corrections.check(channel, part)
        except StatementError as error:
            wrong.append(tell("why.reading.of_channel", key=channel.key, error=error))
    require_none(wrong)
    position, added = 0, False
    for channel, number_of, part in parts:
        command = id_of("import readings", digest, channel.key, str(number_of))
        added = added or not corrections.entered(command)
        position = corrections.enter(channel, part, note=note, by=by, command_id=command)
    return Imported(
        readings=sum(len(part) for _, _, part in parts),
        channels=len(found),
        position=position,
        added=added,
    )


def _by_name(channels: Iterable[Channel]) -> dict[tuple[str, str], Channel]:
    """Return channels by point and quantity; the billed one, else the first, under no quantity."""
    named: dict[tuple[str, str], Channel] = {}
    for channel in channels:
        named[channel.point, channel.facts.quantity] = channel
        held = named.get((channel.point, ""))
        if held is None or (channel.facts.billing and not held.facts.billing):
            named[channel.point, ""] = channel
    return named
