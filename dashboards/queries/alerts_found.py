"""Step 5a. From: the table of alerts. To: rows with their registers and the value now. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from dashboards.queries.rows import AlertRow
from dashboards.queries.sql_site import Connection, Row, SqlSite, shown
from energy.alerting.notices.reads import read_contacts
from energy.alerting.rule_reads import MULTIPLIER_THEN
from energy.alerting.rules.kinds import scale_of
from energy.metering.channel import per_count_of

_COLUMNS = {
    "alert": "a.alert",
    "severity": "a.severity",
    "rule": "coalesce(nullif(a.name, ''), r.name, '')",
    "point": "coalesce(c.point, '')",
    "meter": "coalesce(m.name, nullif(a.about, ''), f.about, '')",
    "place": "coalesce(p.name, m.place, '')",
    "quantity": "coalesce(c.quantity, '')",
    "unit": "coalesce(c.unit, '')",
    "resolution": "coalesce(c.resolution, '1')",
    "multiplier": "coalesce(m.multiplier, '1')",
    "then": MULTIPLIER_THEN,
    "kind": "coalesce(r.spec ->> 'kind', '')",
    "value": "a.value",
    "limit": "a.limit_value",
    "raised_at": "a.raised_at",
    "historic": "a.historic",
    "acknowledged_at": "a.acknowledged_at",
    "acknowledged_by": "a.acknowledged_by",
    "cleared_at": "a.cleared_at",
    "code": "coalesce(f.code, '')",
    "channel": "a.channel",
    "lost_at": "a.lost_at",
    "assigned_to": "a.assigned_to",
    "incident": "coalesce(i.number, '')",
    "incident_owner": "i.owner",
    "shelved_until": "a.shelved_until",
    "shelved_by": "a.shelved_by",
    "shelf_reason": "a.shelf_reason",
    "suppressed": "a.suppressed",
    "parent": "a.parent",
    "children": "(SELECT count(*) FROM {schema}.alert AS b WHERE b.parent = a.alert)",
    "level": "a.level",
    "closed_at": "a.closed_at",
    "closed_by": "a.closed_by",
    "cause": "a.cause",
    "words": "a.words",
    "now_value": "l.count",
    "now_at": "l.at",
    "position": "a.position",
}
"""Field of a row -> how it is asked."""
_PEOPLE = ("acknowledged_by", "assigned_to", "incident_owner", "shelved_by", "closed_by")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAlert:
    """An alert with the register that it is about."""

    row: AlertRow
    channel: int
    resolution: str
    """Of its value: of the channel, transformers counted in, or the rule's own. [unit / count]"""
    own_scale: bool
    """Whether it is told in the rule's own unit: minutes, a share, money; not what is read."""


def found_alerts(
    at: SqlSite, connection: Connection, which: str, values: dict[str, Any], most: int
) -> list[FoundAlert]:
    """Return alerts with the registers that they are about, the newest first.

    Args:
        at: The site.
        connection: Any connection of it.
        which: Condition on alert `a` and channel `c`.
        values: What stands in it.
        most: Rows at most.
    """
    schema = at.schema
    wanted = ", ".join(_COLUMNS.values()).format(schema=schema)
    rows: list[Row] = connection.execute(
        f"SELECT {wanted} "
        f"FROM {schema}.alert AS a LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
        f"LEFT JOIN {schema}.meter AS m ON m.point = c.point "
        f"LEFT JOIN {schema}.place AS p ON p.key = m.place "
        f"LEFT JOIN {schema}.rule AS r ON r.rule = a.rule "
        f"LEFT JOIN {schema}.alert_finding AS f ON f.alert = a.alert "
        f"LEFT JOIN {schema}.latest AS l ON l.channel = a.channel "
        f"LEFT JOIN LATERAL (SELECT number, owner FROM {schema}.incident "
        "WHERE origin = 'alert' AND about = a.alert::text ORDER BY number LIMIT 1) AS i ON true "
        f"WHERE {which} ORDER BY a.raised_at DESC, a.alert LIMIT %(most)s".encode(),
        {**values, "most": most},
    ).fetchall()
    told = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    people = {each[name] for each in told for name in _PEOPLE if each[name]}
    names = names_of(at, connection, sorted(people, key=str))
    return [_found(each, names) for each in told]


def names_of(at: SqlSite, connection: Connection, people: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of who acted on alerts: people, and contacts that are none and replied.

    Args:
        at: The site.
        connection: With the scope of staff.
        people: Ids of both; an erased one has no name.
    """
    names = at.person_names(connection, people)
    others = [person for person in people if person not in names]
    contacts = read_contacts(connection, at.schema, only=others) if others else []
    return names | {
        each.contact: at.vault.open(each.person, each.name_sealed)
        for each in contacts
        if each.name_sealed
    }


def _found(told: dict[str, Any], names: dict[UUID, str]) -> FoundAlert:
    channel, kind = int(told.pop("channel")), told.pop("kind")
    unit, resolution = told["unit"], Fraction(told.pop("resolution"))
    now = per_count_of(unit, resolution, Fraction(told.pop("multiplier")))
    own = per_count_of(unit, resolution, Fraction(told.pop("then")))
    scale = scale_of(kind)
    for name in _PEOPLE:
        told[name] = names.get(told[name], "?") if told[name] else None
    if scale is not None:  # what is read has another unit than what is judged
        told |= {"unit": scale.unit, "now_value": None}
    step = str(own if scale is None else scale.resolution)
    for name, per_count in (("value", step), ("limit", step), ("now_value", str(now))):
        told[name] = None if told[name] is None else shown(told[name], per_count)
    told["suppressed"] = tuple(sorted(set(told["suppressed"].values())))
    return FoundAlert(
        row=AlertRow(**told),
        channel=channel,
        resolution=step,
        own_scale=scale is not None,
    )
