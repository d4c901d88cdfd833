"""In: [[rule]] tables of a site file. Out: rules of alerts checked, and defined at first. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from energy.alerting.rule import Rule, rule_id
from energy.alerting.rules.kinds import WatchedChannel
from energy.alerting.rules.tables import SiteFacts, read_rule_tables
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.metering.channel import per_count_of
from energy.metering.site_file import SitePlan


def rules_of_file(
    document: Mapping[str, Any], plan: SitePlan | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rules of a site file as events store them, and every problem.

    Args:
        document: The parsed TOML.
        plan: The rest of the file; None where it has problems: what rules are about is then not
            judged.
    """
    facts = SiteFacts(
        channels=None if plan is None else planned_channels(plan),
        zone=ZoneInfo("UTC") if plan is None else plan.zone,
    )
    return read_rule_tables(document, facts)


def planned_channels(plan: SitePlan) -> list[WatchedChannel]:
    """Return the channels of a checked site file as rules may be about them, in its order."""
    parents = {place["key"]: place.get("parent") for place in plan.places}
    kinds = {place["key"]: place.get("kind") for place in plan.places}
    nodes: dict[str, set[str]] = {}
    for supply in plan.supplies:
        for node in supply["nodes"]:
            nodes.setdefault(node.get("point"), set()).add(node["kind"])
    return [
        WatchedChannel(
            number=0,
            point=meter.point,
            quantity=facts.quantity,
            kind=facts.kind,
            utility="" if facts.utility is None else facts.utility.value,
            unit=facts.unit,
            per_count=per_count_of(facts.unit, facts.resolution, meter.multiplier),
            modulus=facts.modulus or 0,
            places=frozenset(_holding(meter.place, parents)),
            equipment=frozenset({*nodes.get(meter.point, ()), kinds.get(meter.place) or ""}),
        )
        for meter in plan.meters
        for facts in meter.channels
    ]


def _holding(place: str, parents: Mapping[str, str | None]) -> Iterable[str]:
    """Yield a place and all that hold it."""
    above: str | None = place
    while above:
        yield above
        above = parents.get(above)


def define_at_first(
    operations: JournalApplication, site: str, rules: Sequence[Mapping[str, Any]]
) -> None:
    """Define the rules of a site file that are not there yet, as version 1.

    Args:
        operations: The site's operations journal.
        site: Its key.
        rules: As rules_of_file returned them.
    """
    for spec in rules:
        key = spec["key"]
        if operations.find(rule_id(site, key, 1)) is None:
            operations.store(
                Rule(
                    site=site,
                    key=key,
                    version=1,
                    spec={**spec, "version": 1},
                    command_id=id_of("site init", site, "rule", key),
                )
            )
