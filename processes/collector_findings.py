"""In: the findings of polls, slot by slot. Out: notes of what lasts: begun once, over once.

A poll that is asked every second would tell a person the same thing every second. What it finds is
an episode: of one code, at one metering point. Another device under an old address, or a changed
ratio, is told at once and waits for a person. A value that is no number is told when it stays so
for some polls running; good readings explain it. An episode is over when nothing of it was met
for WELL_S, so that a device that cannot decide tells twice in ten minutes at most.

`Episodes` is pure; `FieldFindings` keeps what is open in a small file and hands notes to the spool.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec
import numpy as np
import structlog

from adapters.errors import SpoolError
from adapters.modbus.plate_guard import Doubt
from adapters.mqtt.payload import Refusal
from adapters.mqtt.source import Arrival
from adapters.spool_rows import SpoolPart
from energy.base.clock import Clock, from_us
from energy.base.finding import Finding, Severity
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.metering.note import Note, Phase, note
from energy.metering.reading import ReadingColumns

PERSISTS = 3
"""So many polls running must find a flaw, or so many messages have it, before it is told."""
WELL_S = 600.0
"""So long nothing may be found before an episode is over. [s]"""
STAYS = frozenset(str(doubt) for doubt in Doubt)
"""Flaws that wait for a person when they are over, whatever the protocol."""
MAP_CHANGED = "collect.map_changed"
SUSPECT_VALUE = "mqtt.suspect"
FILE = "episodes.json"
Key = tuple[str, str]
"""Code and metering point."""
_log = structlog.get_logger("collect")


@dataclass(slots=True, kw_only=True)
class _Episode:
    """One code at one metering point, from its first finding on."""

    first: datetime
    last: datetime
    severities: dict[int | None, Severity] = field(default_factory=dict)
    """By channel."""
    proof: dict[str, Any] = field(default_factory=dict)
    met: int = 0
    told: set[int | None] = field(default_factory=set)
    """Channels of which it was told that it has begun."""
    well_since: datetime | None = None


class NoteKeeper(Protocol):
    """Keeps notes until the journal has them: the spool."""

    def tell(self, notes: Sequence[Note]) -> None:
        """Keep notes for the journal."""
        ...


class FieldFindings:
    """What the polls of a site find, on its way to a person; from any thread."""

    def __init__(self, keeper: NoteKeeper, clock: Clock, path: Path | None = None) -> None:
        """Take up what was open before a restart.

        Args:
            keeper: Takes the notes.
            clock: Tells how long nothing was found.
            path: Remembers what is open; None forgets at the end.
        """
        self._keeper = keeper
        self._clock = clock
        self._path = path
        self._lock = threading.Lock()
        self._waiting: list[Note] = []
        self._episodes = Episodes()
        if path is not None and path.exists():
            try:
                self._episodes.restore(path.read_bytes())
            except (OSError, msgspec.DecodeError) as error:
                _log.warning(
                    "collect.episodes_forgotten",
                    file=str(path),
                    cause=str(error),
                    next_step="nothing: what still holds is met again; `finding list` shows the "
                    "rest, and a person resolves it",
                )

    def note(self, source: str, findings: Sequence[Finding], columns: ReadingColumns) -> None:
        """Take what one poll found; nothing is written yet."""
        with self._lock:
            if findings or self._episodes.is_any_open(source):
                now = self._clock.now()
                self._waiting += self._episodes.note(source, findings, columns, now)

    def pushed(self, arrivals: Sequence[Arrival], parts: Sequence[SpoolPart]) -> None:
        """Take what was refused of messages, or not vouched for; nothing is written yet.

        Args:
            arrivals: The messages.
            parts: Their readings by source.
        """
        sound = {part.source: part.columns for part in parts}
        for source in {arrival.source for arrival in arrivals}:
            refusals = [
                (arrival.message.topic, refusal)
                for arrival in arrivals
                if arrival.source == source
                for refusal in arrival.refusals
            ]
            columns = sound.get(source, ReadingColumns.of(()))
            found = _refused(source, refusals, self._clock.now()) + _doubtful(columns)
            self.note(source, found, columns)

    def left_out(self, source: str, points: Mapping[str, Sequence[int]]) -> None:
        """Take channels that are planned and not collected, by metering point."""
        now = self._clock.now()
        findings = [
            Finding(
                code=MAP_CHANGED,
                severity=Severity.WARN,
                channel=channel,
                start=now,
                end=now,
                position=0,
                proof={"point": point},
            )
            for point, channels in points.items()
            for channel in channels
        ]
        self.note(source, findings, ReadingColumns.of(()))

    def tell(self) -> None:
        """Hand over what waits; a spool without room is asked again the next time."""
        with self._lock:
            notes, self._waiting = self._waiting, []
            saved = self._episodes.saved() if notes else b""
        if not notes:
            return
        try:
            self._keeper.tell(notes)
        except SpoolError as error:
            with self._lock:
                self._waiting = notes + self._waiting
            _log.error(error.code, cause=str(error))
            return
        self._save(saved)

    def _save(self, saved: bytes) -> None:
        if self._path is None:
            return
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            fresh.write_bytes(saved)
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("collect.episodes_not_kept", file=str(self._path), cause=str(error))


class Episodes:
    """What the polls of a site find, as notes."""

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        self._open: dict[str, dict[Key, _Episode]] = {}

    def is_any_open(self, source: str) -> bool:
        """Return whether a source has an episode that is not over."""
        return source in self._open

    def note(
        self, source: str, findings: Sequence[Finding], columns: ReadingColumns, now: datetime
    ) -> list[Note]:
        """Return what is to be told after one poll.

        Args:
            source: Key of the source.
            findings: What the poll found.
            columns: What it read.
            now: When it ended, aware UTC.
        """
        mine = self._open.get(source)
        if not findings and not mine:
            return []
        if mine is None:
            mine = self._open[source] = {}
        met = _grouped(findings)
        notes = [each for key, group in met.items() for each in _met(source, mine, key, group)]
        good = _good(columns)
        for key in [key for key in mine if key not in met]:
            notes += _not_met(source, mine, key, good, now)
        if not mine:
            del self._open[source]
        return notes

    def saved(self) -> bytes:
        """Return what must outlive a restart: the episodes that were told as begun."""
        rows = [
            _Saved(
                source=source,
                code=code,
                point=point,
                first=episode.first,
                last=episode.last,
                channels=[
                    (channel, severity)
                    for channel, severity in episode.severities.items()
                    if channel in episode.told
                ],
                proof=episode.proof,
            )
            for source, mine in self._open.items()
            for (code, point), episode in mine.items()
            if episode.told
        ]
        return msgspec.json.encode(rows)

    def restore(self, saved: bytes) -> None:
        """Take up what was open before a restart.

        Raises:
            msgspec.DecodeError: The bytes are not what `saved` gave.
        """
        for row in msgspec.json.decode(saved, type=list[_Saved]):
            severities: dict[int | None, Severity] = dict(row.channels)
            self._open.setdefault(row.source, {})[row.code, row.point] = _Episode(
                first=row.first,
                last=row.last,
                severities=severities,
                proof=row.proof,
                met=PERSISTS,
                told=set(severities),
            )


class _Saved(msgspec.Struct, kw_only=True):
    """An episode as it outlives a restart."""

    source: str
    code: str
    point: str
    first: datetime
    last: datetime
    channels: list[tuple[int | None, Severity]]
    proof: dict[str, Any]


def _refused(source: str, refusals: Sequence[tuple[str, Refusal]], now: datetime) -> list[Finding]:
    """Return a finding a refusal, of the source: strangers invent as many topics as they like."""
    return [
        Finding(
            code=f"mqtt.{refusal.reason}",
            severity=Severity.WARN,
            channel=None,
            start=now,
            end=now,
            position=0,
            proof={"point": source, "topic": topic[:200], "why": refusal.detail[:300]},
        )
        for topic, refusal in refusals
    ]


def _doubtful(columns: ReadingColumns) -> list[Finding]:
    """Return a finding for each channel whose newest value its device does not vouch for."""
    rows = zip(
        *(columns.channel.tolist(), columns.at_us.tolist(), columns.quality.tolist()), strict=True
    )
    newest = {channel: (at_us, quality) for channel, at_us, quality in rows}
    return [
        Finding(
            code=SUSPECT_VALUE,
            severity=Severity.WARN,
            channel=channel,
            start=from_us(at_us),
            end=from_us(at_us),
            position=0,
        )
        for channel, (at_us, quality) in newest.items()
        if quality == Quality.SUSPECT
    ]


def _grouped(findings: Iterable[Finding]) -> dict[Key, list[Finding]]:
    groups: dict[Key, list[Finding]] = {}
    for finding in findings:
        point = str(finding.proof.get("point", f"channel {finding.channel}"))
        groups.setdefault((finding.code, point), []).append(finding)
    return groups


def _met(source: str, mine: dict[Key, _Episode], key: Key, group: Sequence[Finding]) -> list[Note]:
    """Return the notes of an episode that was met in this poll: those of channels not yet told."""
    first, last = min(f.start for f in group), max(f.end for f in group)
    episode = mine.setdefault(key, _Episode(first=first, last=last))
    episode.last, episode.well_since = max(episode.last, last), None
    episode.met += max(Counter(finding.channel for finding in group).values())
    for finding in group:
        episode.severities[finding.channel] = finding.severity
        episode.proof = dict(finding.proof)
    at_once = _stays(key[0]) or key[0] == MAP_CHANGED
    if not at_once and episode.met < PERSISTS:
        return []
    fresh = [channel for channel in episode.severities if channel not in episode.told]
    episode.told.update(fresh)
    return [_note(source, key, episode, channel, Phase.BEGUN) for channel in fresh]


def _not_met(
    source: str, mine: dict[Key, _Episode], key: Key, good: frozenset[int], now: datetime
) -> list[Note]:
    """Return the notes of an episode that was not met: that it is over, when it is."""
    episode = mine[key]
    of_all = None in episode.severities and good
    if not of_all and not good.intersection(episode.severities):
        return []  # the poll says nothing of its channels
    if not episode.told:
        if not of_all or now - episode.last > timedelta(seconds=WELL_S):
            del mine[key]  # once or twice no number: the reading is marked, that is all
        return []
    episode.well_since = episode.well_since or now
    if now - episode.well_since < timedelta(seconds=WELL_S):
        return []
    del mine[key]
    return [_note(source, key, episode, channel, Phase.OVER) for channel in _in_order(episode.told)]


def _in_order(channels: Iterable[int | None]) -> list[int | None]:
    """Return channel numbers in order, the whole source first."""
    return sorted(channels, key=lambda channel: channel or 0)


def _note(source: str, key: Key, episode: _Episode, channel: int | None, phase: Phase) -> Note:
    code, point = key
    told = note(
        code,
        episode.first,
        episode.last,
        source=source,
        channel=channel,
        severity=episode.severities[channel],
        proof=episode.proof | {"point": point},
        note_id=id_of("episode", source, code, point, str(channel), str(episode.first), phase),
    )
    return msgspec.structs.replace(told, phase=phase, stays=_stays(code))


def _stays(code: str) -> bool:
    return code.rpartition(".")[2] in STAYS


def _good(columns: ReadingColumns) -> frozenset[int]:
    """Return the channels that gave a sound reading."""
    if not len(columns):
        return frozenset()
    return frozenset(np.unique(columns.channel[columns.quality != Quality.SUSPECT]).tolist())
