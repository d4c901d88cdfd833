"""In: what reads how far the views have come. Out: it, read once a request. I/O by a callable."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from flask import g, has_request_context


class StampOfRequest:
    """The stamp by which one request answers all its questions."""

    def __init__(self, read: Callable[[], Hashable]) -> None:
        """Read nothing yet.

        Args:
            read: Reads it.
        """
        self._read = read

    def now(self) -> Hashable:
        """Return the stamp; outside a request it is read each time."""
        if not has_request_context():
            return self._read()
        if "stamp" not in g:
            g.stamp = self._read()
        stamp: Hashable = g.stamp
        return stamp

    def forget(self) -> None:
        """Read it anew the next time: somebody waited for their own write."""
        if has_request_context():
            g.pop("stamp", None)
