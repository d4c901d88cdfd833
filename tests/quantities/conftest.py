"""In: nothing. Out: the server of the quantities. I/O."""

from tests.fixtures.postgres import database_server, new_site

__all__ = ["database_server", "new_site"]
