"""In: nothing. Out: the database of the tests of the processes. I/O."""

from tests.fixtures.field import field, plant, port
from tests.fixtures.postgres import database_server, directory, new_site, site_schema

__all__ = ["database_server", "directory", "field", "new_site", "plant", "port", "site_schema"]
