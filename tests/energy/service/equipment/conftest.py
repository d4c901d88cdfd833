"""In: nothing. Out: a site of the tests of equipment. I/O."""

from __future__ import annotations

import pytest

from tests.energy.service.equipment.yard import a_yard
from tests.fixtures.postgres import TestSite, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]


@pytest.fixture
def yard(site_schema: TestSite) -> TestSite:
    """A site with a station, a point and a place."""
    return a_yard(site_schema)
