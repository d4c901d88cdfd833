"""In: nothing. Out: places and points of a site as values, wherever they were read. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place of the place tree."""

    key: str
    parent: str | None
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """A metering point and the device that serves it."""

    point: str
    place: str
    name: str
    utility: str | None
    serial: str | None
    source: str | None
    address: dict[str, Any]
    multiplier: str | None
    commissioned_at: datetime | None
    retired_at: datetime | None

    @property
    def served(self) -> bool:
        """Return whether a device serves the point now."""
        return self.serial is not None and self.retired_at is None
