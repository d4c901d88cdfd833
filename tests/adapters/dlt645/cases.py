"""In: the folders under tests/cases of a framing. Out: the cases. I/O: reads files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CASES = Path(__file__).parents[2] / "cases"


@dataclass(frozen=True)
class Case:
    """One answer and what must come of it."""

    name: str
    octets: bytes
    expected: dict[str, Any]


def cases(protocol: str) -> list[Case]:
    """Return every case of a framing."""
    return [_case(path.parent) for path in sorted((CASES / protocol).glob("*/answer.hex"))]


def _case(folder: Path) -> Case:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    assert expected["source"], "a case says where its bytes are from"
    octets = bytes.fromhex((folder / "answer.hex").read_text("ascii"))
    return Case(name=folder.name, octets=octets, expected=expected)
