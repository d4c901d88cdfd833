"""In: nothing. Out: usage of made-up buildings by clock hour. Pure."""

from __future__ import annotations

import numpy as np
import pytest

from energy.alerting.baseline.rolling import HOURS, Floats

DAYS = 280


@pytest.fixture(scope="session")
def usage() -> Floats:
    """Three buildings of 280 days from a Monday, in whole Wh; shape (3, 280, 24).

    Offices, idle from Saturday on; a small one whose nights stand still; one open every day.
    """
    generator = np.random.default_rng(5)
    clock = np.arange(HOURS)
    open_hours = np.clip(np.minimum(clock - 6, 20 - clock) / 3, 0, 1)
    weekend = (np.arange(DAYS) % 7 >= 5)[:, None]
    office = 20_000 + 60_000 * open_hours * np.where(weekend, 0.15, 1.0)
    small = 2_000 + 3_000 * open_hours * np.where(weekend, 0.15, 1.0)
    always = np.broadcast_to(30_000 + 40_000 * open_hours, (DAYS, HOURS))
    shapes = np.stack([office, small, always])
    noise = generator.normal(0, 0.06, shapes.shape) + generator.normal(0, 0.04, (3, DAYS, 1))
    made = np.round(shapes * np.exp(noise))
    made[1] = np.where(shapes[1] <= 2_000, 2_000, np.round(made[1], -2))
    return made
