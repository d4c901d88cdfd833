"""In: nothing. Out: the server of the bills. I/O."""

from tests.fixtures.postgres import database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
