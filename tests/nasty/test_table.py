"""Each of the 25 nasty inputs has a test that runs every time, and the page in docs says which."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.nasty.table import INPUTS, PAGE, PEERS, ROOT, Input, page


@cache
def found_in(path: str) -> dict[str, bool]:
    """Return the tests of a file, and whether each runs every time."""
    found = {}
    for node in ast.parse((ROOT / path).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            marks = {ast.unparse(each) for each in node.decorator_list}
            found[node.name] = "pytest.mark.slow" not in marks
    return found


def runs(test: str) -> bool:
    path, _, name = test.partition("::")
    assert name in found_in(path), f"{test} is gone"
    return found_in(path)[name]


def test_the_table_names_each_of_the_25_inputs_once() -> None:
    assert [each.number for each in INPUTS] == list(range(1, 26))


@pytest.mark.parametrize("nasty", INPUTS, ids=lambda each: str(each.number))
def test_each_nasty_input_has_a_test_that_runs_every_time(nasty: Input) -> None:
    assert True in {runs(test) for test in nasty.tests}


def test_each_program_of_others_meets_us_in_a_test() -> None:
    for peer in PEERS:
        assert True in {runs(test) for test in peer.tests}, peer.name


def test_every_test_of_this_folder_stands_in_the_table() -> None:
    named = {test for each in INPUTS for test in each.tests}
    here = {
        f"tests/nasty/{path.name}::{name}"
        for path in (ROOT / "tests" / "nasty").glob("test_*.py")
        if path.name != "test_table.py"
        for name in found_in(f"tests/nasty/{path.name}")
    }
    assert here <= named


def test_the_page_is_that_of_the_table() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python -m tests.nasty.table"
