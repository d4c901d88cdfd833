"""In: a document of the first form (TOML, released). Out: the same in today's form. Pure.

Versions published in it stand in journals for good, with hashes of their own document; they are
turned here and read by the one reader. What it did not know is carried over as it is, so that
the reader names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_RENAMED = {"season": "seasons", "period": "periods", "charge": "charges"}
_VALID = {"valid_from": "from", "valid_to": "to"}
_OLD_PATHS = tuple(
    (re.compile(rf"^{new}(?=[.\[:])"), old)
    for new, old in (
        *((new, old) for old, new in _RENAMED.items()),
        (r"valid\.from", "valid_from"),
        (r"valid\.to", "valid_to"),
    )
)


def is_first_form(document: Mapping[str, object]) -> bool:
    """Return whether a document is of the first form: it says `valid_from`, `charge`, `period`."""
    if any(key in document for key in ("valid", *_RENAMED.values())):
        return False
    return any(key in document for key in (*_RENAMED, *_VALID))


def new_form(document: Mapping[str, object]) -> dict[str, object]:
    """Return a document of the first form in today's form; what is wrong stays wrong.

    Args:
        document: As read from a file or from the books.
    """
    turned: dict[str, object] = {
        _RENAMED.get(key, key): value for key, value in document.items() if key not in _VALID
    }
    turned["valid"] = {new: document[old] for old, new in _VALID.items() if old in document}
    seasons = document.get("season")
    if isinstance(seasons, Sequence) and not isinstance(seasons, str):
        turned["seasons"] = [_season(row) for row in seasons]
    return turned


def _season(row: object) -> object:
    if isinstance(row, Mapping) and row.get("default") == "rest":
        return {**row, "default": True}
    return row


def old_words(problem: str) -> str:
    """Return a problem with the path that its file has."""
    for pattern, old in _OLD_PATHS:
        problem = pattern.sub(old, problem)
    return problem.replace("after valid.from", "after valid_from")
