"""In: nothing. Out: the servers of the contracts. I/O."""

from tests.fixtures.postgres import database_server, directory, new_site, site_schema

__all__ = ["database_server", "directory", "new_site", "site_schema"]
