"""In: nothing. Out: the server of the nasty inputs, and a site whose clock stands at midnight."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.postgres import TestSite, database_server, directory, new_site, site_schema

__all__ = ["database_server", "directory", "new_site", "night", "site_schema"]


@pytest.fixture
def night(new_site: Any) -> TestSite:
    """A site whose clock stands at midnight."""
    site: TestSite = new_site(at=MIDNIGHT)
    return site
