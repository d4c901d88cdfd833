from __future__ import annotations

import pytest

from processes.phasor_drawing import COLUMNS, ROWS, Ray, drawn

RAYS = [
    Ray(label="U1", angle=90, length=1.0, solid=False),
    Ray(label="U2", angle=-30, length=1.0, solid=False),
    Ray(label="I1", angle=72, length=0.8, solid=True),
    Ray(label="I2", angle=192, length=0.3, solid=True),
]


@pytest.mark.parametrize("braille", [True, False])
def test_every_phasor_has_its_label_where_it_points(braille: bool) -> None:
    rows = drawn(RAYS, braille=braille)
    assert len(rows) <= ROWS
    assert all(len(row) <= COLUMNS for row in rows)
    assert "U1" in rows[0]
    [low] = [n for n, row in enumerate(rows) if "U2" in row]
    assert low > ROWS / 2
    [left] = [row.index("I2") for row in rows if "I2" in row]
    assert left < COLUMNS / 2


def test_without_braille_signs_everything_is_plain() -> None:
    assert all(row.isascii() for row in drawn(RAYS, braille=False))
