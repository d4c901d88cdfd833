"""In: a table wider than the terminal. Out: its rows with what does not fit below each. Pure.

An id or a key that is broken over rows cannot be copied: what a person copies stays in one piece
in the row's own columns, and what a person only reads stands indented below them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from textwrap import wrap

from rich.cells import cell_len

_GAP = "  "
_INDENT = "    "


def width_of(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return how wide a table is when nothing of it is broken. [cell]."""
    return sum(_widths(heads, rows)) + len(_GAP) * (len(heads) - 1)


def narrow_rows(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[int],
    below: Collection[int],
    width: int,
    nothing: str,
) -> list[str]:
    """Return the rows of a table as text, the head first.

    Args:
        heads: Heads of the columns.
        rows: Cells as text.
        right: Numbers of the columns that hold figures, from 0.
        below: Numbers of the columns that go below each row, with their heads.
        width: Of the terminal. [cell]
        nothing: Cell of which nothing is known: it is left out below.
    """
    own = [n for n in range(len(heads)) if n not in below]
    widths = _widths(heads, rows)

    def row_of(cells: Sequence[str]) -> str:
        parts = [_padded(cells[n], widths[n], right=n in right) for n in own]
        return _GAP.join(parts).rstrip()

    found = [row_of(heads)]
    for cells in rows:
        found.append(row_of(cells))
        said = "; ".join(
            f"{heads[n]}: {cells[n]}" for n in sorted(below) if cells[n] not in ("", nothing)
        )
        found += wrap(
            said,
            max(width, 2 * len(_INDENT) + 20),
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return found


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    columns = zip(heads, *rows, strict=True)
    return [max(cell_len(each) for each in column) for column in columns]


def _padded(text: str, width: int, *, right: bool) -> str:
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank
