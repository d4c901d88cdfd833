"""In: nothing. Out: what the pages of reports of shift, day and week are drawn from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from energy.service.reports.reads import OwedReport, ReportRow
from energy.service.reports.table import Contents


class ReportTab(StrEnum):
    """Which reports a list has."""

    WAITING = "waiting"
    """Those that somebody is to review or send."""
    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    INCIDENT = "incident"


class ReportFile(StrEnum):
    """As what an edition is fetched."""

    PDF = "pdf"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBoard:
    """The reports of a tab, and what serious incidents owe."""

    tab: ReportTab
    lines: Sequence[ReportRow]
    counts: Mapping[ReportTab, int]
    days: int
    """How far back the list goes."""
    owed: Sequence[OwedReport]
    """Reports of incidents that were not sent, by deadline."""
    written: frozenset[str]
    """Spans of reports of incidents that are written."""
    remind_min: int
    names: Mapping[UUID, str]

    def name(self, person: UUID | None) -> str | None:
        """Return the name of a person; None where the directory has none."""
        return self.names.get(person) if person is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """An edition of a report, as its reader may see it."""

    row: ReportRow
    contents: Contents
    """Without money where the reader may not read bills."""
    editions: Sequence[ReportRow]
    """All, the newest first."""
    money: bool
    remind_min: int
    names: Mapping[UUID, str]
    classes: Mapping[str, Mapping[str, str]]
    """Names of the classes of the service levels, by key."""

    @property
    def newest(self) -> bool:
        """Return whether there is no later edition."""
        return self.row.edition == self.editions[0].edition

    def name(self, person: UUID | None) -> str | None:
        """Return the name of a person; None where the directory has none."""
        return self.names.get(person) if person is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedPage:
    """A report that an incident owes, to be written."""

    report: OwedReport
    said: str
    """What was written so far; "" where nothing was."""
    heard_at: datetime
