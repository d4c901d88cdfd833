"""Whatever people do and data say, in any order: no alert is lost, none cleared by loss of data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from energy.alerting.alert import Alert, AlertError
from energy.alerting.causes import AlertCause
from energy.alerting.severity import AlertSeverity, Ending, duty_of
from tests.examples import tried

AT = datetime(2019, 1, 1, tzinfo=UTC)
PEOPLE = [UUID(int=n) for n in range(1, 4)]
PARENT = UUID(int=9)
WHO = st.sampled_from(PEOPLE)
REFERENCES = st.sampled_from(["work", "outage"])


class Life(RuleBasedStateMachine):
    """One alert, and beside it what data and people have said."""

    @initialize(
        severity=st.sampled_from([*AlertSeverity, "low"]),
        historic=st.booleans(),
        parent=st.sampled_from([None, PARENT]),
    )
    def begin(self, severity: str, historic: bool, parent: UUID | None) -> None:
        self.now = AT
        self.alert = Alert(
            alert=uuid4(),
            rule=uuid4(),
            channel=1,
            severity=severity,
            at=AT,
            value=2,
            limit_value=1,
            historic=historic,
            parent=parent,
            command_id=uuid4(),
        )
        self.stored: list[Any] = []
        self.came_back = self.lost = self.seen = self.told = False
        self.kept = False

    def _may(self, act: Callable[[], object]) -> bool:
        """Return whether an act was allowed; a refusal changes nothing."""
        before = len(self.alert.pending_events)
        try:
            act()
        except AlertError:
            assert len(self.alert.pending_events) == before
            return False
        return True

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.alert.end_shelf(now=self.now, command_id=uuid4())
        until = self.alert.shelved_until
        assert until is None or until > self.now, "a shelf ends by itself"

    @rule()
    def data_are_lost(self) -> None:
        self.alert.lose(at=self.now, command_id=uuid4())
        self.lost = self.lost or not self.came_back

    @rule()
    def data_are_back(self) -> None:
        self.alert.know(at=self.now, value=3, command_id=uuid4())
        self.lost = False

    @rule()
    def value_comes_back(self) -> None:
        if not self.came_back:
            quiet = self.alert.historic or self.alert.parent or self.alert.suppressed
            self.kept = not quiet
        self.alert.clear(at=self.now, value=0, command_id=uuid4())
        self.came_back, self.lost = True, False

    @rule(by=WHO, command=st.uuids())
    def somebody_acknowledges(self, by: UUID, command: UUID) -> None:
        for _ in range(2):
            done = self._may(lambda: self.alert.acknowledge(by=by, command_id=command))
        assert done is not self.seen or self.alert.seen(command)
        self.seen = True

    @rule(to=WHO, by=WHO)
    def somebody_assigns(self, to: UUID, by: UUID) -> None:
        if self._may(lambda: self.alert.assign(to=to, by=by, command_id=uuid4())):
            assert self.alert.assigned_to == to

    @rule(by=WHO, minutes=st.integers(-5, 20_000))
    def somebody_shelves(self, by: UUID, minutes: int) -> None:
        until, command = self.now + timedelta(minutes=minutes), uuid4()
        if self._may(
            lambda: self.alert.shelve(
                until=until, reason="fan", by=by, now=self.now, command_id=command
            )
        ):
            assert until - self.now <= duty_of(self.alert.severity).shelf

    @rule(by=WHO)
    def somebody_takes_it_back(self, by: UUID) -> None:
        self._may(lambda: self.alert.unshelve(by=by, command_id=uuid4()))
        assert self.alert.shelved_until is None

    @rule(reference=REFERENCES)
    def work_begins(self, reference: str) -> None:
        self.alert.suppress(why="outage", reference=reference, command_id=uuid4())

    @rule(reference=REFERENCES)
    def work_ends(self, reference: str) -> None:
        self.alert.unsuppress(reference=reference, command_id=uuid4())
        assert reference not in self.alert.suppressed

    @rule(parent=st.sampled_from([None, PARENT]))
    def another_tells_of_it(self, parent: UUID | None) -> None:
        self.alert.attach(parent=parent, command_id=uuid4())

    @rule(by=WHO, cause=st.sampled_from(AlertCause), words=st.sampled_from(["", "a bird"]))
    def somebody_closes(self, by: UUID, cause: AlertCause, words: str) -> None:
        if self._may(lambda: self.alert.close(by=by, cause=cause, words=words, command_id=uuid4())):
            assert self.came_back, "what stands or is unknown is closed by nobody"
            self.told = True

    @invariant()
    def nothing_but_a_value_clears_it(self) -> None:
        assert self.alert.stands is not self.came_back
        assert self.alert.unknown is self.lost

    @invariant()
    def it_ends_as_its_severity_says(self) -> None:
        ending = duty_of(self.alert.severity).ending
        ended = {
            Ending.BY_ITSELF: True,
            Ending.WHEN_SEEN: self.seen,
            Ending.BY_A_PERSON: False,
        }[ending]
        assert self.alert.closed is (self.came_back and (ended or self.told or not self.kept))

    @invariant()
    def somebody_is_told_unless_there_is_a_reason(self) -> None:
        alert = self.alert
        reasons = (alert.historic, alert.parent, alert.suppressed, alert.shelved_until)
        assert alert.wakes or self.came_back or any(reasons)

    @invariant()
    def its_facts_told_again_make_the_same_alert(self) -> None:
        self.stored += self.alert.collect_events()
        again: Any = reduce(lambda known, event: event.mutate(known), self.stored, None)
        assert vars(again) | {"_pending_events": []} == vars(self.alert) | {"_pending_events": []}


TestLife = Life.TestCase
TestLife.settings = tried(60, stateful_step_count=25, deadline=None)
