"""In: the list of ways. Out: each, its gateway answering, its adapter made. I/O: loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from energy.alerting.notices.gateway import Gateway
from tests.contract.gateways.ways import WAYS, Way


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    found = WAYS[request.param](tmp_path)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def gateway(way: Way) -> Iterator[Gateway]:
    found = way.gateway()
    yield found
    found.close()
