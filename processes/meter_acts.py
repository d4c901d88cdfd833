"""In: a metering point. Out: what was done at it, act by act, with its papers. I/O: the journal.

Read from the events themselves: a sheet or a history says what the journal says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from eventsourcing.domain import DomainEventProtocol

from energy.metering.meter import Meter, meter_id
from energy.metering.meter_papers import MeterPapers, papers_id

if TYPE_CHECKING:
    from processes.technician_desk import MeterJournal


class Did(StrEnum):
    """What was done."""

    COMMISSIONED = "commissioned"
    REPLACED = "replaced"
    RATIO_CHANGED = "ratio_changed"
    REGISTER_RESET = "register_reset"
    RESET_WITHDRAWN = "reset_withdrawn"
    REVERSED = "reversed"
    FACTS_STATED = "facts_stated"
    RETIRED = "retired"
    CALIBRATED = "calibrated"
    RECORD_CLOSED = "record_closed"
    CONTROLLED = "controlled"
    MULTIPLIER_PROVED = "multiplier_proved"


SHEETED = (Did.COMMISSIONED, Did.REPLACED, Did.RATIO_CHANGED, Did.RETIRED)
"""Acts that a sheet is signed for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing done at a point."""

    did: Did
    at: datetime
    serial: str | None
    """Of the meter that serves behind the act, or that the act is about."""
    old_serial: str | None = None
    """Of the meter that went."""
    multiplier: str = ""
    old_multiplier: str = ""
    profile: str = ""
    source: str = ""
    address: Mapping[str, Any]
    first_counts: Mapping[int, int]
    """By channel number, of the meter that came. [count]"""
    last_counts: Mapping[int, int]
    """By channel number, of the meter that went. [count]"""
    reason: str = ""
    record: Mapping[str, Any]
    paper: Mapping[str, Any]
    """What a paper says beside its record."""

    @property
    def documents(self) -> list[str]:
        """Return the SHA-256 of every document of the act, in hex."""
        named = [str(photo["sha256"]) for photo in self.record.get("photos", ())]
        if "certificate" in self.paper:
            named.append(str(self.paper["certificate"]))
        return list(dict.fromkeys([*named, *self.paper.get("sheets", ())]))


def acts_of(metering: MeterJournal, site: str, point: str) -> list[Act]:
    """Return what was done at a point, the oldest first; nothing when there is no such point."""
    acts = _of_meter(metering.events.get(meter_id(site, point)))
    acts += [
        act
        for event in metering.events.get(papers_id(site, point))
        if (act := _of_paper(event)) is not None
    ]
    return sorted(acts, key=lambda act: act.at)


def _of_meter(events: Any) -> list[Act]:
    acts: list[Act] = []
    serial: str | None = None
    multiplier, profile, source = "", "", ""
    address: dict[str, Any] = {}
    for event in events:
        old_serial, old_multiplier = serial, multiplier
        match event:
            case Meter.Created():
                continue
            case Meter.Commissioned() | Meter.Replaced():
                serial, multiplier = event.serial, event.multiplier
                profile, source, address = event.profile, event.source, event.address
                first = event.start_counts
            case Meter.RatioChanged():
                multiplier, first = event.multiplier, event.counts
            case Meter.RegisterReset():
                first = event.counts_after
            case Meter.Reversed():
                first = event.start_counts
            case Meter.ResetWithdrawn():
                first = {}
            case _:
                serial, first = None, {}
        last = _last_counts(event)
        acts.append(
            _act(
                _DID[type(event)],
                event.start if isinstance(event, Meter.Reversed) else event.at,
                serial=serial if serial is not None else old_serial,
                old_serial=old_serial,
                multiplier=multiplier,
                old_multiplier=old_multiplier,
                profile=profile,
                source=source,
                address=address,
                first_counts=_numbered(first),
                last_counts=_numbered(last),
                reason=getattr(event, "reason", ""),
                record=event.record,
            )
        )
    return acts


def _last_counts(event: Any) -> Mapping[str, int]:
    """Return what the registers showed before an act. [count]."""
    for name in ("final_counts", "counts_before", "end_counts", "counts"):
        found: Mapping[str, int] | None = getattr(event, name, None)
        if found is not None:
            return found
    return {}


def _of_paper(event: DomainEventProtocol[Any]) -> Act | None:
    if not isinstance(event, _PAPERS):
        return None
    kept = {"at", "point", "serial", "record", "reason", "command_id", "timestamp"}
    fields = {k: v for k, v in vars(event).items() if k not in kept and "originator" not in k}
    return _act(
        _DID[type(event)],
        event.at,
        serial=event.serial,
        record=event.record,
        reason=getattr(event, "reason", ""),
        paper=fields,
    )


_DID: Mapping[type, Did] = {
    Meter.Commissioned: Did.COMMISSIONED,
    Meter.Replaced: Did.REPLACED,
    Meter.RatioChanged: Did.RATIO_CHANGED,
    Meter.RegisterReset: Did.REGISTER_RESET,
    Meter.ResetWithdrawn: Did.RESET_WITHDRAWN,
    Meter.Reversed: Did.REVERSED,
    Meter.Retired: Did.RETIRED,
    MeterPapers.Calibrated: Did.CALIBRATED,
    MeterPapers.RecordClosed: Did.RECORD_CLOSED,
    MeterPapers.Controlled: Did.CONTROLLED,
    MeterPapers.MultiplierProved: Did.MULTIPLIER_PROVED,
    MeterPapers.FactsStated: Did.FACTS_STATED,
}
_PAPERS = (
    MeterPapers.Calibrated,
    MeterPapers.RecordClosed,
    MeterPapers.Controlled,
    MeterPapers.MultiplierProved,
    MeterPapers.FactsStated,
)


def _act(did: Did, at: datetime, *, record: Mapping[str, Any], **fields: Any) -> Act:
    base: dict[str, Any] = {
        "serial": None,
        "address": {},
        "first_counts": {},
        "last_counts": {},
        "paper": {},
    }
    return Act(did=did, at=at, record=record, **{**base, **fields})


def _numbered(counts: Mapping[str, int]) -> dict[int, int]:
    return {int(number): count for number, count in counts.items()}
