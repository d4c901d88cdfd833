"""Rules are defined version by version, switched on, withdrawn; the same again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from energy.alerting.rule_desk import RuleDesk
from energy.alerting.rule_reads import list_rules
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from processes.project import catch_up
from tests.energy.alerting.test_evaluator import folded
from tests.energy.alerting.test_rule_reads import rules
from tests.fixtures.batches import MIDNIGHT, at
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
CLARA = id_of("person", "clara")
SPEC: dict[str, Any] = {
    "kind": "threshold",
    "key": "load",
    "name": "Load",
    "severity": "high",
    "channel": 0,
    "subject": {"quantity": "active_power"},
    "terms": {"above": "100"},
}


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a gauge of channel 2."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    catch_up(site.writer, site.site, site.clock)
    return site


def entries(site: TestSite) -> int:
    return int(site.rows("SELECT count(*) FROM {s}.operations_events")[0][0])


def test_same_table_again_changes_nothing_and_another_limit_is_another_version(
    site: TestSite,
) -> None:
    desk = RuleDesk(site.writer, site.site, site.clock)
    assert [desk.define(SPEC, CLARA) for _ in range(2)] == [1, 1]
    site.clock.move_to(at(30))
    higher = SPEC | {"terms": {"above": "120"}}
    assert [desk.define(higher, CLARA) for _ in range(2)] == [2, 2]
    assert entries(site) == 2
    folded(site)
    first, second = rules(site)
    assert (first.valid_to, second.valid_from, second.valid_to) == (at(30), at(30), None)


def test_rule_that_waits_is_evaluated_when_it_is_switched_on(site: TestSite) -> None:
    desk = RuleDesk(site.writer, site.site, site.clock)
    desk.define(SPEC | {"enabled": False}, CLARA)
    folded(site)
    assert rules(site) == []
    assert [desk.enable("load", CLARA) for _ in range(2)] == [1, 1]
    assert entries(site) == 2
    folded(site)
    assert [each.key for each in rules(site)] == ["load"]


def test_withdrawn_rule_is_listed_no_more_and_may_be_defined_again(site: TestSite) -> None:
    desk = RuleDesk(site.writer, site.site, site.clock)
    desk.define(SPEC, CLARA)
    desk.define(SPEC | {"severity": "medium"}, CLARA)
    folded(site)
    with site.writer.connection() as connection:
        (_, row) = list_rules(connection, site.schema, site.site.zone)
    assert (row.version, row.enabled, row.subjects, row.standing) == (2, True, 1, 0)
    assert desk.withdraw("load", CLARA) == 2
    folded(site)
    assert rules(site) == []
    for act in (desk.withdraw, desk.enable):
        with pytest.raises(RefusedError, match="no rule 'load'"):
            act("load", CLARA)
    assert desk.define(SPEC, CLARA) == 3
