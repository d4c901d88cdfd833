"""In: a part of the metering journal. Out: the rows of one view. The small contract of views.

A view names its tables and what it is made from, and folds a part inside the follower's
transaction. What it keeps in memory between two parts is only good for the part right behind: the
worker says when to forget. How a view is read stands in the module of its reads.
"""

from __future__ import annotations

from typing import Protocol

import psycopg

from energy.views.slice import Slice


class MeteringView(Protocol):
    """A view of the metering journal."""

    @property
    def name(self) -> str:
        """Return the word by which it is rebuilt and verified."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the names of the views whose rows it reads; they are folded before it."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the tables that it alone writes; findings are everybody's."""
        ...

    def fold(self, cursor: psycopg.Cursor[tuple[object, ...]], part: Slice) -> None:
        """Apply a part inside the follower's transaction."""
        ...

    def forget(self) -> None:
        """Drop what is kept in memory: the next part is not the one right behind."""
        ...
