"""In: a plan, the rules of the site. Out: the rules of the event's time. I/O: reads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg

from energy.alerting.rule_reads import read_channels
from energy.alerting.rules.kinds import KINDS, meant_channels, terms_of
from energy.alerting.rules.numbers import RuleError
from energy.alerting.rules.spec import RuleKind
from energy.service.assurance.area import Area
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.limits import stricter
from energy.service.assurance.plan import EventPlan
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]


def rules_of(
    connection: Connection,
    site: Site,
    plan: EventPlan,
    area: Area,
    *,
    event: tuple[str, int],
    by: UUID,
) -> list[dict[str, Any]]:
    """Return the specs of the rules that are stricter while an event lasts.

    Args:
        connection: Any that may read.
        site: The site.
        plan: What the event wants.
        area: What its places and nodes hold.
        event: Its number and edition.
        by: Who approves it.

    Raises:
        AssuranceError: There is no such rule, it watches nothing there, or as `stricter`.
    """
    if not plan.limits:
        return []
    channels = read_channels(connection, site.schema)
    within = {"places": list(plan.places), "points": list(area.of_nodes)}
    found = []
    for limit in plan.limits:
        base = _rule(connection, site.schema, limit.rule)
        spec = stricter(base, limit, event=event, period=plan.period, within=within, by=by)
        kind = RuleKind(spec.get("kind", RuleKind.THRESHOLD))
        meant = [each for g in meant_channels(spec["subject"], KINDS[kind], channels) for each in g]
        if not meant:
            raise AssuranceError.of("limit_nothing", rule=limit.rule)
        for per_count in {each.per_count for each in meant}:
            try:
                terms_of(kind, spec["terms"], per_count)
            except RuleError as error:
                raise AssuranceError.of("limit_refused", rule=limit.rule, why=error) from error
        found.append(spec)
    return found


def _rule(connection: Connection, schema: str, key: str) -> dict[str, Any]:
    """Return the newest version of a rule that is switched on."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT spec FROM {schema}.rule WHERE key = %s "
        "AND coalesce((spec ->> 'enabled')::boolean, true) ORDER BY version DESC LIMIT 1",
        (key,),
    ).fetchone()
    if row is None:
        raise AssuranceError.of("no_rule", rule=key)
    return dict(row[0])
