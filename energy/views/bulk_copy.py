"""In: readings, lot by lot. Out: rows of an unindexed `reading`, copied beside the fold. I/O.

The fold decodes and sorts the next lot while the server takes this one: each has a core.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from energy.store.binary_copy import HEADER, TRAILER, pack
from energy.store.pool import Database
from energy.store.shadow import prepare_session
from energy.views.positioned import Positioned

_PIECE = 50_000
_TYPES = ("int4", "timestamptz", "int8", "int2", "int8")


class BesideCopy:
    """One session and one thread that copy what they are given, in order."""

    def __init__(self, database: Database, schema: str) -> None:
        """Begin with an empty queue.

        Args:
            database: Role meterline_owner.
            schema: The shadow: what was copied for nothing goes with it.
        """
        self._schema = schema
        self._lots: queue.Queue[Positioned | None] = queue.Queue(maxsize=2)
        self._failed: BaseException | None = None
        self._connection = database.direct()
        prepare_session(self._connection)
        self._connection.execute("SET synchronous_commit = off")
        self._thread = threading.Thread(target=self._run, name="bulk copy", daemon=True)
        self._thread.start()

    def take(self, lot: Positioned) -> None:
        """Copy a lot soon; raise what went wrong with an earlier one.

        Raises:
            psycopg.Error: The server refused an earlier lot.
        """
        if self._failed is not None:
            raise self._failed
        self._lots.put(lot)

    def finish(self) -> None:
        """Wait until everything is copied and committed.

        Raises:
            psycopg.Error: The server refused a lot.
        """
        self.stop()
        if self._failed is not None:
            raise self._failed

    def stop(self) -> None:
        """End the thread and the session, whatever became of the lots."""
        if self._thread.is_alive():
            self._lots.put(None)
            self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        """Copy until told to stop; after a failure only empty the queue."""
        while (lot := self._lots.get()) is not None:
            if self._failed is not None:
                continue
            try:
                with (
                    self._connection.cursor() as cursor,
                    cursor.copy(f"COPY {self._schema}.reading FROM STDIN (FORMAT binary)") as copy,
                ):
                    for stream in _streams(lot):
                        copy.write(stream)
            except BaseException as error:  # noqa: BLE001 - raised where the fold is
                self._failed = error


def _streams(batch: Positioned) -> Iterator[bytes]:
    """Yield a binary COPY stream in pieces: the server reads one while the next is packed."""
    columns = batch.readings
    yield HEADER
    for first in range(0, len(columns), _PIECE):
        piece = slice(first, first + _PIECE)
        packed = pack(
            _TYPES,
            (
                columns.channel[piece],
                columns.at_us[piece],
                columns.count[piece],
                columns.quality[piece],
                batch.position[piece],
            ),
        )
        yield packed[len(HEADER) : -len(TRAILER)]
    yield TRAILER
