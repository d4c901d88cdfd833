"""In: the result of a reading round. Out: its readings in the journal, a verdict on each. I/O.

A register's display goes the way of every reading taken by a person; a pulse meter's display is a
control reading. A row that does not fit the meter of that day stops all of them, unless the rest
is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from adapters.files.piece import Cause
from adapters.files.round_result import RoundEntry, RoundResult
from energy.base.errors import EnergyError, RefusedError
from energy.base.text import tell
from energy.metering.channel import Channel
from processes.meter_acts import SHEETED, Act, Did, acts_of
from processes.readings_file import count_of, written_readings
from processes.readings_state import corrections_at, import_readings
from processes.technician_control import control, drift_text
from processes.technician_desk import FieldDesk
from processes.technician_site import SiteDesk
from processes.technician_values import Remarks, Witnesses


class Verdict(StrEnum):
    """What becomes of an entry."""

    RECORDED = "recorded"
    CONTROL = "control"
    DRIFT = "drift"
    NOTE = "note"
    """Nothing was read; what was remarked is told."""
    REFUSED = "refused"


class RoundRefusedError(RefusedError):
    """A result has entries that cannot be taken; nothing was written."""

    code = "field.round"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReport:
    """One entry and what becomes of it."""

    entry: int
    point: str
    value: str
    verdict: Verdict
    text: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundImported:
    """What a result brought, or would bring."""

    round: str
    entries: tuple[EntryReport, ...]
    written: int
    added: bool
    """False when the same result was imported before."""

    @property
    def open(self) -> bool:
        """Return whether something needs a person's eye: a refusal, a drift or a remark."""
        quiet = {Verdict.RECORDED, Verdict.CONTROL}
        return any(entry.verdict not in quiet or entry.text for entry in self.entries)


def import_round(
    desk: SiteDesk, result: RoundResult, *, by: UUID, dry_run: bool, partial: bool
) -> RoundImported:
    """Record what was read on a round; the same result again adds nothing.

    Args:
        desk: The site.
        result: What the phone brought back.
        by: The person who brings it in.
        dry_run: Write nothing.
        partial: Take the sound entries although others are refused.

    Raises:
        RoundRefusedError: It is of another site, or entries are refused; lists them.
    """
    desk.ready()
    if result.site != desk.site.key:
        raise RoundRefusedError.of("round.other_site", result_site=result.site, site=desk.site.key)
    channels = {(c.point, c.facts.quantity): c for c in desk.channels()}
    reports = [
        _judged(desk, channels, entry, number)
        for number, entry in enumerate(result.entries, start=1)
    ]
    refused = [report for report in reports if report.verdict is Verdict.REFUSED]
    found = RoundImported(round=result.round, entries=tuple(reports), written=0, added=False)
    if dry_run:
        return found
    if refused and not partial:
        told = [
            tell("why.round.entry", entry=each.entry, point=each.point, cause=each.text)
            for each in refused
        ]
        told.append(tell("why.round.refused", number=len(refused)))
        raise RoundRefusedError.of("import.rows", rows=told)
    return _written(desk, result, reports, by)


def _judged(
    desk: SiteDesk,
    channels: Mapping[tuple[str, str], Channel],
    entry: RoundEntry,
    number: int,
) -> EntryReport:
    report = EntryReport(
        entry=number,
        point=entry.point,
        value=entry.value or "",
        verdict=Verdict.NOTE,
        text=entry.note,
    )
    if entry.value is None:
        return report
    channel = channels.get((entry.point, entry.quantity))
    if channel is None:
        text = tell("why.round.no_counter", quantity=entry.quantity, point=entry.point)
        return replace(report, verdict=Verdict.REFUSED, text=text)
    act = _serving(desk, entry)
    if act is None or act.serial != entry.serial:
        read = {"serial": entry.serial, "at": entry.at}
        if act is None:
            text = tell("why.round.none_served", **read)
        else:
            text = tell("why.round.other_served", **read, other=act.serial, since=act.at)
        return replace(report, verdict=Verdict.REFUSED, text=text)
    if "device" in act.address:
        return replace(report, verdict=Verdict.CONTROL)
    try:
        count = count_of(entry.value, channel)
        corrections_at(desk.system, desk.site).check(channel, [(entry.at, count)])
    except EnergyError as error:
        return replace(report, verdict=Verdict.REFUSED, text=error.message or str(error))
    return replace(report, verdict=Verdict.RECORDED)


def _serving(desk: FieldDesk, entry: RoundEntry) -> Act | None:
    """Return the act by which a meter served a point at the instant it was read."""
    serving: Act | None = None
    for act in acts_of(desk.metering, desk.site.key, entry.point):
        if act.did in SHEETED and act.at <= entry.at:
            serving = None if act.did is Did.RETIRED else act
    return serving


def _written(
    desk: SiteDesk, result: RoundResult, reports: Sequence[EntryReport], by: UUID
) -> RoundImported:
    """Record the readings, then compare the pulse meters; return both."""
    entries = dict(enumerate(result.entries, start=1))
    read = [entries[r.entry] for r in reports if r.verdict is Verdict.RECORDED]
    added = False
    if read:
        rows = [(e.point, e.quantity, e.at, e.value or "") for e in read]
        note = f"round {result.round}, {result.reader}".rstrip(", ")
        brought = import_readings(desk.system, desk.site, written_readings(rows), note=note, by=by)
        added = brought.added
        desk.settle()
    done = []
    for report in reports:
        if report.verdict is not Verdict.CONTROL:
            done.append(report)
            continue
        compared, fresh = _compared(desk, entries[report.entry], report, result)
        added = added or fresh
        done.append(compared)
    written = sum(r.verdict not in {Verdict.NOTE, Verdict.REFUSED} for r in done)
    return RoundImported(round=result.round, entries=tuple(done), written=written, added=added)


def _compared(
    desk: FieldDesk, entry: RoundEntry, report: EntryReport, result: RoundResult
) -> tuple[EntryReport, bool]:
    """Return what a pulse meter's display said, and whether it was new."""
    try:
        found = control(
            desk,
            entry.point,
            entry.value or "",
            at=entry.at,
            reason=f"round {result.round}",
            remarks=Remarks(people=Witnesses(technician=result.reader), note=entry.note),
        )
    except EnergyError as error:
        return replace(report, verdict=Verdict.REFUSED, text=error.message or str(error)), False
    if found.drift:
        return replace(report, verdict=Verdict.DRIFT, text=drift_text(found)), not found.again
    return report, not found.again
