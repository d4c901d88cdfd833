"""In: nothing. Out: the database of the tests of this folder. I/O."""

from tests.fixtures.postgres import database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
