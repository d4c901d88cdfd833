"""In: the place tree. Out: its places in the order of the tree. I/O: PostgreSQL."""

from __future__ import annotations

from dashboards.queries.rows import PlaceRow
from dashboards.queries.sql_site import Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.units import Utility


class SqlPlaces:
    """Questions about places in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def utilities(self, scope: Scope) -> tuple[Utility, ...]:
        """Return the utilities that the site measures."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            return tuple(self._at.usage_channels(connection))

    def places(self, scope: Scope) -> tuple[PlaceRow, ...]:
        """Return every place, parents before their children, brothers by name."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows: list[Row] = connection.execute(
                "WITH RECURSIVE tree AS ("
                "SELECT key, name, kind, parent, 0 AS depth, ARRAY[name, key] AS way "
                f"FROM {self._at.schema}.place WHERE parent IS NULL "
                "UNION ALL SELECT p.key, p.name, p.kind, p.parent, t.depth + 1, "
                f"t.way || p.name || p.key FROM {self._at.schema}.place AS p "
                "JOIN tree AS t ON p.parent = t.key) "
                "SELECT key, name, kind, parent, depth FROM tree ORDER BY way"
            ).fetchall()
        return tuple(
            PlaceRow(key=key, name=name, kind=kind, parent=parent, depth=depth)
            for key, name, kind, parent, depth in rows
        )
