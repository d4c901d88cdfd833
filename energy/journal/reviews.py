"""In: decisions about cases of findings. Out: one event each. I/O: PostgreSQL.

A decision names the state of the case that the person saw: where somebody decided first it is
refused and says who did. Given again after an unknown commit it finds its own result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.clock import EPOCH, Clock
from energy.base.errors import ConflictError, RefusedError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.corrections import Corrections
from energy.metering.channel import Channel
from energy.metering.correction import Estimate, Stated
from energy.metering.review import DecidedCase, Said, acceptance_of, decided, rest_of, touched
from energy.metering.review_case import Case, CaseFinding, DecisionKind
from energy.store.pool import Database


class CaseDecidedError(RefusedError):
    """Somebody decided about this state of the case first."""

    code = "decision.made"

    kind = DecisionKind.ACCEPTED
    by = UUID(int=0)
    at = EPOCH

    @classmethod
    def of_decision(
        cls, case: UUID, kind: DecisionKind, by: UUID, at: datetime
    ) -> CaseDecidedError:
        """Return the refusal that says who decided what, when.

        Args:
            case: The case.
            kind: What was decided.
            by: Who decided it.
            at: When.
        """
        error = cls.of("review.decided", short=case.hex[:8], kind=kind, by=by.hex[:8], at=at)
        error.kind, error.by, error.at = kind, by, at
        return error


class Reviews:
    """What people decide about cases of findings of a site."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site's metering journal.

        Args:
            database: A pool in the writer's role.
            schema: The site's schema.
            clock: The injected clock.
        """
        self._application = JournalApplication(database, schema, "metering", clock)
        self._corrections = Corrections(database, schema, clock)

    def accept(self, case: Case, said: Said, *, alone: bool) -> DecisionKind:
        """End a case's findings, or propose it; the second person ends what the first proposed.

        What came to the case after the proposal is a proposal of the second person's, told by a
        second event in the same transaction.

        Args:
            case: The case as it was seen.
            said: Why and by whom.
            alone: Whether one person decides alone.

        Returns:
            What waits or has ended then: ACCEPTED or ACCEPTANCE_PROPOSED.

        Raises:
            CaseReasonError: The reason is missing.
            CaseStateError: A correction of it waits for its second person.
            FourEyesError: The same person proposed it.
            CaseDecidedError: Somebody decided first.
        """
        found = acceptance_of(case, said.by, alone=alone)
        kind, events = DecisionKind.ACCEPTED, []
        if found.ended:
            firsts = [case.proposers.get(each.finding) for each in found.ended]
            first = next((each for each in firsts if each is not None), None)
            events.append(decided(case, kind, said, findings=found.ended, proposed_by=first))
        if found.proposed:
            kind, behind = DecisionKind.ACCEPTANCE_PROPOSED, len(events)
            told = replace(said, command_id=rest_of(said.command_id)) if behind else said
            events.append(decided(case, kind, told, findings=found.proposed, behind=behind))
        self._store(said, *events)
        return kind

    def hold(self, case: Case, said: Said, *, until: date) -> None:
        """Let a case wait until a day; the bill stays barred.

        Args:
            case: The case as it was seen.
            said: Why and by whom.
            until: First local day on which it waits for a person again.

        Raises:
            CaseReasonError: The reason is missing.
            CaseStateError: A correction of it waits for its second person.
            CaseDecidedError: Somebody decided first.
        """
        self._store(said, decided(case, DecisionKind.HELD, said, until=until))

    def release(self, case: Case, said: Said) -> None:
        """End a hold or take a proposed acceptance back.

        Raises:
            CaseReasonError: The reason is missing.
            CaseStateError: There is neither.
            CaseDecidedError: Somebody decided first.
        """
        self._store(said, decided(case, DecisionKind.RELEASED, said))

    def correct(self, case: Case, said: Said, channel: Channel, readings: Stated) -> UUID:
        """Propose a correction that ends findings of the case when it is approved.

        Those whose spans hold a corrected instant, and no others: what lies elsewhere waits on.
        The correction and its link are stored in one transaction.

        Args:
            case: The case as it was seen.
            said: Why, on what evidence and by whom.
            channel: The channel corrected.
            readings: Instants and counts.

        Returns:
            The correction's id.

        Raises:
            StatementError: The readings cannot be true.
            CaseReasonError: The reason is missing.
            CaseStateError: A correction of it waits already, or none of its findings is about one
                of the instants.
            CaseDecidedError: Somebody decided first.
        """
        identity = id_of("correction", str(said.command_id))
        about = touched(case, channel.number, [at for at, _ in readings])
        event = decided(
            case, DecisionKind.CORRECTION_PROPOSED, said, findings=about, correction=identity
        )
        correction = self._corrections.drafted(
            channel,
            readings,
            reason=said.reason,
            evidence=said.evidence,
            by=said.by,
            command_id=said.command_id,
        )
        self._store(said, event, correction)
        return identity

    def estimated(
        self,
        case: Case,
        said: Said,
        *,
        estimate: Estimate,
        findings: Sequence[CaseFinding],
        alone: bool,
    ) -> None:
        """Record an estimate and end the findings that it covers, or propose to end them.

        Both are stored in one transaction.

        Args:
            case: The case as it was seen.
            said: Why and by whom.
            estimate: The estimated readings, stored before or not.
            findings: Those of the case whose spans it covers.
            alone: Whether one person decides alone; else a second one accepts the case.

        Raises:
            CaseReasonError: The reason is missing.
            CaseStateError: A correction of it waits for its second person.
            CaseDecidedError: Somebody decided first.
        """
        kind = DecisionKind.ESTIMATED if alone else DecisionKind.ACCEPTANCE_PROPOSED
        event = decided(case, kind, said, findings=findings, estimate=estimate.id)
        self._store(said, event, estimate)

    def _store(self, said: Said, event: DecidedCase, *others: JournalAggregate) -> None:
        known = self._application.find(event.id)
        if known is None:
            try:
                self._application.store(event, *others)
            except ConflictError:
                known = self._application.find(event.id)
                if known is None:
                    raise
            else:
                return
        if not known.seen(said.command_id):
            raise CaseDecidedError.of_decision(
                event.case, DecisionKind(known.kind), known.decided_by, known.created_on
            )
