"""In: a test, or its id. Out: which others go to the same worker, and when it begins. Pure.

A file goes to one worker, which makes its servers and sites once. Long walks of a browser that
are parted into tests go to whoever is free. What takes long begins first: a file of few long tests
that comes last keeps one worker busy while the others have nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

PARTED = (
    "tests/dashboards/e2e/test_accessible.py::test_axe_finds_no_fault_on_any_page",
    "tests/dashboards/e2e/test_hostile.py::test_hostile_names_are_texts_on_every_page",
)
"""How the ids of tests begin that share nothing which takes long to make."""
_LONG_FIRST = (
    "tests/dashboards/e2e",
    "tests/faults",
    "tests/command_centre",
    "tests/bench",
    "tests/contract",
    "tests/nasty",
    "tests/processes",
    "tests/scripts",
    "tests/tidy",
)
"""Folders with files of ten seconds and more."""


def scope_of(test: str) -> str:
    """Return what a test shares with all that go to the same worker: its file, or its own id.

    Args:
        test: Its id.
    """
    return test if test.startswith(PARTED) else test.partition("::")[0]


def turn_of(test: str, has_marker: Callable[[str], object]) -> int:
    """Return when a test begins among others: the smaller, the earlier.

    Args:
        test: Its id.
        has_marker: Says whether it has a marker.
    """
    if test.startswith(PARTED):
        return 0
    for turn, folder in enumerate(_LONG_FIRST, start=1):
        if test.startswith(folder):
            return turn
    return len(_LONG_FIRST) + (1 if has_marker("servers") else 2)


def put_in_order(items: list[pytest.Item]) -> None:
    """Let what takes long begin first; tests of one turn stay in their order."""
    items.sort(key=lambda item: turn_of(item.nodeid, item.get_closest_marker))
