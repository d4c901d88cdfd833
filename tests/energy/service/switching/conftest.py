"""In: a fresh site. Out: a station with a reviewed template. I/O."""

from __future__ import annotations

import pytest

from tests.energy.service.switching.board import Board
from tests.fixtures.postgres import TestSite
from tests.fixtures.supply import STATION, electricity


@pytest.fixture
def board(site_schema: TestSite) -> Board:
    site_schema.application("metering").store(electricity(site_schema.site.key, *STATION))
    site_schema.project()
    made = Board(site_schema)
    made.publish()
    return made
