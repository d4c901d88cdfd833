"""In: a run, the old system's bills. Out: a comparison kept, and its release. I/O: PostgreSQL.

Until the release no invoice of the site is issued (state.py). A comparison is kept whole as an
attachment; the event holds its hash and its sums, and a second person signs that hash.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from billing.books import Books
from billing.canonical import canonical_json, sha256_of
from billing.money import plain
from billing.takeover.bills import bills_of
from billing.takeover.comparison import Comparison, compared
from billing.takeover.errors import TakeOverError
from billing.takeover.old_bills import read_old_bills
from billing.takeover.problems import MOST_TOLD, Problem, Problems
from billing.takeover.site_take_over import ComparedRun, SiteTakeOver
from billing.takeover.state import take_over_of
from energy.base.ids import id_of
from energy.store.attachment import keep_attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A comparison, or what is wrong with the old system's file."""

    comparison: Comparison | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ParallelDesk:
    """Compares both systems, and ends their running side by side."""

    books: Books

    def compare(
        self, run: UUID, file: Path, lines: Path | None = None, *, by: UUID | None = None
    ) -> Outcome:
        """Put the drafts of a run beside the old system's bills.

        Args:
            run: A rated run.
            file: The old system's bills (XLSX or CSV).
            lines: Its charges (CSV); None where there are none or the workbook has them.
            by: Who compares; None to look only, nothing is kept.

        Raises:
            UnknownBillingObjectError: There is no such run.
            TakeOverError: The run has no drafts, a file cannot be read, or nothing runs in
                parallel.
        """
        problems, currency = Problems(), self.books.site.currency
        opened = self.books.run(run)
        drafts = [self.books.invoice(identity) for identity in opened.drafts]
        if not drafts:
            raise TakeOverError.of("takeover.no_drafts", run=opened.key)
        theirs = read_old_bills(file, lines, currency, problems)
        if problems.rows:
            return Outcome(comparison=None, problems=tuple(problems.rows[:MOST_TOLD]))
        hashes = sorted([each.account, each.sha256] for each in drafts)
        comparison = compared(
            [bill for draft in drafts for bill in bills_of(json.loads(draft.document))],
            theirs,
            run=opened.key,
            drafts=sha256_of(canonical_json({"drafts": hashes})),
            file=file.name,
            currency=currency,
        )
        if by is not None:
            self._keep(comparison, by)
        return Outcome(comparison=comparison)

    def release(self, sha256: str, *, reason: str, by: UUID) -> SiteTakeOver:
        """End the parallel run over the last comparison; released already, nothing changes.

        Raises:
            TakeOverError: There is no parallel run, or another comparison is the last.
            TakeOverPersonError: The same person compared.
        """
        held = self._held()
        last = held.comparison
        command = self._command("release", "" if last is None else last.sha256, str(by))
        if not held.seen(command):
            held.release(sha256, reason=reason, by=by, command_id=command)
            self.books.store(held)
        return held

    def last(self) -> ComparedRun | None:
        """Return the last comparison; None where there is none since the take-over."""
        held = take_over_of(self.books)
        return None if held is None else held.comparison

    def _keep(self, comparison: Comparison, by: UUID) -> None:
        held = self._held()
        with self.books.database.transaction() as connection:
            text = comparison.text.encode()
            kept = keep_attachment(connection, self.books.schema, text, "application/json")
        held.compare(
            comparison.sha256,
            run=comparison.run,
            file=comparison.file,
            kept=kept,
            difference=plain(comparison.difference),
            causes={cause.value: plain(amount) for cause, amount in comparison.causes.items()},
            by=by,
            command_id=self._command("compare", comparison.sha256, str(held.version)),
        )
        self.books.store(held)

    def _held(self) -> SiteTakeOver:
        held = take_over_of(self.books)
        if held is None:
            raise TakeOverError.of("takeover.no_parallel_run")
        return held

    def _command(self, *what: str) -> UUID:
        return id_of("takeover", self.books.site.key, *what)
