"""Rules of inspections: what the file must say, which version holds, how far back they reach."""

from __future__ import annotations

from datetime import date

import pytest

from energy.base.ids import id_of
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.kinds import Method
from energy.service.inspection.rules import InspectionRules, RuleSet, parse_rules
from tests.fixtures.postgres import command

CARL = id_of("person", "carl")
FILE = """
valid_from = 2018-01-01

[suspicion]
loss_percent = "4.5"
zero_days = 3

[back_billing]
methods = ["error", "comparison", "load"]
longest_months = 12
approvers = ["billing_approver", "energy_manager"]
"""


def test_a_file_states_rules_and_they_are_kept_exactly() -> None:
    first, rules = parse_rules(FILE)
    assert first == date(2018, 1, 1)
    assert (str(rules.loss_percent), rules.zero_days, rules.methods) == ("9/2", 3, tuple(Method))
    assert RuleSet.from_json(rules.to_json()) == rules


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("valid_from = 2018-01-01", "", "valid_from"),
        ('"4.5"', "4.5", "loss_percent"),
        ('"4.5"', '"101"', "at most 100"),
        ("zero_days = 3", "zero_days = 0", "zero_days"),
        ("zero_days = 3", "zero_days = 367", "at most 366"),
        ('"load"]', '"guess"]', "methods"),
        ('"load"]', '"error"]', "each once"),
        ("longest_months = 12", "longest_months = 121", "at most 120"),
        ('"energy_manager"', '"viewer"', "approvers"),
        ("zero_days", "days", "days"),
        ("[suspicion]", "[suspicions]", "suspicion"),
        ("[suspicion]", "suspicion", "line"),
    ],
)
def test_a_wrong_file_is_refused_with_its_problem(was: str, now: str, told: str) -> None:
    assert was in FILE
    with pytest.raises(InspectionError, match=told):
        parse_rules(FILE.replace(was, now))


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        ("2019-02-01", 12, "2018-02-01"),
        ("2019-03-31", 1, "2019-02-28"),
        ("2020-03-31", 1, "2020-02-29"),
        ("2019-01-15", 13, "2017-12-15"),
        ("2019-12-31", 12, "2018-12-31"),
    ],
)
def test_how_far_back_they_reach(today: str, months: int, first: str) -> None:
    _, rules = parse_rules(FILE.replace("longest_months = 12", f"longest_months = {months}"))
    assert rules.earliest(date.fromisoformat(today)) == date.fromisoformat(first)


def test_the_version_of_the_day_holds_of_one_day_the_newest() -> None:
    first, rules = parse_rules(FILE)
    known = InspectionRules(site="s", command_id=command("made"))
    with pytest.raises(InspectionError, match="No rules"):
        known.on(first)
    known.publish(rules, valid_from=first, by=CARL, command_id=command(1))
    known.publish(rules, valid_from=first, by=CARL, command_id=command(2))
    assert known.edition == 1, "the same rules again are none"
    other = parse_rules(FILE.replace("zero_days = 3", "zero_days = 5"))[1]
    known.publish(other, valid_from=date(2019, 1, 1), by=CARL, command_id=command(3))
    assert known.on(date(2018, 12, 31))[1].zero_days == 3
    assert known.on(date(2019, 1, 1)) == (2, other)
    known.publish(rules, valid_from=date(2019, 1, 1), by=CARL, command_id=command(4))
    assert known.on(date(2019, 1, 1)) == (3, rules)
