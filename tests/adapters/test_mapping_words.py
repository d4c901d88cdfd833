from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.mapping_words import Rounding, check_heading, check_unit, one_of, read_zone
from energy.metering.site_file_checker import Checker


def test_what_is_right_leaves_no_problem() -> None:
    checker = Checker({"schema_version": 1, "id": "mine"})
    check_heading(checker, "mine")
    zone = read_zone(checker, "Asia/Shanghai", "time")
    assert zone is not None
    assert zone.key == "Asia/Shanghai"
    assert one_of(checker, Rounding, "half_up", "rounding") is Rounding.HALF_UP
    for unit in ("kWh", "count", "channel", ""):
        check_unit(checker, unit, "value")
    assert checker.problems == []


@pytest.mark.parametrize(
    ("ask", "problem"),
    [
        (lambda c: check_heading(c, "mine"), "id must be 'mine', the name of the file"),
        (lambda c: read_zone(c, "China", "time"), "time: zone 'China' is unknown"),
        (lambda c: read_zone(c, "../etc/passwd", "time"), "zone '../etc/passwd' is unknown"),
        (lambda c: one_of(c, Rounding, "up", "rounding"), "rounding 'up' is none of 'exact', 'hal"),
        (lambda c: check_unit(c, "Kwh", "value"), "value: unit 'Kwh' is unknown; there are"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    ask: Callable[[Checker], object], problem: str
) -> None:
    checker = Checker({"schema_version": 1, "id": "other"})
    assert ask(checker) is None
    assert len(checker.problems) == 1
    assert problem in checker.problems[0]
