"""The file of steps of supply cases: read back as written, every problem named, dated versions."""

from __future__ import annotations

from datetime import date

import pytest

from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import NEEDED, STEPS, CaseKind, CaseStep
from energy.service.cases.plan import CasePlan, CasePlans, parse_case_plan
from tests.energy.service.cases.office import ANNA
from tests.energy.service.cases.steps import FILE
from tests.fixtures.postgres import command


def test_a_file_is_read_kept_and_read_again_the_same() -> None:
    first, plan = parse_case_plan(FILE)
    assert first == date(2018, 1, 1)
    assert CasePlan.from_json(plan.to_json()) == plan
    assert [each.step for each in plan.steps_of(CaseKind.CLOSURE)] == [
        *(CaseStep.APPLICATION, CaseStep.LAST_READING, CaseStep.FINAL_BILL)
    ], "a step that is left out is not gone through"


def test_what_is_needed_for_an_end_is_among_the_steps() -> None:
    for kind in CaseKind:
        assert NEEDED[kind] <= set(STEPS[kind])
        assert STEPS[kind][0] is CaseStep.APPLICATION


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (("within_min = 57600", "within_min = 0"), "within_min"),
        (("within_min = 57600", "within_min = 9999999"), "at most 527040"),
        (('counting = "round_the_clock"', 'counting = "often"'), "one of round_the_clock"),
        (("last_reading = ", "# "), "state last_reading, too"),
        (("[closure]", "[closing]"), "closing"),
        (("disconnection = ", "survey = "), "survey"),
        (("valid_from = 2018-01-01", 'valid_from = "soon"'), "no date"),
        (('mon-fri = ["08:00-12:00", "13:00-17:00"]', ""), "no working hour"),
        (("valid_from", "valid_from ="), "invalid"),
    ],
)
def test_every_problem_is_named_and_nothing_is_written(changed: tuple[str, str], why: str) -> None:
    with pytest.raises(CaseError) as refused:
        parse_case_plan(FILE.replace(*changed))
    assert why.lower() in str(refused.value).lower()


def test_a_kind_without_steps_is_not_taken_on() -> None:
    _, plan = parse_case_plan(FILE[: FILE.index("[closure]")])
    with pytest.raises(CaseError, match="closure; they know: new_supply"):
        plan.steps_of(CaseKind.CLOSURE)


def test_the_latest_day_holds_and_of_one_day_the_newest() -> None:
    _, plan = parse_case_plan(FILE)
    _, other = parse_case_plan(FILE[: FILE.index("[closure]")])
    plans = CasePlans(site="s", command_id=command("made"))
    for number, (first, each) in enumerate(
        [(date(2019, 1, 1), plan), (date(2018, 1, 1), other), (date(2019, 1, 1), other)]
    ):
        plans.publish(each, valid_from=first, by=ANNA, command_id=command("publish", number))
    plans.publish(other, valid_from=date(2019, 1, 1), by=ANNA, command_id=command("again"))
    assert len(plans.versions) == 3, "the newest one again changes nothing"
    assert plans.on(date(2018, 6, 1)) == (2, other)
    assert plans.on(date(2019, 6, 1)) == (3, other)
    with pytest.raises(CaseError, match="hold on 2017"):
        plans.on(date(2017, 12, 31))
