"""A server, a directory and fresh sites for two weeks of an energy company."""

from __future__ import annotations

from tests.fixtures.postgres import database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
