"""In: the folders under tests/cases. Out: the cases. I/O: reads files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from adapters.modbus.rtu_frame import checksum

FOLDER = Path(__file__).parents[2] / "cases"
UNIT, FUNCTION_CODE, ADDRESS = 7, 3, 100


@dataclass(frozen=True)
class Case:
    """One answer and what must come of it."""

    name: str
    words: tuple[str, ...]
    count: int
    registers: tuple[int, ...] | None
    fault: str | None
    closes: bool
    byte_by_byte_s: float

    def answer(self, transaction: bytes = b"") -> bytes:
        """Return the bytes with the transaction, or the checksums, filled in."""
        places = iter(transaction * len(self.words))
        sent, frame = b"", b""
        for word in self.words:
            if word == "|":
                sent, frame = sent + frame, b""
            elif word == "SUM":
                frame += checksum(frame)
            else:
                frame += bytes((next(places) if word == "TT" else int(word, 16),))
        return sent + frame


def cases(folder: str = "modbus") -> list[Case]:
    """Return every case of a folder."""
    return [_case(path.parent) for path in sorted((FOLDER / folder).glob("*/answer.hex"))]


def _case(folder: Path) -> Case:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    registers = expected.get("registers")
    return Case(
        name=folder.name,
        words=tuple((folder / "answer.hex").read_text("ascii").split()),
        count=expected.get("count", 4),
        registers=None if registers is None else tuple(registers),
        fault=expected.get("fault"),
        closes=expected.get("then") == "close",
        byte_by_byte_s=expected.get("byte_by_byte_s", 0.0),
    )
