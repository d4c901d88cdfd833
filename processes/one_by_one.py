"""In: a site, a kind of act. Out: nobody else does one of the kind meanwhile. I/O: PostgreSQL.

What an act may do follows from the acts before it (another plan of a node, the other half of a
circle of formulas), and each is a stream of its own in the journal: no version guards them. So they
come one after the other: whoever waited lets the views come up and looks at what the other left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from energy.store.pool import Database
from energy.store.sites import Site


class Act(IntEnum):
    """Kinds of acts that come one after the other; the first part of the advisory lock's key."""

    PLANS = 0x504C_414E
    """Plans of a node are approved."""
    COMPUTED = 0x434F_4D50
    """It is told what computed channels rest on."""
    ADJUSTMENTS = 0x414D_4A55
    """Adjustments of usage are approved."""


@contextmanager
def one_by_one(database: Database, site: Site, act: Act) -> Iterator[None]:
    """Wait until nobody else does an act of the kind at the site, and keep others from it.

    It takes a connection of its own until the end: what is read and written meanwhile takes others.

    Args:
        database: A pool in the writer's role, of two connections at least.
        site: The site.
        act: The kind.
    """
    with database.transaction() as alone:
        alone.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (act, site.schema))
        yield
