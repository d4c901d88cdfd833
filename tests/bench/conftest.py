"""In: nothing. Out: the smallest scale at which every bench still measures something. Pure."""

from __future__ import annotations

import pytest

from bench.measure import Scale


@pytest.fixture
def tiny() -> Scale:
    """A scale that takes seconds for all benches together."""
    return Scale(
        smoke=True,
        channels=40,
        reconnecting=20,
        modbus_meters=4,
        modbus_s=1.0,
        slices=1,
        rebuild_readings=80_000,
        size_readings=40_000,
        fold_channels=1,
        fold_days=1,
        evening_scans=200,
        late_days=60,
        sustained_s=1.0,
        sustained_gateways=2,
    )
