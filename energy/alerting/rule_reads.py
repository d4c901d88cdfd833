"""In: tables of rules, channels, places, supply. Out: rules, one a subject. I/O: reads.

What a rule of a class of equipment is about is asked anew each time: a meter that is commissioned
later is watched from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import structlog

from energy.alerting.rules.calendar import CalendarError
from energy.alerting.rules.kinds import WatchedChannel, in_their_time, specs_of
from energy.alerting.rules.numbers import RuleError
from energy.alerting.rules.spec import RuleKind, RuleSpec
from energy.base.clock import to_us
from energy.metering.channel import Kind, per_count_of

Connection = psycopg.Connection[tuple[object, ...]]
log = structlog.get_logger("alerts")
MULTIPLIER_THEN = (
    "coalesce((SELECT s.multiplier FROM {schema}.segment AS s WHERE s.channel = a.channel "
    "AND s.start_at <= a.raised_at ORDER BY s.start_at DESC LIMIT 1), m.multiplier, '1')"
)
"""By what the counts of alert `a` on meter `m` are to be multiplied: it tells of its own time."""


def read_camera(connection: Connection, schema: str, alert: UUID) -> str:
    """Return the address of the camera that an alert's rule names; "" without one."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT r.spec ->> 'camera' FROM {schema}.alert AS a "
        f"JOIN {schema}.rule AS r ON r.rule = a.rule WHERE a.alert = %s",
        (alert,),
    ).fetchone()
    return (row[0] or "") if row else ""


def read_rules(connection: Connection, schema: str, zone: ZoneInfo) -> list[RuleSpec]:
    """Return the rules that are switched on, by key, version and subject.

    A rule that cannot be read is left out and told: one bad rule must not silence the others.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT rule, spec FROM {schema}.rule "
        "WHERE coalesce((spec ->> 'enabled')::boolean, true) ORDER BY key, version"
    ).fetchall()
    classes = any(spec.get("subject") for _, spec in rows)
    channels = read_channels(connection, schema) if classes else {}
    return in_their_time(
        spec for rule, stored in rows for spec in _specs(rule, stored, zone, channels)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A version of a rule as a list shows it."""

    rule: UUID
    key: str
    version: int
    kind: str
    name: str
    severity: str
    enabled: bool
    valid_from: str | None
    subjects: int
    """How many channels it watches now; 0 where the tick finds what it is about."""
    standing: int
    """Alerts of it that are not cleared."""
    spec: dict[str, Any]


def list_rules(connection: Connection, schema: str, zone: ZoneInfo) -> list[RuleRow]:
    """Return the rules of a site that are not withdrawn, by key and version.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT rule, key, version, name, spec, (SELECT count(*) "
        f"FROM {schema}.alert AS a WHERE a.rule = r.rule AND a.cleared_at IS NULL) "
        f"FROM {schema}.rule AS r ORDER BY key, version"
    ).fetchall()
    channels = read_channels(connection, schema)
    return [
        RuleRow(
            rule=rule,
            key=key,
            version=version,
            kind=spec.get("kind", RuleKind.THRESHOLD.value),
            name=name,
            severity=spec["severity"],
            enabled=spec.get("enabled", True),
            valid_from=spec.get("valid_from"),
            subjects=sum(each.subject.channel > 0 for each in _specs(rule, spec, zone, channels)),
            standing=standing,
            spec=spec,
        )
        for rule, key, version, name, spec, standing in rows
    ]


def _specs(
    rule: UUID,
    stored: Mapping[str, Any],
    zone: ZoneInfo,
    channels: Mapping[int, WatchedChannel],
) -> list[RuleSpec]:
    try:
        return specs_of(rule, stored, zone, channels)
    except (CalendarError, RuleError) as error:
        log.warning("rule is not evaluated", rule=stored.get("key"), error=str(error))
        return []


def read_channels(connection: Connection, schema: str) -> dict[int, WatchedChannel]:
    """Return a site's channels as rules may be about them, by number.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
    """
    former = _former_multipliers(connection, schema)
    rows: list[tuple[Any, ...]] = connection.execute(
        "WITH RECURSIVE held AS (SELECT key, key AS holder FROM "
        f"{schema}.place UNION ALL SELECT h.key, p.parent FROM held AS h "
        f"JOIN {schema}.place AS p ON p.key = h.holder WHERE p.parent IS NOT NULL) "
        "SELECT c.number, c.point, c.quantity, c.kind, coalesce(c.utility, ''), c.unit, "
        "c.resolution, coalesce(m.multiplier, '1'), c.modulus, "
        "(SELECT array_agg(holder) FROM held WHERE held.key = m.place) || m.place, "
        f"(SELECT array_agg(n.kind) FROM {schema}.supply_node AS n "
        "WHERE n.point = c.point AND n.valid_to IS NULL), "
        f"(SELECT p.kind FROM {schema}.place AS p WHERE p.key = m.place) "
        f"FROM {schema}.channel AS c JOIN {schema}.meter AS m USING (point) ORDER BY c.number"
    ).fetchall()
    return {
        number: WatchedChannel(
            number=number,
            point=point,
            quantity=quantity,
            kind=Kind(kind),
            utility=utility,
            unit=unit,
            per_count=per_count_of(unit, Fraction(resolution), Fraction(multiplier)),
            former=tuple(
                (until_us, per_count_of(unit, Fraction(resolution), each))
                for until_us, each in former.get(number, ())
            ),
            modulus=int(modulus or 0),
            places=frozenset(places or ()),
            equipment=frozenset([*(nodes or ()), *([place] if place else ())]),
        )
        for (
            number,
            point,
            quantity,
            kind,
            utility,
            unit,
            resolution,
            multiplier,
            modulus,
            places,
            nodes,
            place,
        ) in rows
    }


def _former_multipliers(
    connection: Connection, schema: str
) -> dict[int, list[tuple[int, Fraction]]]:
    """Return by channel until when other multipliers held, by time. [us]."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, start_at, before FROM (SELECT channel, start_at, multiplier, "
        "lag(multiplier) OVER (PARTITION BY channel ORDER BY start_at) AS before "
        f"FROM {schema}.segment) AS s WHERE before <> multiplier ORDER BY channel, start_at"
    ).fetchall()
    found: dict[int, list[tuple[int, Fraction]]] = {}
    for channel, until, before in rows:
        found.setdefault(channel, []).append((to_us(until), Fraction(before)))
    return found
