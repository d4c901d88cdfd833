"""What an alert was raised for, as people read it."""

from __future__ import annotations

import pytest

from energy.alerting.words import what_of
from energy.base.text import catalogue


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_group_says_how_it_came_to_be_and_of_which_rule(language: str) -> None:
    many, old = (catalogue()[f"alert_group.{name}"][language] for name in ("many", "old"))
    assert what_of(language, "High load", "alerts.many") == f"High load: {many}"
    assert what_of(language, "", "alerts.old") == old


def test_a_rule_says_its_name_and_a_code_that_nobody_wrote_words_for_stands_for_itself() -> None:
    code = next(key for key in catalogue() if key.startswith("finding.")).removeprefix("finding.")
    assert what_of("en", "High load", "") == "High load"
    assert what_of("zh", "", code) == catalogue()[f"finding.{code}"]["zh"]
    assert what_of("en", "", "nobody.wrote.this") == "nobody.wrote.this"
