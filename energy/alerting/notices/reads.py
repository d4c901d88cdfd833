"""In: the tables of notices and alerts. Out: plan, people, texts, what was told. I/O: reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from energy.alerting.notices.duties import LevelTold
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import LOST, TOLD, NoticeState
from energy.alerting.notices.plan import Plan, plan_from
from energy.alerting.notices.policy import Recipient
from energy.alerting.rule_reads import MULTIPLIER_THEN
from energy.alerting.rules.kinds import scale_of
from energy.metering.channel import per_count_of

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A contact as it stands; personal fields are sealed."""

    contact: UUID
    key: str
    person: UUID
    name_sealed: str
    addresses: Mapping[str, str]
    """Sealed, by way."""
    language: str
    user: UUID | None
    acknowledges: bool
    blocked: str
    opted_out: Sequence[str]
    erased: bool

    def recipient(self) -> Recipient:
        """Return it as the plan sees it."""
        return Recipient(
            contact=self.contact,
            key=self.key,
            ways=frozenset(GatewayKind(way) for way in self.addresses),
            opted_out=frozenset(GatewayKind(way) for way in self.opted_out),
            barred=self.erased or bool(self.blocked),
        )


_CONTACT = (
    "contact, key, person, name_sealed, addresses, language, person_of_directory, acknowledges, "
    "blocked, opted_out, erased"
)


def read_contacts(
    connection: Connection, schema: str, *, only: Collection[UUID] | None = None
) -> list[ContactRow]:
    """Return contacts by key: all, or those of some ids."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_CONTACT} FROM {schema}.contact "
        "WHERE %(all)s OR contact = ANY(%(only)s) ORDER BY key",
        {"all": only is None, "only": list(only or ())},
    ).fetchall()
    return [_contact(row) for row in rows]


def contact_of_digest(
    connection: Connection, schema: str, way: GatewayKind, digest: str
) -> ContactRow | None:
    """Return the contact whose address of a way has a digest; None: nobody, or several."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_CONTACT} FROM {schema}.contact "
        "WHERE digests @> jsonb_build_object(%s::text, %s::text) LIMIT 2",
        (str(way), digest),
    ).fetchall()
    return _contact(rows[0]) if len(rows) == 1 else None


def _contact(row: tuple[Any, ...]) -> ContactRow:
    return ContactRow(**dict(zip(ContactRow.__dataclass_fields__, row, strict=True)))


def read_groups(connection: Connection, schema: str) -> dict[str, list[str]]:
    """Return the keys of contacts by group."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT key, members FROM {schema}.contact_group ORDER BY key"
    ).fetchall()
    return dict(rows)


def read_plan(connection: Connection, schema: str, zone: ZoneInfo) -> Plan | None:
    """Return the plan that holds; None where nobody set one: nobody is told."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT spec FROM {schema}.notice_plan ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return plan_from(row[0], zone) if row else None


def read_wordings(connection: Connection, schema: str) -> dict[str, dict[str, dict[str, str]]]:
    """Return the texts that count, by key and language: the newest that was reviewed."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT ON (key) key, wordings FROM {schema}.notice_template "
        "WHERE reviewed_at IS NOT NULL ORDER BY key, version DESC"
    ).fetchall()
    return dict(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTold:
    """One notice of an alert, as far as it is."""

    subject: UUID
    about: str
    level: int
    repeat: int
    contact: UUID
    way: GatewayKind
    severity: str
    state: NoticeState
    due_at: datetime
    """When it may first go: when it is queued, or when quiet hours end."""


def read_told(
    connection: Connection, schema: str, alerts: Collection[UUID]
) -> dict[UUID, list[NoticeTold]]:
    """Return what was told of some alerts, the first first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT subject, about, level, repeat, contact, way, severity, state, due_at "
        f"FROM {schema}.notice WHERE subject = ANY(%s) ORDER BY queued_at, position",
        (list(alerts),),
    ).fetchall()
    found: dict[UUID, list[NoticeTold]] = defaultdict(list)
    for subject, about, level, repeat, contact, way, severity, state, due_at in rows:
        told = NoticeTold(
            subject=subject,
            about=about,
            level=level,
            repeat=repeat,
            contact=contact,
            way=GatewayKind(way),
            severity=severity,
            state=NoticeState(state),
            due_at=due_at,
        )
        found[subject].append(told)
    return found


def unreached(told: Collection[NoticeTold]) -> set[UUID]:
    """Return the contacts whom some notices were to reach and did not, and none of them still may.

    Args:
        told: Of one level, or of one repeat of it.
    """
    lost = {each.contact for each in told if each.state in LOST}
    return lost - {each.contact for each in told if each.state not in LOST}


def levels_told(told: Sequence[NoticeTold]) -> list[LevelTold]:
    """Return how far each level was told of one alert, by level."""
    found = []
    for level in sorted({each.level for each in told}):
        at = [each for each in told if each.level == level]
        newest = max(each.repeat for each in at)
        last = [each for each in at if each.repeat == newest]
        found.append(
            LevelTold(
                level=level,
                since=min(each.due_at for each in at),
                at=min(each.due_at for each in last),
                last=newest,
                reached=any(each.state in TOLD for each in at),
                given_up=not any(
                    each.state is NoticeState.QUEUED or each.state in TOLD for each in last
                ),
                owed=bool(unreached(at)),
            )
        )
    return found


def watched_alerts(
    connection: Connection, schema: str, *, after: UUID, since: datetime, most: int
) -> list[UUID]:
    """Return alerts that somebody was or is to be told of and that may ask for more, by id.

    Args:
        connection: Any connection.
        schema: The site's schema.
        after: Id before the first one wanted.
        since: Alerts that were cleared longer ago ask for nothing.
        most: Rows at most.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT a.alert FROM {schema}.alert AS a WHERE a.alert > %(after)s "
        "AND (a.cleared_at IS NULL AND a.acknowledged_at IS NULL OR a.cleared_at > %(since)s) "
        f"AND EXISTS (SELECT FROM {schema}.notice AS n WHERE n.subject = a.alert) "
        f"AND NOT EXISTS (SELECT FROM {schema}.notice AS n WHERE n.subject = a.alert "
        "AND n.about = 'over') ORDER BY a.alert LIMIT %(most)s",
        {"after": after, "since": since, "most": most},
    ).fetchall()
    return [alert for (alert,) in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """What a notice says of an alert, in no language."""

    rule: str
    """Key of the rule; "" where it tells of a finding."""
    severity: str
    facts: dict[str, str]


def read_facts(
    connection: Connection, schema: str, alerts: Collection[UUID]
) -> dict[UUID, AlertFacts]:
    """Return what there is to say of some alerts; one that is not folded yet is left out."""
    then = MULTIPLIER_THEN.format(schema=schema)
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT a.alert, coalesce(nullif(a.key, ''), r.key, ''), "
        "coalesce(nullif(a.name, ''), r.name, ''), coalesce(f.code, ''), "
        "coalesce(m.name, c.point, nullif(a.about, ''), f.about, ''), "
        "coalesce(p.name, m.place, ''), "
        f"coalesce(c.unit, ''), coalesce(c.resolution, '1'), {then}, "
        "a.value, a.limit_value, a.raised_at, a.severity, coalesce(r.spec ->> 'kind', '') "
        f"FROM {schema}.alert AS a LEFT JOIN {schema}.rule AS r ON r.rule = a.rule "
        f"LEFT JOIN {schema}.channel AS c ON c.number = a.channel "
        f"LEFT JOIN {schema}.meter AS m ON m.point = c.point "
        f"LEFT JOIN {schema}.place AS p ON p.key = m.place "
        f"LEFT JOIN {schema}.alert_finding AS f ON f.alert = a.alert WHERE a.alert = ANY(%s)",
        (list(alerts),),
    ).fetchall()
    return {row[0]: _facts(row) for row in rows}


def _facts(row: tuple[Any, ...]) -> AlertFacts:
    _, key, name, code, point, place, unit, resolution, multiplier, *more = row
    value, limit, raised, severity, kind = more
    step = per_count_of(unit, Fraction(resolution), Fraction(multiplier))
    scale = scale_of(kind)
    if scale is not None:  # it judges ages, shares or money, not the channel's counts
        step, unit = scale.resolution, scale.unit
    facts = {"what": name or key, "finding": code, "point": point, "place": place}
    if not code:
        facts |= {"value": _shown(value * step, unit), "limit": _shown(limit * step, unit)}
    return AlertFacts(rule=key, severity=severity, facts=facts | {"at": raised.isoformat()})


def _shown(value: Fraction, unit: str) -> str:
    """Return a value as a short message says it: at most three places, no zeros behind."""
    thousandths = round(value * 1000)
    whole, rest = divmod(abs(thousandths), 1000)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".")
    return f"{'-' if thousandths < 0 else ''}{text} {unit}".strip()
