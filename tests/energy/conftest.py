"""In: nothing. Out: the servers of the tests of the core. I/O."""

from tests.fixtures.postgres import (
    database_server,
    directory,
    new_site,
    new_standing_site,
    site_schema,
    standing_site,
)

__all__ = [
    "database_server",
    "directory",
    "new_site",
    "new_standing_site",
    "site_schema",
    "standing_site",
]
