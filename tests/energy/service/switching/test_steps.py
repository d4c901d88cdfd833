"""Templates: what a file may say, versions of two people, steps in reverse."""

from __future__ import annotations

import pytest

from energy.base.ids import id_of
from energy.service.switching.errors import SwitchingError
from energy.service.switching.steps import SwitchingPlan, parse_plan, reversed_steps
from energy.service.switching.template import SwitchingTemplate
from tests.energy.service.switching.board import CHIEF, FILE, OPERATOR, a_plan
from tests.fixtures.postgres import command


def test_a_file_says_its_steps_in_both_languages() -> None:
    plan = a_plan()
    assert (plan.key, plan.permit_after, len(plan.steps)) == ("feeder-off", 3, 4)
    assert plan.steps[1].safety["zh"] == "先检查验电器。"
    assert SwitchingPlan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('key = "feeder-off"', 'key = "Feeder off"', "`key` is 1 to 40"),
        ("permit_after = 3", "permit_after = 5", "`permit_after` is the number of no step"),
        ('do = { en = "Open Q1.", zh = "断开 Q1。" }', 'do = "Open Q1."', "step 1: `do` is no"),
        ('zh = "断开 Q1。"', 'zh = " "', "step 1: `do` is no table"),
        ('undo_expect = { en = "Q1 shows ON.", zh = "Q1 指示合闸。" }', "", "stand together"),
        ("Open Q1.", "x" * 301, "step 1: `do` is longer than 300"),
        ("permit_after", "permit_at", "permit_at"),
        ("[[step]]", "[[steps]]", "1 to 200"),
        ("key", "= key", "invalid statement"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, told: str) -> None:
    with pytest.raises(SwitchingError) as error:
        parse_plan(FILE.replace(old, new))
    assert told.lower() in str(error.value).lower()


def test_steps_are_taken_back_from_the_last_on_and_again_forward() -> None:
    plan = a_plan()
    back = reversed_steps(plan.steps, [1, 2, 3])
    assert [(each.undoes, each.do["en"]) for each in back] == [
        (3, "Open earthing switch E1."),
        (1, "Close Q1."),
    ]
    assert back[0].expect == {"en": "E1 shows OPEN.", "zh": "E1 指示断开。"}
    again = reversed_steps(back, [1])
    assert [each.do["en"] for each in again] == ["Close earthing switch E1."]


def test_a_version_is_written_by_one_and_reviewed_by_another() -> None:
    kept = SwitchingTemplate(site="s", key="feeder-off", command_id=id_of("made"))
    with pytest.raises(SwitchingError, match="No version"):
        kept.plan()
    kept.draft(a_plan(), by=OPERATOR, command_id=command(1))
    kept.draft(a_plan(), by=CHIEF, command_id=command(2))  # the same words are no version
    assert kept.edition == 1
    with pytest.raises(SwitchingError, match="yourself"):
        kept.review(1, by=OPERATOR, command_id=command(3))
    kept.review(1, by=CHIEF, command_id=command(4))
    kept.review(1, by=CHIEF, command_id=command(4))
    with pytest.raises(SwitchingError, match="reviewed already"):
        kept.review(1, by=CHIEF, command_id=command(5))
    kept.draft(a_plan(permit_after=0), by=CHIEF, command_id=command(6))
    assert kept.plan() == a_plan()  # until the newer one is reviewed
    with pytest.raises(SwitchingError, match="meanwhile"):
        kept.review(1, by=OPERATOR, command_id=command(7))
    kept.review(2, by=OPERATOR, command_id=command(8))
    assert kept.plan().permit_after == 0
