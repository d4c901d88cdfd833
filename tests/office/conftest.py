"""A server, a directory and a folder for an office that is told from the command row."""

from __future__ import annotations

from tests.fixtures.postgres import database_server, directory

__all__ = ["database_server", "directory"]
