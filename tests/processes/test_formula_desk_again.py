"""A formula's command repeated has one effect; of two that make a circle the second is refused."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from processes.formula_desk import FormulaFileError
from tests.fixtures.postgres import TestSite
from tests.processes.test_formula_desk import ANNE, NET, campus, define, desk

__all__ = ["campus"]
pytestmark = pytest.mark.servers


def test_a_formula_revised_or_retired_twice_by_the_same_words_has_one_version_of_them(
    campus: TestSite,
) -> None:
    define(campus, NET)
    day = date(2019, 1, 2)
    facts = {"valid_from": day, "reason": "metered", "by": ANNE}
    for act in (
        lambda: desk(campus).revise(
            "net", text="[grid] - 2 * [pv]", constants=None, command_id=uuid4(), **facts
        ),
        lambda: desk(campus).retire("net", command_id=uuid4(), **facts),
    ):
        first, again = act(), act()
        assert (first.points, first.unchanged) == (("net",), ())
        assert (again.points, again.unchanged, again.position) == ((), ("net",), None)
    campus.project()
    assert campus.rows("SELECT version, source FROM {s}.formula_version ORDER BY version") == [
        (1, "[grid] - [pv]"),
        (2, "[grid] - 2 * [pv]"),
        (3, None),
    ]


def test_of_two_revisions_that_make_a_circle_together_the_second_is_refused(
    campus: TestSite,
) -> None:
    for point in ("a", "b"):
        define(campus, NET.replace('"net"', f'"{point}"'))

    def rest(point: str, on: str) -> None:
        facts = {"valid_from": date(2019, 1, 2), "reason": "metered", "by": ANNE}
        desk(campus).revise(point, text=f"[{on}]", constants=None, command_id=uuid4(), **facts)

    rest("a", "b")  # the views have not seen it yet when the other one is checked
    with pytest.raises(FormulaFileError, match="b -> a -> b"):
        rest("b", "a")
    campus.project()
    assert campus.rows("SELECT source FROM {s}.formula_version WHERE version = 2") == [("[b]",)]
