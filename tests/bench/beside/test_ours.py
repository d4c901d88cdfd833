"""Our side of the comparison: the product's own way in and out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bench.beside.hours import equal
from bench.beside.ours import Ours
from bench.beside.registers import DAY_US, registers
from bench.ground import Ground, ground


@pytest.fixture(scope="module")
def place() -> Iterator[Ground]:
    """Give a server."""
    with ground() as found:
        yield found


@pytest.mark.servers
def test_hours_from_blocks_and_from_the_rollup_are_the_energy_of_the_registers(
    place: Ground,
) -> None:
    every = registers(8, 2)
    truth = every.energy.reshape(48, 4, 8).sum(axis=1).astype(float)
    with place.site(20) as site:
        ours = Ours(site=site)
        ours.append(every, 0, 100)
        ours.append(every, 100, len(every.at_us))
        ours.fold()
        span = (int(every.at_us[0]), int(every.at_us[0]) + 2 * DAY_US)
        channels: list[int] = every.channel.tolist()
        assert equal(ours.hours(channels, *span), truth)
        assert equal(ours.rolled_up(channels, *span), truth)
        empty = ours.hours(channels[:1], span[1], span[1] + DAY_US)
        assert np.isnan(empty.to_numpy()).all(), "what nobody read is not zero"
