from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.spread import PARTED, scope_of, turn_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("begun", PARTED)
def test_walks_in_parts_are_spread_and_are_there(begun: str) -> None:
    path, _, name = begun.partition("::")
    text = (ROOT / path).read_text("utf-8")
    assert re.search(rf'"part", range\(PARTS\)\)\n(@.*\n)?def {name}', text), "walked in parts"
    assert scope_of(f"{begun}[1]") != scope_of(f"{begun}[2]")


def test_a_file_goes_to_one_worker() -> None:
    assert scope_of("tests/faults/test_x.py::test_a") == scope_of("tests/faults/test_x.py::test_b")


def test_what_takes_long_begins_first() -> None:
    def turns(marked: bool) -> list[int]:
        tests = [*PARTED, "tests/dashboards/e2e/t.py", "tests/faults/t.py", "tests/energy/t.py"]
        return [turn_of(test, lambda _: marked) for test in tests]

    assert turns(marked=True) == sorted(turns(marked=True))
    assert turns(marked=True)[-1] < turns(marked=False)[-1]
    for folder in ("command_centre", "bench", "contract", "nasty", "tidy"):
        assert turn_of(f"tests/{folder}/t.py", lambda _: None) < turns(marked=True)[-1], folder
