"""In: table.toml. Out: which test proves what of the field, as values and as the page in docs. I/O.

`python -m tests.nasty.table` writes the page.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "field-proofs.md"
_TABLE = tomllib.loads(Path(__file__).with_name("table.toml").read_text("utf-8"))
_PEERS = (
    "Our client reads the slaves, the masters read our simulated devices. A pair of serial ports "
    "is two pseudo-terminals with a cable between them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A nasty input, what must come of it, and the tests that prove it."""

    number: int
    what: str
    outcome: str
    tests: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program not written here, and the tests in which it meets us."""

    name: str
    part: str
    over: str
    tests: list[str]


INPUTS = [Input(**row) for row in _TABLE["input"]]
PEERS = [Peer(**row) for row in _TABLE["peer"]]


def page() -> str:
    """Return the page as it stands in docs."""
    rows = [
        "# What is proven of the field, and by which test",
        "",
        "Made of tests/nasty/table.toml by `python -m tests.nasty.table`.",
        "",
        "## 25 nasty inputs",
        "",
        *_table("#", "input", "what comes of it", "tests"),
        *(_row(each.number, each.what, each.outcome, _named(each.tests)) for each in INPUTS),
        "",
        "## Programs not written here",
        "",
        _PEERS,
        "",
        *_table("program", "part", "over", "tests"),
        *(_row(each.name, each.part, each.over, _named(each.tests)) for each in PEERS),
        "",
    ]
    return "\n".join(rows)


def _table(*heads: str) -> list[str]:
    return [_row(*heads), "|" + "---|" * len(heads)]


def _row(*cells: Any) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _named(tests: list[str]) -> str:
    return "<br>".join(f"`{test.removeprefix('tests/')}`" for test in tests)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
