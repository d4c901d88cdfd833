"""A formula's command repeated, as where its answer was lost, has one effect."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

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
