"""In: a run of journal entries, decoded. Out: what every metering view is given of it. Pure.

A slice of the journal is cut at marks and registry events; each part is given to the views in
their order (energy/views/worker.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from energy.views.positioned import Positioned
from energy.views.registry import Changed, Registry
from energy.views.registry_columns import RegistryColumns


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the journal that is folded at once: readings, or what a registry event changed."""

    schema: str
    """Where the views' rows are."""
    journal_schema: str
    """Where the journal is: the same, but for a rebuild."""
    zone: ZoneInfo
    """Of the site: days are local."""
    epoch: int
    """Position of the last mark; 0 before the first."""
    registry: Registry
    """Channels and segments as the part finds them; behind the event, if there is one."""
    columns: RegistryColumns
    """The same as columns."""
    readings: Positioned | None = None
    """Of known channels, judged, in the order of the journal; None for a registry event."""
    changed: Changed | None = None
    """What a registry event changed; None for readings."""
