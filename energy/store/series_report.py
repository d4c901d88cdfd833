"""In: figures of a series. Out: what was dropped, what it takes on the disk. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What left a series."""

    parts: tuple[str, ...]
    """Whole partitions or chunks."""
    rows: int
    """Rows deleted beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSize:
    """One partition or chunk."""

    name: str
    rows: int
    """As the planner estimates; 0 when never looked at."""
    table_octets: int
    index_octets: int
    packed: bool = False
    """Whether it is in the columnstore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeReport:
    """What a site's readings take on the disk."""

    engine: str
    parts: tuple[PartSize, ...]

    @property
    def octets(self) -> int:
        """Return the sum over all parts, indexes included. [bytes]."""
        return sum(part.table_octets + part.index_octets for part in self.parts)
