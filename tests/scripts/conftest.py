"""In: nothing. Out: the database of the tests of the commands. I/O."""

from tests.fixtures.postgres import database_server, directory, new_site

__all__ = ["database_server", "directory", "new_site"]
