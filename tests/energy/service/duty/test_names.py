"""Shifts and posts have names to read; plans without them are as they were."""

from __future__ import annotations

from typing import Any

import pytest

from energy.service.duty.errors import DutyError
from energy.service.duty.names import NO_NAMES, names_of_all
from energy.service.duty.plan import plan_from
from tests.energy.service.duty.rota import NAMES, SPEC, named

SLOT = "2019-01-07/night/desk"


def test_a_plan_without_names_reads_its_keys() -> None:
    plan = plan_from(SPEC)
    assert plan.names == NO_NAMES
    for told in (plan.names.slot, plan.names.slot_and_words):
        assert told(SLOT, "zh") == SLOT
    assert plan.names.shift_and_key("night", "zh") == "night"


def test_names_are_read_and_keys_stay_what_the_roster_is_made_of() -> None:
    plan, bare = plan_from(named()), plan_from(SPEC)
    assert (plan.shifts, plan.posts) == (bare.shifts, bare.posts)
    names = plan.names
    assert names.slot(SLOT, "zh") == "2019-01-07 夜班 · 控制室"
    assert names.slot_and_words(SLOT, "en") == f"{SLOT} (Night · Control room)"
    assert names.post_and_key("desk", "zh") == "控制室 (desk)"
    assert names.post("first", "zh") == "first", "a post without a name"
    assert names.slot("2019-01-07/*/*", "zh") == "2019-01-07/*/*"
    assert names.shift_of_day("2019-01-07/night", "zh") == "2019-01-07 夜班"
    assert names.shift_of_day("2019-W02", "zh") == "2019-W02"


def test_a_later_plan_names_what_it_has_and_an_earlier_one_what_is_gone() -> None:
    later = named()
    later["shift"] = [{"key": "night", "name": {"en": "Late", "zh": "晚班"}, "at": "19:00"}]
    later["post"] = SPEC["post"]
    names = names_of_all([SPEC, named(), later])
    assert names.shift("night", "zh") == "晚班"
    assert names.shift("day", "zh") == "白班", "no more in the plan, still in old rosters"
    assert names.post("desk", "zh") == "desk", "the later plan has it without a name"


@pytest.mark.parametrize(
    "name",
    [
        "Night",
        {"en": "Night"},
        {"en": "Night", "zh": " "},
        {"en": "Night", "zh": "夜班", "fr": "Nuit"},
        {"en": "N" * 41, "zh": "夜班"},
        {"en": "Night\n", "zh": "夜班"},
        {"en": "\u202eNight", "zh": "夜班"},
        None,
    ],
)
def test_a_wrong_name_is_refused_by_what_it_is_the_name_of(name: Any) -> None:
    night = {"key": "night", "name": name, "at": "19:00"}
    with pytest.raises(DutyError, match="The `name` of the shift 'night' is no table") as refused:
        plan_from({**SPEC, "shift": [night]})
    assert "班次 'night' 的 `name` 应为 {en" in refused.value.told("zh")
    with pytest.raises(DutyError, match="The `name` of the post 'desk' is no table"):
        plan_from({**SPEC, "post": [{**SPEC["post"][0], "name": name}, *SPEC["post"][1:]]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "night", "at": "19:00"},
        {"key": "Night", "name": NAMES["night"], "at": "19:00"},
        {"key": "night", "name": NAMES["night"], "at": "19:00", "hue": "red"},
        {"name": NAMES["night"], "at": "19:00"},
    ],
)
def test_a_shift_has_a_key(wrong: dict[str, Any]) -> None:
    with pytest.raises(DutyError, match="has a `key`"):
        plan_from({**SPEC, "shift": [wrong]})
