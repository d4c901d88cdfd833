"""In: nothing. Out: the database of the tests of the commands. I/O."""

import pytest

from tests.fixtures.postgres import database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]


@pytest.fixture(autouse=True)
def _nobody_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command wait for a `project` that runs in none of these tests."""
    monkeypatch.setattr("processes.settling.PROJECT_S", 0.0)
