"""In: nothing. Out: the database of the tests of the processes. I/O."""

from tests.fixtures.postgres import database_server, directory, new_site, site_schema

__all__ = ["database_server", "directory", "new_site", "site_schema"]
