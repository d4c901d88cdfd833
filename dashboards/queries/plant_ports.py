"""In: nothing. Out: questions about substations and plants; each takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol

from dashboards.queries.one_line_rows import OneLine, StationRow
from dashboards.queries.plant_rows import Plant, PlantPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from dashboards.selection import Selection
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors


class PlantQueries(Protocol):
    """Questions about substations and plants."""

    def stations(self, scope: Scope) -> Answer[tuple[StationRow, ...]]:
        """Return the substations of every utility, in the order of utilities."""
        ...

    def one_line(
        self, scope: Scope, utility: Utility | None, key: str, node: str
    ) -> Answer[OneLine] | None:
        """Return the diagram from a node on, with what a selected node feeds; None without it."""
        ...

    def plants(
        self, scope: Scope, selection: Selection, factors: ConversionFactors
    ) -> Answer[tuple[Plant, ...]]:
        """Return every plant with what it did over the selected days, by kind and name."""
        ...

    def plant(
        self, scope: Scope, selection: Selection, factors: ConversionFactors
    ) -> Answer[PlantPage] | None:
        """Return the plant that the selected place is, None where it is none."""
        ...
