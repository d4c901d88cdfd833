"""In: events of formulas. Out: their versions, each with its position, and reads. I/O: PostgreSQL.

Every version stays with the position that told it: what was known then is a condition on it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import psycopg

from energy.metering.formula.formula import FORMULA_TOPICS, Formula
from energy.metering.formula.version import FormulaVersion, constants_from_json
from energy.views.positioned import or_last

__all__ = ["FORMULA_TOPICS", "fold_formula", "formula_channels", "formula_versions"]
RULE = "formula"
"""Name of the rule in `computed_channel`."""
Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]


def fold_formula(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Keep one version of a formula.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    if isinstance(event, Formula.Created):
        cursor.execute(
            f"INSERT INTO {schema}.computed_channel (channel, rule) VALUES (%s, %s)",
            (event.channel, RULE),
        )
    retired = isinstance(event, Formula.Retired)
    cursor.execute(
        f"INSERT INTO {schema}.formula_version (channel, position, version, formula, valid_from, "
        "source, unit, spec, reason, decided_by) SELECT %(channel)s, %(position)s, "
        "1 + coalesce(max(version), 0), coalesce(%(point)s, max(formula)), %(valid_from)s, "
        "%(text)s, coalesce(%(unit)s, max(unit)), %(spec)s, %(reason)s, %(by)s "
        f"FROM {schema}.formula_version WHERE channel = %(channel)s",
        {
            "channel": event.channel,
            "position": position,
            "point": event.point if isinstance(event, Formula.Created) else None,
            "valid_from": event.valid_from,
            "text": None if retired else event.text,
            "unit": None if retired else event.unit,
            "spec": json.dumps({"constants": [] if retired else event.constants}),
            "reason": event.reason,
            "by": event.decided_by,
        },
    )


def formula_versions(
    connection: Connection,
    schema: str,
    *,
    channels: Sequence[int] | None = None,
    as_of: int | None = None,
) -> dict[int, list[FormulaVersion]]:
    """Return the versions of formulas by channel, in the order in which they were told.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Of which channels; None for all.
        as_of: Metering position: as known there; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, version, position, valid_from, source, unit, spec, reason "
        f"FROM {schema}.formula_version WHERE (%(only)s::int[] IS NULL OR channel = ANY(%(only)s)) "
        "AND position <= %(limit)s ORDER BY channel, position",
        {
            "only": None if channels is None else list(channels),
            "limit": or_last(as_of),
        },
    ).fetchall()
    found: dict[int, list[FormulaVersion]] = {}
    for channel, version, position, valid_from, text, unit, spec, reason in rows:
        found.setdefault(channel, []).append(
            FormulaVersion(
                channel=channel,
                version=version,
                position=position,
                valid_from=valid_from,
                text=text,
                unit=unit,
                constants=constants_from_json(_json(spec)["constants"]),
                reason=reason,
            )
        )
    return found


def formula_channels(connection: Connection, schema: str) -> dict[str, int]:
    """Return the channel of every formula by its point."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT formula, channel FROM {schema}.formula_version ORDER BY formula"
    ).fetchall()
    return dict(rows)


def _json(stored: Any) -> dict[str, Any]:
    """Return a jsonb column as values, however the connection reads it."""
    found: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return found
