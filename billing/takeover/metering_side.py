"""In: billing readings and meter ages of a workbook. Out: entries of the metering journal. I/O.

Each reading and each age is an entry with an id made of the take-over's hash and its own key: what
is there already is left out, so that a process that was killed goes on where it stopped. None of
it bills anybody: who pays stands in the books, which are written behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from billing.takeover.known import KnownSite
from billing.takeover.sheets import Sheet
from billing.takeover.site_checks import channel_of, count_of, instant_of
from billing.takeover.workbook import Row, Sheets
from billing.views.takeover import streams_there
from energy.base.aggregate import JournalAggregate
from energy.base.clock import to_us
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.metering.correction import DisplayReadings, stated
from energy.metering.meter_papers import Fact, MeterPapers, papers_id

CHUNK = 500
"""Entries in one transaction."""
LARGEST_COUNT = 2**53
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteringSide:
    """Writes the metering part of a take-over."""

    application: JournalApplication
    known: KnownSite
    sha256: str
    file: str
    by: UUID

    def write(self, sheets: Sheets, progress: Callable[[int, int], None]) -> int:
        """Write readings and ages that are not there yet; return the journal's position.

        Args:
            sheets: Of the workbook.
            progress: Told how many rows are there, of how many.

        Raises:
            ConflictError: Somebody else wrote the same thing first; do it again.
        """
        done, of = 0, len(sheets[Sheet.READINGS]) + len(sheets[Sheet.METERS])
        progress(done, of)
        for rows in _chunks(sheets[Sheet.READINGS]):
            self._store({self._command("reading", row, "quantity", "read_at"): row for row in rows})
            progress(done := done + len(rows), of)
        for rows in _chunks(sheets[Sheet.METERS]):
            self.application.store(*self._ages(rows))
            progress(done := done + len(rows), of)
        return self.application.position()

    def _store(self, rows: dict[UUID, Row]) -> None:
        ids = {DisplayReadings.create_id(command_id=command): command for command in rows}
        there = self._there(ids)
        self.application.store(
            *(
                self._reading(command, rows[command])
                for identity, command in ids.items()
                if identity not in there
            )
        )

    def _there(self, ids: Sequence[UUID] | dict[UUID, UUID]) -> set[UUID]:
        with self.application.database.connection() as connection:
            return streams_there(connection, self.application.schema, "metering", list(ids))

    def _reading(self, command: UUID, row: Row) -> DisplayReadings:
        channel, at = channel_of(row, self.known), instant_of(row, self.known)
        assert channel is not None and at is not None, "the workbook was checked"
        count = count_of(row, channel)
        assert count is not None, "the register can show it"
        now = self.application.clock.now()
        return DisplayReadings(
            channel=channel.number,
            readings=stated([(at, count)], now=now, low=0, high=LARGEST_COUNT),
            learned_us=to_us(now),
            note=f"{self.file} {self.sha256[:12]}",
            stated_by=self.by,
            command_id=command,
        )

    def _ages(self, rows: Sequence[Row]) -> Iterator[JournalAggregate]:
        for row in rows:
            papers = self.application.find(papers_id(self.known.key, row["point"]))
            command = self._command("age", row)
            if papers is None:
                papers = MeterPapers(
                    site=self.known.key, point=row["point"], command_id=self._command("papers", row)
                )
            if papers.seen(command):
                continue
            until = row["calibration_valid_until"]
            record = {"origin": self.file, "sha256": self.sha256, "stated_by": str(self.by)}
            papers.state_facts(
                at=self.application.clock.now(),
                serial=row["serial"],
                facts={Fact.INSTALLED_ON: row["installed_on"]}
                | ({Fact.NEXT_CHECK: until} if until else {}),
                reason=self.file,
                record=record,
                command_id=command,
            )
            yield papers

    def _command(self, what: str, row: Row, *columns: str) -> UUID:
        key = (row[name] for name in ("point", *columns))
        return id_of("takeover", what, self.known.key, self.sha256, *key)


def _chunks(rows: Sequence[Thing]) -> Iterator[list[Thing]]:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
