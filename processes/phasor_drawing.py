"""In: phasors. Out: a picture of them in characters. Pure.

Braille signs have two by four dots each, so a thin ray is drawn in plain text; where a terminal
has no such signs, full stops and stars are. Voltages are long and dotted, currents solid, drawn
as long as they are against the largest. Nothing is wider than 46 columns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS, ROWS = 44, 20
_DOT_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800


@dataclass(frozen=True, slots=True, kw_only=True)
class Ray:
    """One phasor to draw."""

    label: str
    angle: float
    """From the right, against the clock. [degree]"""
    length: float
    """Share of the radius, 0 to 1."""
    solid: bool


def drawn(rays: Sequence[Ray], *, braille: bool = True) -> list[str]:
    """Return the rows of a picture.

    Args:
        rays: What to draw; later ones lie over earlier ones.
        braille: Whether the terminal has Braille signs.
    """
    canvas = _Canvas(braille=braille)
    for step in range(0, 360, 5 if braille else 10):
        canvas.dot(_at(step, 1.0))
    for ray in rays:
        reach = int(ray.length * 40)
        for step in range(2, reach + 1):
            if ray.solid or step % 3 == 0:
                canvas.dot(_at(ray.angle, step / 40), solid=ray.solid)
    for ray in rays:
        canvas.write(ray.label, _at(ray.angle, min(1.0, ray.length) + 0.12))
    return canvas.rows()


def _at(degrees: float, radius: float) -> tuple[float, float]:
    """Return column and row of a point, in characters."""
    angle = math.radians(degrees)
    across, down = (COLUMNS - 8) / 2, (ROWS - 3) / 2
    return (
        (COLUMNS - 1) / 2 + across * radius * math.cos(angle),
        (ROWS - 1) / 2 - down * radius * math.sin(angle),
    )


class _Canvas:
    """Characters that dots and words are put on."""

    def __init__(self, *, braille: bool) -> None:
        self._braille = braille
        self._cells = [[" "] * COLUMNS for _ in range(ROWS)]

    def dot(self, at: tuple[float, float], *, solid: bool = False) -> None:
        column, row = at
        if not (0 <= round(column) < COLUMNS and 0 <= round(row) < ROWS):
            return
        if not self._braille:
            sign = "*" if solid else "."
            here = self._cells[round(row)][round(column)]
            self._cells[round(row)][round(column)] = "*" if here == "*" else sign
            return
        x, y = int((column + 0.5) * 2), int((row + 0.5) * 4)
        cell = self._cells[y // 4][x // 2]
        bits = ord(cell) - _BRAILLE if cell != " " else 0
        self._cells[y // 4][x // 2] = chr(_BRAILLE + (bits | _DOT_BITS[y % 4][x % 2]))

    def write(self, text: str, at: tuple[float, float]) -> None:
        column = min(max(0, round(at[0] - len(text) / 2 + 0.5)), COLUMNS - len(text))
        row = min(max(0, round(at[1])), ROWS - 1)
        self._cells[row][column : column + len(text)] = list(text)

    def rows(self) -> list[str]:
        return ["".join(row).rstrip() for row in self._cells]
