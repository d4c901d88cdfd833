"""A server, a directory and fresh sites for two weeks of an energy company."""

from __future__ import annotations

import pytest

from tests.fixtures.postgres import database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]

for each in ("ending", "judge", "money", "reports"):  # what differs is shown
    pytest.register_assert_rewrite(f"tests.energy_company.{each}")
