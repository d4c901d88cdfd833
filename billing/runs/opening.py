"""In: local days, a person. Out: a bill run that froze its positions. I/O: PostgreSQL.

A run of the same days and accounts stands in the way of another until it is over: abandoned, or
issued with every account held out. What a run knows ends at its mark, so it is looked whether all
that lies before the mark is checked; what bars the days and was only found behind it sets another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from billing.books import Books
from billing.errors import UnsettledDaysError, WrongStateError
from billing.runs.bill_run import BillRun, RunState, run_id, run_key
from energy.base.period import span_of_days
from energy.journal.marks import Marks
from energy.journal.recorder import head_position

ATTEMPTS = 1000
"""How many runs of the same days and accounts there can be."""
MARKS = 5
"""How many marks are set for a run behind which something is found, before it is given up."""
LooksBefore = Callable[[int], bool]
"""Takes a mark's position; looks at what lies before it and returns whether it bars nothing new."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens the bill runs of a site."""

    books: Books
    marks: Marks

    def open(
        self,
        first_day: date,
        last_day: date,
        by: UUID,
        command_id: UUID,
        *,
        accounts: Sequence[str],
        dated: date | None,
        looked: LooksBefore | None = None,
        by_cycle: bool = False,
    ) -> UUID:
        """Open a run over local days, or go on with the person's own.

        Args:
            first_day: First local day billed.
            last_day: Last local day billed, included.
            by: The person.
            command_id: The command's id.
            accounts: To bill; all when empty.
            dated: Date on the invoices; the day after the last when None.
            looked: Looks at what lies before a mark; None where nobody checks values.
            by_cycle: Whether each account is billed for what its reading cycles make due.

        Raises:
            WrongStateError: The days run backwards, or another run for them is there already.
            UnknownBillingObjectError: There is no such account.
            UnsettledDaysError: Behind every mark something was found that bars the days.
        """
        if last_day < first_day:
            raise WrongStateError("The span of days", "backwards", "in order")
        for account in (accounts := sorted(set(accounts))):
            self.books.account(account)
        for n in range(1, ATTEMPTS):
            key = run_key(first_day, last_day, accounts, n, by_cycle=by_cycle)
            known: BillRun | None = self.books.find(run_id(self.books.site.key, key))
            if known is None:
                break
            if known.seen(command_id) or known.resumable(by, dated):
                return known.id
            if not known.over_without_invoices:
                raise WrongStateError(
                    f"Bill run {key}", known.state, "abandoned or absent", _way_on(known)
                )
        end = span_of_days(first_day, last_day, self.books.site.zone).end
        run = BillRun(
            site=self.books.site.key,
            key=key,
            first_day=first_day,
            last_day=last_day,
            accounts=accounts,
            dated=dated or last_day + timedelta(days=1),
            metering_position=self._mark(key, end, command_id, looked),
            books_position=self.books.position(),
            opened_by=by,
            command_id=command_id,
            by_cycle=by_cycle,
        )
        self.books.store(run)
        return run.id

    def _mark(self, key: str, at: datetime, command_id: UUID, looked: LooksBefore | None) -> int:
        """Mark the metering journal anew; return the mark's position.

        Its reason names what the journal held, so that a mark left by a command that broke off
        is never found again: the run would not know what was learned in between.

        Raises:
            UnsettledDaysError: Behind every mark something was found that bars the days.
        """
        for _ in range(MARKS):
            with self.books.database.connection() as connection:
                head = head_position(connection, self.books.schema, "metering")
            reason = f"bill run {key}, command {command_id}, after {head}"
            position = self.marks.append(reason=reason, at=at)
            if looked is None or looked(position):
                return position
        raise UnsettledDaysError(key, MARKS)


def _way_on(known: BillRun) -> str:
    """Return what to do about a run that stands in the way of another."""
    if known.state is RunState.ISSUED:
        return "Bill accounts that it held out in a run of their own: `bill run --account`."
    return f"Go on with it (`bill review {known.key}`), or `bill abandon {known.key}` first."
