"""The palette is told apart by everybody, on both papers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dashboards.theme import PALETTES, Theme

MACHADO = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
LEAST_DISTANCE = 15.0


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return to_lab @ np.cbrt(to_lms @ rgb)


def seen(colour: str, sight: str) -> np.ndarray:
    return oklab(np.clip(MACHADO[sight] @ linear(colour), 0, 1))


def contrast(one: str, other: str) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    high, low = sorted((float(weights @ linear(c)) for c in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("sight", list(MACHADO))
def test_six_utilities_are_told_apart_by_every_sight(theme: Theme, sight: str) -> None:
    colours = PALETTES[theme].utilities.values()
    for one, other in itertools.combinations(colours, 2):
        distance = 100 * float(np.linalg.norm(seen(one, sight) - seen(other, sight)))
        assert distance >= LEAST_DISTANCE, (one, other, sight)


@pytest.mark.parametrize("theme", list(Theme))
def test_utility_colours_stand_out_from_the_paper(theme: Theme) -> None:
    palette = PALETTES[theme]
    for utility, colour in palette.utilities.items():
        assert contrast(colour, palette.paper) >= 3.0, utility


@pytest.mark.parametrize("theme", list(Theme))
def test_text_of_charts_can_be_read(theme: Theme) -> None:
    palette = PALETTES[theme]
    assert contrast(palette.text, palette.paper) >= 4.5
    assert contrast(palette.faint, palette.paper) >= 4.5
