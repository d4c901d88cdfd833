"""In: what a person decides about cases. Out: one event a case, the views settled. I/O: PostgreSQL.

Decisions are made case by case, each whole or not at all; what is refused of many is told beside
what was done. The same command given again after a lost connection finds what it did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from billing.views.review_queue import QueuedCase, case_named, read_queue
from energy.base.errors import ConflictError, EnergyError, NotPermittedError, RefusedError
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.base.text import Key
from energy.journal.reviews import CaseDecidedError, Reviews
from energy.metering.channel import Channel
from energy.metering.correction import Estimate, Stated
from energy.metering.decision import DecidedAlreadyError
from energy.metering.review import CaseStateError, Said, rest_of
from energy.metering.review_case import CaseFinding, CaseState, Decision, DecisionKind
from energy.store.sites import Site
from energy.system import System
from energy.views.point_rows import channels_of
from energy.views.readings_told import channel_of
from energy.views.review import (
    CaseNameError,
    decided_case_named,
    read_decisions,
    waits_again,
)
from processes.readings_state import Settle, settled
from processes.review.choice import (
    Chosen,
    HoldDayError,
    Outcome,
    acceptance,
    became,
    done,
    exceeds,
    outcome_of,
    suffices,
)

NameOf = Callable[[UUID], str]
Tell = Callable[[int, int], None]
"""Called with how many cases are done, of how many."""


class ReviewDesk:
    """What one person decides about the cases of a site."""

    def __init__(
        self, system: System, site: Site, by: UUID, name_of: NameOf, settle: Settle = settled
    ) -> None:
        """Sit down at the desk.

        Args:
            system: Parts of a process in the writer's role.
            site: The site.
            by: The person.
            name_of: Returns the name of a person.
            settle: Lets the views come up to the journal; a process that may not fold them waits.
        """
        self._system, self._site, self._by = system, site, by
        self._name_of, self._settle = name_of, settle
        self._reviews = Reviews(system.database, site.schema, system.clock)

    def chosen(self, which: Chosen) -> list[QueuedCase]:
        """Return the cases a command is about, the most money first.

        Raises:
            CaseNameError: A name begins no case, or more than one.
            DecidedAlreadyError: Somebody has ended one of them.
        """
        self._settle(self._system, self._site)
        with self._system.database.connection() as connection:
            now, names = self._system.clock.now(), which.names
            point = None if names else which.point
            queue = read_queue(connection, self._site, now, point=point, names=names)
        if which.names:
            meant = [self._named(queue, name) for name in which.names]
            return list({row.case.case: row for row in meant}.values())
        return [row for row in queue if which.fits(row)]

    def _named(self, queue: Sequence[QueuedCase], name: str) -> QueuedCase:
        found = case_named(queue, name)
        if found is not None:
            return found
        with self._system.database.connection() as connection:
            case = decided_case_named(connection, self._site.schema, name)
            last = read_decisions(connection, self._site.schema, case=case, limit=1)[0]
        raise self._decided(case, last.kind, last.decided_by, last.decided_at)

    def _decided(
        self, case: UUID, kind: DecisionKind, by: UUID, at: datetime
    ) -> DecidedAlreadyError:
        return DecidedAlreadyError.of(
            "review.decided",
            short=case.hex[:8],
            kind=Key(f"cli.review.kind_{kind}"),
            by=self._name_of(by),
            at=f"{at.astimezone(self._site.zone):%Y-%m-%d %H:%M}",
        )

    def repeated(self, name: str, verb: str, reason: str, *words: str) -> Outcome | None:
        """Return what the same command did to a case before, where it ended the case.

        Args:
            name: The beginning of the case's id.
            verb: What is done.
            reason: Why.
            words: Whatever else was said.
        """
        try:
            with self._system.database.connection() as connection:
                case = decided_case_named(connection, self._site.schema, name)
                history = read_decisions(connection, self._site.schema, case=case)
                today = local_day(self._system.clock.now(), self._site.zone)
                waits = waits_again(connection, self._site.schema, history[0], today)
        except CaseNameError:
            return None
        if waits or not self._same(history, verb, reason, *words):
            return None
        return done(history[0])

    def accept(
        self,
        rows: Sequence[QueuedCase],
        reason: str,
        *,
        evidence: tuple[str, ...] = (),
        limit: Decimal,
        may_decide: bool,
        tell: Tell = lambda _done, _of: None,
    ) -> list[Outcome]:
        """Accept cases; what bears more money than one person may decide waits for a second.

        Args:
            rows: The cases.
            reason: Why the values may stand.
            evidence: SHA-256 of attachments, in hex.
            limit: Most money that one person accepts alone, in one command. [currency]
            may_decide: Whether the person decides on readings; else it is a proposal.
            tell: Called after each case.
        """
        alone = may_decide and not exceeds(rows, limit)

        def act(row: QueuedCase, said: Said) -> None:
            acceptance(row, self._by, alone=alone, may_decide=may_decide)
            single = suffices(row, alone=alone, may_decide=may_decide)
            self._reviews.accept(row.case, said, alone=single)

        return self._each(rows, "accept", reason, act, tell, evidence=evidence)

    def hold(
        self,
        rows: Sequence[QueuedCase],
        reason: str,
        *,
        until: date,
        tell: Tell = lambda _done, _of: None,
    ) -> list[Outcome]:
        """Let cases wait until a day; their bills stay barred.

        Raises:
            HoldDayError: The day is not to come.
        """
        today = local_day(self._system.clock.now(), self._site.zone)
        if until <= today:
            raise HoldDayError.of("review.until", until=until, today=today)

        def act(row: QueuedCase, said: Said) -> None:
            self._reviews.hold(row.case, said, until=until)

        return self._each(rows, "hold", reason, act, tell, str(until))

    def release(
        self,
        rows: Sequence[QueuedCase],
        reason: str,
        *,
        may_decide: bool,
        tell: Tell = lambda _done, _of: None,
    ) -> list[Outcome]:
        """End holds, take proposed acceptances back; who may not decide takes back the own ones.

        Args:
            rows: The cases.
            reason: Why.
            may_decide: Whether the person decides on readings.
            tell: Called after each case.
        """

        def act(row: QueuedCase, said: Said) -> None:
            last = row.case.decision
            own = last is not None and last.decided_by == self._by
            if not may_decide and not (own and row.case.state is CaseState.ACCEPTANCE):
                raise NotPermittedError.of("review.decider", short=row.case.case.hex[:8])
            self._reviews.release(row.case, said)

        return self._each(rows, "release", reason, act, tell)

    def channel(self, row: QueuedCase, quantity: str | None) -> Channel:
        """Return the channel of a case that a person means: of a quantity, else the one in doubt.

        Raises:
            CaseStateError: The case is about a whole source.
            NoChannelError: The point has no such channel.
        """
        if row.case.point is None:
            raise CaseStateError.of("review.no_point", short=row.case.case.hex[:8])
        with self._system.database.connection() as connection:
            if quantity is None:
                mine = {each.channel for each in row.case.findings}
                every = channels_of(connection, self._site.schema, row.case.point)
                doubted = [each for each in every if each.number in mine]
                if doubted:
                    return doubted[0]
            return channel_of(connection, self._site.schema, row.case.point, quantity)

    def estimated(
        self,
        row: QueuedCase,
        reason: str,
        *,
        method: str,
        stated: Callable[[UUID], Estimate],
        findings: Sequence[CaseFinding],
        limit: Decimal,
    ) -> Outcome:
        """Record an estimate and end the findings that it covers; much money waits for a second.

        Args:
            row: The case.
            reason: Why it is needed.
            method: By which it was made.
            stated: Returns the estimate of a command's id, not stored yet.
            findings: Those of the case whose spans it covers.
            limit: Most money that one person decides about alone. [currency]

        Raises:
            StatementError: The readings cannot be true.
            CaseStateError: A correction of the case waits for its second person.
            DecidedAlreadyError: Somebody decided first.
        """

        def act(row: QueuedCase, said: Said) -> None:
            self._reviews.estimated(
                row.case,
                said,
                estimate=stated(said.command_id),
                findings=findings,
                alone=not exceeds([row], limit),
            )

        return self._single(row, "estimate", reason, act, method)

    def correct(
        self,
        row: QueuedCase,
        readings: Stated,
        reason: str,
        *,
        evidence: tuple[str, ...],
        quantity: str | None = None,
    ) -> Outcome:
        """Propose a correction that ends the case when another person approves it.

        Raises:
            StatementError: The readings cannot be true.
            NoChannelError: The point has no such channel.
            CaseStateError: The case is of a whole source, or a correction of it waits.
            DecidedAlreadyError: Somebody decided first.
        """
        channel = self.channel(row, quantity)

        def act(row: QueuedCase, said: Said) -> None:
            self._reviews.correct(row.case, said, channel, readings)

        told = " ".join(f"{at.isoformat()}={count}" for at, count in sorted(readings))
        return self._single(row, "correct", reason, act, told, evidence=evidence)

    def _single(
        self,
        row: QueuedCase,
        verb: str,
        reason: str,
        act: Callable[[QueuedCase, Said], None],
        *words: str,
        evidence: tuple[str, ...] = (),
    ) -> Outcome:
        """Decide about one case; what is refused is an error."""
        (outcome,) = self._each(
            [row], verb, reason, act, lambda _done, _of: None, *words, evidence=evidence
        )
        if outcome.refused is not None:
            raise outcome.refused
        return outcome

    def _each(
        self,
        rows: Sequence[QueuedCase],
        verb: str,
        reason: str,
        act: Callable[[QueuedCase, Said], None],
        tell: Tell,
        *words: str,
        evidence: tuple[str, ...] = (),
    ) -> list[Outcome]:
        """Decide about cases one after the other; what is refused stops no other."""
        commands: dict[UUID, UUID] = {}
        refused: dict[UUID, EnergyError] = {}
        histories = self._histories(rows)
        for number, row in enumerate(rows, 1):
            history = histories.get(row.case.case, [])
            # What was accepted and waits again is decided anew, be it with the same words.
            again = (
                bool(history)
                and history[0].kind is DecisionKind.ACCEPTED
                and row.case.number >= history[0].number
            )
            same = not again and self._same(history, verb, reason, *words)
            before = len(history) - 1 if same else len(history)
            command = self._command(row.case.case, before, verb, reason, *words)
            if same:
                command = history[0].command
            commands[row.case.case] = command
            said = Said(
                reason=reason,
                by=self._by,
                command_id=command,
                evidence=evidence,
                stake=None if row.stake is None else row.stake.amount,
                currency="" if row.stake is None else row.stake.currency,
            )
            try:
                if not same:
                    act(row, said)
            except CaseDecidedError as error:
                refused[row.case.case] = self._decided(
                    row.case.case, error.kind, error.by, error.at
                )
            except (RefusedError, ConflictError) as error:
                refused[row.case.case] = error
            tell(number, len(rows))
        self._settle(self._system, self._site)
        return self._outcomes(rows, commands, refused)

    def _outcomes(
        self,
        rows: Sequence[QueuedCase],
        commands: dict[UUID, UUID],
        refused: dict[UUID, EnergyError],
    ) -> list[Outcome]:
        made = {
            each.command: each for history in self._histories(rows).values() for each in history
        }
        outcomes = []
        for row in rows:
            mine = made.get(commands[row.case.case])
            rest = made.get(rest_of(commands[row.case.case]))
            if mine is not None and row.case.case not in refused:
                outcomes.append(became(row, mine, rest))
            else:
                outcomes.append(outcome_of(row, None, refused=refused.get(row.case.case)))
        return outcomes

    def _histories(self, rows: Sequence[QueuedCase]) -> dict[UUID, list[Decision]]:
        found: dict[UUID, list[Decision]] = {}
        with self._system.database.connection() as connection:
            for each in read_decisions(
                connection,
                self._site.schema,
                cases=[row.case.case for row in rows],
                limit=2**31,
            ):
                found.setdefault(each.case, []).append(each)
        return found

    def _same(self, history: Sequence[Decision], verb: str, reason: str, *words: str) -> bool:
        """Return whether the last decision about a case is this very command, and stands."""
        if not history or history[0].correction_state == "rejected":
            return False
        before = len(history) - 1
        command = self._command(history[0].case, before, verb, reason, *words)
        first = self._command(history[0].case, before - 1, verb, reason, *words)
        return history[0].command in {command, rest_of(first)}

    def _command(self, case: UUID, before: int, verb: str, reason: str, *words: str) -> UUID:
        """Return the id of a command about a case of which so much was decided before."""
        said = " ".join(" ".join((reason, *words)).split())
        return id_of("review", verb, case.hex, str(self._by), said, str(before))
