"""In: the words of this process. Out: whether a verb runs, or only a help page is written. Pure.

A group's module imports above what its signatures name; under `if runs():` stands what only the
bodies of its verbs use. That is most of Meterline, and a help page is written without it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise


def runs() -> bool:
    """Return whether this process may come to run a verb."""
    return not asks_for_page(sys.argv[1:])


def asks_for(group: str, verb: str) -> bool:
    """Return whether this process's row names a verb: what others of its group need is spared.

    Args:
        group: Name of the group.
        verb: Name of the verb.
    """
    words = sys.argv[1:]
    return (group, verb) in pairwise(words)


def asks_for_page(row: Sequence[str]) -> bool:
    """Return whether a row is certain to end with a help page.

    Behind an option `--help` may be that option's value: such a row is not certain.

    Args:
        row: The words behind the program's name.
    """
    before = ""
    for word in row:
        if word == "--":
            return False
        if word == "--help" and (not before.startswith("-") or "=" in before):
            return True
        before = word
    return False
