"""In: a workbook, two people. Out: all of it in the journals, or nothing of it. I/O: PostgreSQL.

What is loaded is kept sealed as an attachment: the second person signs what the first one loaded,
not what a file has become meanwhile. Signing writes: first the metering journal (each entry with an
id of its own, so it goes on where a killed process stopped), then the books in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.takeover.books_side import BooksSide
from billing.takeover.checks import check_rows
from billing.takeover.errors import TakeOverError
from billing.takeover.known import KnownSite
from billing.takeover.metering_side import MeteringSide
from billing.takeover.parcel import Parcel, parcel_of
from billing.takeover.problems import MOST_TOLD, Problem, Problems
from billing.takeover.sealed import keep_sealed, open_sealed
from billing.takeover.sheets import CONTENT, Sheet
from billing.takeover.site_checks import check_site
from billing.takeover.site_take_over import Load, LoadState, SiteTakeOver
from billing.takeover.state import take_over_of
from billing.takeover.tasks import Stage
from billing.takeover.totals import ControlTotal, check_totals
from billing.takeover.workbook import Row, read_workbook
from billing.views.takeover import read_known
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.base.secrets import PersonVault
from energy.journal.application import JournalApplication

ATTEMPTS = 5
"""How often it is begun again when somebody else wrote the same thing first."""
Progress = Callable[[Stage, int, int], None]
"""Told what is done next and how far it is, of how many; 0 of 0 where nobody counts."""


def untold(_stage: Stage, _done: int, _of: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a workbook holds, and what is wrong with it."""

    file: str
    totals: tuple[ControlTotal, ...]
    problems: tuple[Problem, ...]
    """The first of very many, by sheet and row."""
    problem_count: int
    parcel: Parcel | None
    """None where something is wrong."""
    sheets: dict[Sheet, list[Row]] = field(repr=False)

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "file": self.file,
            "sha256": None if self.parcel is None else self.parcel.sha256,
            "totals": [total.document() for total in self.totals],
            "problems": [problem.document() for problem in self.problems],
            "problem_count": self.problem_count,
        }


@dataclass(frozen=True, slots=True)
class TakeOverOffice:
    """Takes a site over from the system before."""

    books: Books
    metering: JournalApplication
    vault: PersonVault

    def known(self) -> KnownSite:
        """Return what the site knows; its views must have come up."""
        with self.books.database.connection() as connection:
            return read_known(connection, self.books.site, self.books.clock.now())

    def check(self, path: Path) -> Checked:
        """Check a workbook and write nothing.

        Raises:
            TakeOverError: It is no workbook that can be read.
        """
        problems, known = Problems(), self.known()
        sheets = read_workbook(path, problems)
        check_rows(sheets, known.currency, known.accounts, known.parties, problems)
        check_site(sheets, known, problems)
        totals = check_totals(sheets, problems)
        if not problems.rows and not any(sheets[sheet] for sheet in CONTENT):
            problems.note(Sheet.ACCOUNTS, 0, "", "nothing_there")
        order = {sheet.value: n for n, sheet in enumerate(Sheet)}
        rows = sorted(problems.rows, key=lambda each: (order.get(each.sheet, -1), each.row))
        return Checked(
            file=path.name,
            totals=tuple(totals),
            problems=tuple(rows[:MOST_TOLD]),
            problem_count=len(rows),
            parcel=None if rows else parcel_of(known.key, sheets, totals),
            sheets=sheets,
        )

    def load(self, checked: Checked, *, by: UUID) -> Load:
        """Keep a checked workbook for its second signature; the same again changes nothing.

        Raises:
            TakeOverError: Something is wrong with it, it is written already, or another waits.
        """
        if checked.parcel is None:
            raise TakeOverError.of(
                "takeover.problems", file=checked.file, number=checked.problem_count
            )
        sha256 = checked.parcel.sha256
        held = self._held()
        known = held.loads.get(sha256)
        if known is None or known.state is LoadState.DROPPED:
            kept = keep_sealed(self.books, self.vault, sha256, checked.parcel.packed())
        else:
            kept = known.kept
        held.load(
            sha256,
            file=checked.file,
            kept=kept,
            totals=[total.document() for total in checked.totals],
            by=by,
            command_id=self._command("load", sha256, str(len(held.loads)), str(held.version)),
        )
        self.books.store(held)
        return held.loads[sha256]

    def drop(self, sha256: str, *, reason: str, by: UUID) -> Load:
        """Give up a workbook that waits for its second signature.

        Raises:
            TakeOverError: None waits under that hash.
        """
        held = self._held()
        known = held.named(sha256)
        held.drop(
            known.sha256, reason=reason, by=by,
            command_id=self._command("drop", known.sha256, str(held.version)),
        )  # fmt: skip
        self.books.store(held)
        return held.loads[known.sha256]

    def sign(self, sha256: str, *, by: UUID, progress: Progress = untold) -> Load:
        """Sign a workbook as a second person and write it; go on where it was stopped.

        Args:
            sha256: Hash of what was loaded, or its beginning.
            by: The second person.
            progress: Told what is done next, and how far it is.

        Raises:
            TakeOverError: None is loaded under that hash, or the site has changed since.
            TakeOverPersonError: The same person loaded it.
            ConflictError: Others kept changing the same things; repeat the command.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._sign(sha256, by, progress)
            except ConflictError:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def _sign(self, sha256: str, by: UUID, progress: Progress) -> Load:
        held = self._held()
        load = held.named(sha256)
        if load.state is LoadState.WRITTEN:
            return load
        held.sign(load.sha256, by=by, command_id=self._command("sign", load.sha256))
        load = held.loads[load.sha256]
        parcel, known = self._parcel(load), self.known()
        sheets = {**parcel.sheets(), Sheet.CONTROL: []}
        self._require_still(sheets, known)
        self.books.store(held)
        side = MeteringSide(
            application=self.metering, known=known, sha256=load.sha256, file=load.file, by=load.by
        )
        position = side.write(sheets, partial(progress, Stage.METERING))
        progress(Stage.BOOKS, 0, 0)
        self._write_books(held, load, sheets, known, position)
        return held.loads[load.sha256]

    def _write_books(
        self,
        held: SiteTakeOver,
        load: Load,
        sheets: dict[Sheet, list[Row]],
        known: KnownSite,
        position: int,
    ) -> None:
        """Store everything in the books, with the event that says so, in one transaction."""
        command = self._command("write", load.sha256)
        now = self.books.clock.now()
        made = BooksSide(
            books=self.books,
            vault=self.vault,
            known=known,
            by=load.by,
            command=command,
            at=now,
            on=local_day(now, self.books.site.zone),
        ).aggregates(sheets)
        counts = {sheet.value: len(sheets[sheet]) for sheet in CONTENT}
        held.write(load.sha256, counts=counts, metering_position=position, command_id=command)
        self.books.store(*made, held)

    def _require_still(self, sheets: dict[Sheet, list[Row]], known: KnownSite) -> None:
        """Refuse to write what the site bears no longer.

        Raises:
            TakeOverError: It has changed since the workbook was loaded.
        """
        problems = Problems()
        check_rows(sheets, known.currency, known.accounts, known.parties, problems)
        check_site(sheets, known, problems)
        if problems.rows:
            first = problems.rows[0]
            raise TakeOverError.of(
                "takeover.changed",
                number=len(problems.rows),
                sheet=first.sheet,
                key=first.column,
                cause=first.message,
            )

    def _parcel(self, load: Load) -> Parcel:
        packed = open_sealed(self.books, self.vault, load.sha256, load.kept)
        parcel = Parcel.unpacked(packed)
        assert parcel.sha256 == load.sha256, "what was sealed is what was signed"
        return parcel

    def _held(self) -> SiteTakeOver:
        known = take_over_of(self.books)
        key = self.books.site.key
        return known or SiteTakeOver(site=key, command_id=self._command("open"))

    def _command(self, *what: str) -> UUID:
        return id_of("takeover", self.books.site.key, *what)
