"""In: nothing. Out: the frozen rows about alerts over time and about one alert. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from dashboards.queries.notice_rows import AlertTold
from dashboards.queries.rows import AlertRow


class AlertTab(StrEnum):
    """Which alerts a list holds."""

    OPEN = "open"
    """Neither closed nor on a shelf nor expected, whenever raised."""
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    """Expected, by maintenance or a planned outage."""
    CLOSED = "closed"
    """Closed in the selected time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadActor:
    """A rule or finding at one meter, and how often it raised an alert."""

    rule: str
    code: str
    """Code of the finding; empty where a limit was crossed."""
    point: str
    meter: str
    raised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertBoard:
    """The alerts of a site as one tab and one selected time have them."""

    tab: AlertTab
    rows: tuple[AlertRow, ...]
    """The newest first."""
    counts: dict[AlertTab, int]
    """Of all tabs; may be more than rows are shown."""
    severities: tuple[tuple[str, int], ...]
    """Alerts that stand, by severity, without those told on another."""
    raised: int
    """Alerts raised in the selected time, without those found in old readings."""
    tens: int
    """Begun spans of 10 minutes of the selected time, up to now."""
    busiest: int
    """Most of them raised in one span of 10 minutes."""
    busiest_at: datetime | None
    actors: tuple[BadActor, ...]
    """Who raised most, at most ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent:
    """One entry of the journal about an alert."""

    position: int
    at: datetime
    """When the journal took it."""
    what: str
    """"raised", "acknowledged", "cleared": the ends of the topics of alerts."""
    person: str | None
    value: Decimal | None
    said: str = ""
    """A reason or the words of a person; a name where it was given to somebody."""
    code: str = ""
    """A cause, or why it is expected."""
    until: datetime | None = None
    """End of a shelf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteReading:
    """Least and greatest reading of one minute."""

    at: datetime
    """The first reading's."""
    least: Decimal
    greatest: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStory:
    """One alert: what happened, and the value around it."""

    row: AlertRow
    events: tuple[AlertEvent, ...]
    first: datetime
    last: datetime
    """The time around it that is drawn."""
    readings: tuple[MinuteReading, ...]
    """Empty for a finding, and where no raw readings are kept."""
    children: tuple[AlertRow, ...] = ()
    """Alerts told on this one, the newest first; not more than some."""
    people: tuple[tuple[UUID, str], ...] = ()
    """Whom it may be given to, by name."""
    node: tuple[str, str] | None = None
    """Utility and key of the node of the supply graph that it is about; None without one."""
    camera: str = ""
    """Address of the camera that shows the place; "" without one."""
    told: AlertTold = field(default_factory=AlertTold)
