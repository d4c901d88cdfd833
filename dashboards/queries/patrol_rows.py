"""In: nothing. Out: what the pages of patrol rounds are told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from energy.service.rounds.items import LogItem, RoundSpec, Stop
from energy.service.rounds.reads import RoundRow, ValueRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolBoard:
    """What is due, under way, next, and missed."""

    now: tuple[RoundRow, ...]
    missed: tuple[RoundRow, ...]
    """Since yesterday, the latest first."""
    planned: tuple[RoundSpec, ...]
    """Rounds of the plan that holds."""
    names: Mapping[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolDay:
    """A round on a local day."""

    spec: RoundSpec
    day: date
    rows: tuple[RoundRow, ...]
    names: Mapping[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolWalk:
    """A round that somebody began."""

    row: RoundRow
    before: Mapping[tuple[str, str], ValueRow]
    """What was read last before it, by stop and value."""
    names: Mapping[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatrolCourse:
    """A number over some days."""

    spec: RoundSpec
    stop: Stop
    item: LogItem
    first: date
    last: date
    values: tuple[ValueRow, ...]
    """In order of time."""
