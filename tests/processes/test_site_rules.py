"""Rules of a site file are checked on the meters of the same file, before anything is written."""

from __future__ import annotations

from typing import Any

from energy.metering.site_file import read_site
from processes.site_rules import planned_channels, rules_of_file
from tests.energy.metering.test_site_file import facts, small


def with_rule(**more: Any) -> list[str]:
    document = small()
    document["rule"] = [
        {"key": "load", "name": "Load", "severity": "high", "quantity": "active_power"} | more
    ]
    plan, problems = read_site(document, facts)
    assert problems == []
    return rules_of_file(document, plan)[1]


def test_planned_meters_stand_in_their_places_and_in_the_supply_graph() -> None:
    plan, _ = read_site(small(), facts)
    assert plan is not None
    of = {(each.point, each.quantity): each for each in planned_channels(plan)}
    power = of["m1", "active_power"]
    assert "tenant_meter" in power.equipment
    assert plan.meters[0].place in power.places
    assert power.per_count == plan.meters[0].channels[1].resolution * plan.meters[0].multiplier


def test_rule_of_equipment_that_the_file_has_is_taken_and_of_none_is_refused() -> None:
    assert with_rule(equipment="tenant_meter", above=5) == []
    (said,) = with_rule(equipment="transformer", above=5)
    assert said.startswith("rule 'load': the site has no channel 'active_power'")


def test_file_with_other_problems_is_judged_on_the_rules_own_words_alone() -> None:
    document = small()
    document["rule"][0] |= {"point": "nowhere", "above": 1.5}
    assert rules_of_file(document, None)[1] == [
        "rule 'load': `above` = 1.5 is a float; write \"1.5\""
    ]
