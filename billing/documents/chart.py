"""In: a load over time. Out: its curve as SVG, without a letter. Pure; whole numbers only.

The drawing is 1000 wide and 100 high and is stretched to its place. What is not known is a gap; a
long series is drawn by the highest value of each column, so that no maximum is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

WIDTH, HEIGHT = 1000, 100
MOST_COLUMNS = 250
_GAP = 2


def load_svg(
    values: Sequence[Decimal | None], *, limit: Decimal | None, top: Decimal, colour: str
) -> str:
    """Return the curve as SVG.

    Args:
        values: One a step; None where it is not known. [unit]
        limit: Drawn as a dashed rule. [unit]
        top: What the full height means, above zero. [unit]
        colour: Such as "#1d5fd0".
    """
    columns = _columns(values)
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {box} preserveAspectRatio="none">']
    for first, run in _runs(columns):
        path = _path(first, run, len(columns), top)
        parts.append(f'<path d="{path}" fill="{colour}" fill-opacity="0.35"/>')
    if limit is not None and limit <= top:
        y = HEIGHT - _scaled(limit, top)
        parts.append(
            f'<path d="M0 {y}H{WIDTH}" stroke="#b3261e" stroke-width="1" '
            'stroke-dasharray="8 5" fill="none"/>'
        )
    return "".join([*parts, "</svg>"])


def bars_svg(heights: Sequence[int | None], colour: str) -> str:
    """Return bars as SVG, one a day; a day that is not known is a dotted frame.

    Args:
        heights: Thousandths of the full height.
        colour: Such as "#1d5fd0".
    """
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {box} preserveAspectRatio="none">']
    many = max(len(heights), 1)
    filled: list[str] = []
    for n, each in enumerate(heights):
        left, right = n * WIDTH // many + _GAP, (n + 1) * WIDTH // many - _GAP
        top = HEIGHT - HEIGHT * (1000 if each is None else each) // 1000
        path = f"M{left} {HEIGHT}V{top}H{right}V{HEIGHT}Z"
        if each is None:
            parts.append(f'<path d="{path}" fill="none" stroke="#5b6675" stroke-dasharray="2 3"/>')
        else:
            filled.append(path)
    if filled:
        parts.append(f'<path d="{"".join(filled)}" fill="{colour}" fill-opacity="0.65"/>')
    return "".join([*parts, "</svg>"])


def _columns(values: Sequence[Decimal | None]) -> list[Decimal | None]:
    """Return at most so many values: the highest one of each column."""
    if len(values) <= MOST_COLUMNS:
        return list(values)
    columns: list[Decimal | None] = []
    for n in range(MOST_COLUMNS):
        part = values[n * len(values) // MOST_COLUMNS : (n + 1) * len(values) // MOST_COLUMNS]
        known = [each for each in part if each is not None]
        columns.append(max(known) if known else None)
    return columns


def _runs(columns: Sequence[Decimal | None]) -> list[tuple[int, list[Decimal]]]:
    """Return what is known without a gap, each with its first column."""
    runs: list[tuple[int, list[Decimal]]] = []
    for n, value in enumerate(columns):
        if value is None:
            continue
        if n == 0 or columns[n - 1] is None:
            runs.append((n, []))
        runs[-1][1].append(value)
    return runs


def _path(first: int, run: Sequence[Decimal], columns: int, top: Decimal) -> str:
    steps = [f"M{first * WIDTH // columns} {HEIGHT}"]
    for n, value in enumerate(run, first):
        steps.append(f"V{HEIGHT - _scaled(value, top)}H{(n + 1) * WIDTH // columns}")
    return "".join([*steps, f"V{HEIGHT}Z"])


def _scaled(value: Decimal, top: Decimal) -> int:
    return max(0, min(HEIGHT, int(HEIGHT * value / top)))
