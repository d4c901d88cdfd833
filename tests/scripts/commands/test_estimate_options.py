"""What a method is told on the command row, and the command that says it again."""

from __future__ import annotations

from datetime import UTC, datetime

from scripts.commands.estimate_options import again_with, method_options


def test_a_draft_names_the_verb_that_records_it_with_the_same_words() -> None:
    days = [datetime(2019, 1, day, tzinfo=UTC) for day in (1, 2)]
    options = method_options(4, None, None, "m1", "rest = 0.4", None, days)
    assert options == {
        "weeks": "4",
        "parent": "m1",
        "schedule": "rest = 0.4",
        "holidays": "2019-01-01,2019-01-02",
    }
    assert again_with(["review", "estimate", "1b6cebac"], options) == (
        "review estimate 1b6cebac --weeks 4 --parent m1 --schedule 'rest = 0.4' "
        "--holiday 2019-01-01 --holiday 2019-01-02 --reason WHY --by NAME"
    )
