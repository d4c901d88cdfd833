"""In: nothing. Out: the frozen rows about incidents and work orders. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from dashboards.queries.rows import AlertRow
from energy.service.work.clock import Standing
from energy.service.work.done_reads import PaperRow, PartRow, TimeRow
from energy.service.work.kinds import IncidentState
from energy.service.work.levels import Level
from energy.service.work.reads import Clocks, FactRow, IncidentRow, LevelsRow, OrderRow


class IncidentTab(StrEnum):
    """Which incidents a list holds."""

    OPEN = "open"
    """Not closed."""
    MINE = "mine"
    """Open, owned by who looks or offered to him."""
    OVERDUE = "overdue"
    """Open, and its clock runs on behind its end."""
    ENDED = "ended"
    """Closed."""


class OrderTab(StrEnum):
    """Which work orders a list holds."""

    OPEN = "open"
    """Not over."""
    MINE = "mine"
    """Open, owned by who looks or assigned to him."""
    OVERDUE = "overdue"
    """Open, and not done by when it was to be."""
    PLANNED = "planned"
    """Open, and planned or an inspection."""
    ENDED = "ended"
    """Finished or cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where something is, by name; "" of what is not known."""

    place: str = ""
    node: str = ""
    point: str = ""
    """Key of the metering point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """An incident as a list has it."""

    row: IncidentRow
    clocks: Clocks
    """As they stand now."""
    level: Level
    """What is promised of its class, as it held when it was opened."""
    where: Where
    owner: str
    """Name."""
    offered: str
    """Name of who is to own it; "" of nobody."""

    @property
    def responding(self) -> bool:
        """Return whether its clock that counts is that of the response."""
        return not self.clocks.response.stopped

    @property
    def clock(self) -> Standing:
        """Return the clock that counts: of the response until that stopped, then the other."""
        return self.clocks.response if self.responding else self.clocks.resolution

    @property
    def overdue(self) -> bool:
        """Return whether a clock of it runs on behind its end."""
        both = (self.clocks.response, self.clocks.resolution)
        return any(each.broken and not each.stopped for each in both)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentBoard:
    """The incidents of a tab."""

    tab: IncidentTab
    lines: tuple[IncidentLine, ...]
    """The oldest first; of those that ended the last first."""
    counts: Mapping[IncidentTab, int]
    levels: LevelsRow | None
    """The service levels that hold for what is opened now; None where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A work order as a list has it."""

    row: OrderRow
    clock: Standing
    """As it stands now: to the day it has, else as its class promises."""
    where: Where
    owner: str
    assigned: str
    """Name of who is to take it; "" of nobody."""
    incident: str
    """Number of the incident that it is of; "" of none."""

    @property
    def due_at(self) -> datetime | None:
        """Return by when it is to be done; None while its clock stands, and where it was in time.

        A date that was stated stays.
        """
        return self.row.due_at or self.clock.due_at

    @property
    def overdue(self) -> bool:
        """Return whether it is still to be done, and was to be done by now."""
        return self.clock.broken and not self.clock.stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBoard:
    """The work orders of a tab."""

    tab: OrderTab
    lines: tuple[OrderLine, ...]
    """What is due first; of those that ended the last first."""
    counts: Mapping[OrderTab, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkForms:
    """What the forms of work offer; nothing for who may not work."""

    people: tuple[tuple[UUID, str], ...] = ()
    """Whom work may be given to, by name."""
    levels: tuple[Level, ...] = ()
    """Classes that hold now."""
    checklists: Mapping[str, Mapping[str, str]] | None = None
    """Names of the checklists by language, by key."""
    others: tuple[tuple[str, str], ...] = ()
    """Open incidents that this one may be part of: number and what is wrong."""
    pieces: tuple[tuple[str, str], ...] = ()
    """Equipment in service: number and name."""
    plans: tuple[tuple[str, str], ...] = ()
    """Plans of maintenance that go on: number and what is done."""
    points: tuple[tuple[str, str], ...] = ()
    """Metering points, of a new incident or order: key and name."""
    nodes: tuple[tuple[str, str], ...] = ()
    """Nodes of the supply graph, of the same: UTILITY/KEY and name."""
    accounts: tuple[str, ...] = ()
    """Accounts that are not closed, of the same, for who sees accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """One incident with what belongs to it."""

    line: IncidentLine
    levels: LevelsRow
    """The version that it was opened under."""
    alert: AlertRow | None
    """It was opened from."""
    account: str
    """Key of the tenant's account that it came from; "" of none, and for who sees no accounts."""
    parent: IncidentRow | None
    parts: tuple[IncidentRow, ...]
    """Incidents that are part of it."""
    orders: tuple[OrderLine, ...]
    history: tuple[FactRow, ...]
    names: Mapping[UUID, str]
    """Of everybody in it."""
    forms: WorkForms

    @property
    def resolved(self) -> bool:
        """Return whether it waits for its signature."""
        return self.line.row.state == IncidentState.RESOLVED


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """One work order with what belongs to it."""

    line: OrderLine
    level: Level
    incident: IncidentRow | None
    parts: tuple[PartRow, ...]
    times: tuple[TimeRow, ...]
    papers: tuple[PaperRow, ...]
    history: tuple[FactRow, ...]
    names: Mapping[UUID, str]
    forms: WorkForms


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertIncident:
    """What work there is of an alert."""

    incident: IncidentLine | None
    """The one that was opened from it."""
    forms: WorkForms
