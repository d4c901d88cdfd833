"""In: what a signed-in person wants done. Out: one event each, through the domain. I/O by ports.

The only writes of the screens. Every command's id is made from its subject and the person, so a
button pressed twice, or a request repeated after an unknown end, is one command.
"""

from __future__ import annotations

from collections.abc import Collection, Sized
from dataclasses import asdict, dataclass
from typing import Protocol
from uuid import UUID

from billing.enquiries.enquiry import About
from billing.runs.decision import Choice
from dashboards.alert_commands import AlertCommands, AlertDesk
from dashboards.display_commands import DisplayCommands
from dashboards.duty_commands import DutyCommands
from dashboards.equipment_commands import EquipmentCommands
from dashboards.money_commands import MoneyCommands
from dashboards.notice_commands import NoticeCommands
from dashboards.outage_commands import OutageCommands, OutageDesk
from dashboards.review_commands import ReviewCommands
from dashboards.rule_commands import RuleCommands
from dashboards.security.scope import Right, Scope
from dashboards.service_commands import ServiceCommands
from dashboards.shift_report_commands import ShiftReportCommands
from dashboards.sound_commands import SoundCommands, SoundDesk
from dashboards.takeover_commands import TakeOverCommands
from dashboards.till_commands import TillCommands
from dashboards.work_commands import WorkCommands
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.metering.pinned_note import NoteWords


class BillingOffice(Protocol):
    """Where bill runs are decided (billing/office.py)."""

    def decide(
        self,
        run: UUID,
        by: UUID,
        choice: Choice,
        why: str,
        *,
        keys: Collection[str],
        command_id: UUID,
    ) -> Sized:
        """Decide about some exceptions of a rated run; return those decided about."""
        ...

    def approve(self, run: UUID, by: UUID, *, seen: str | None = None, command_id: UUID) -> object:
        """Approve a reviewed run; refused for the person who opened it."""
        ...

    def issue(self, run: UUID, by: UUID, *, command_id: UUID) -> object:
        """Number and issue every invoice of an approved run."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChoice:
    """What a person decides about exceptions of a run."""

    choice: Choice
    why: str
    keys: frozenset[str]
    """Of the exceptions, as the person saw them."""


class NoteDesk(Protocol):
    """Where notes are pinned (energy/service/note_desk.py)."""

    def pin(self, words: NoteWords, by: UUID) -> UUID:
        """Pin a note; return its id."""
        ...

    def edit(self, note: UUID, words: NoteWords, *, by: UUID, command_id: UUID) -> int:
        """Let a note say something else; return the journal's position."""
        ...

    def withdraw(self, note: UUID, *, by: UUID, any_author: bool, command_id: UUID) -> int:
        """Show a note no more; return the journal's position."""
        ...


class EnquiryDesk(Protocol):
    """Where tenants ask and the office answers (billing/enquiries/desk.py)."""

    def ask(self, about: About, words: str, by: UUID, *, seen: str = "") -> UUID:
        """Ask; return the enquiry."""
        ...

    def say(self, enquiry: UUID, words: str, by: UUID, *, of_office: bool, seen: str = "") -> int:
        """Answer, or go on asking; return which word of it that is."""
        ...


class Commands:
    """The writes of one site."""

    def __init__(
        self,
        site: str,
        *,
        alerts: AlertDesk,
        outages: OutageDesk,
        sound: SoundDesk,
        office: BillingOffice,
        notes: NoteDesk,
        money: MoneyCommands,
        till: TillCommands,
        displays: DisplayCommands,
        review: ReviewCommands,
        takeover: TakeOverCommands | None = None,
        notices: NoticeCommands | None = None,
        rules: RuleCommands | None = None,
        work: WorkCommands | None = None,
        duty: DutyCommands | None = None,
        equipment: EquipmentCommands | None = None,
        enquiries: EnquiryDesk | None = None,
        service: ServiceCommands | None = None,
        shift_reports: ShiftReportCommands | None = None,
    ) -> None:
        """Act at a site through its desks; nobody asks where there is none of enquiries."""
        self._enquiries = enquiries
        self._duty = duty
        self._equipment = equipment
        self._site = site
        self.alerts = AlertCommands(site, alerts)
        self.outages = OutageCommands(site, outages)
        self.sound = SoundCommands(site, sound)
        self._office = office
        self._notes = notes
        self.money = money
        self.till = till
        self.displays = displays
        self.review = review
        self._takeover = takeover
        self._notices = notices
        self._rules = rules
        self._service = service
        self._shift_reports = shift_reports
        self._work = work

    @property
    def takeover(self) -> TakeOverCommands:
        """Return the writes of the take-over."""
        assert self._takeover is not None, "the composition has an office of the take-over"
        return self._takeover

    @property
    def equipment(self) -> EquipmentCommands:
        """Return the writes of the register of equipment and of planned maintenance."""
        assert self._equipment is not None, "the composition has desks of equipment"
        return self._equipment

    @property
    def duty(self) -> DutyCommands:
        """Return the writes of duty."""
        assert self._duty is not None, "the composition has desks of duty"
        return self._duty

    @property
    def notices(self) -> NoticeCommands:
        """Return the writes of notices."""
        assert self._notices is not None, "the composition has a desk of notices"
        return self._notices

    @property
    def rules(self) -> RuleCommands:
        """Return the writes of rules and of expected alerts."""
        assert self._rules is not None, "the composition has a desk of rules"
        return self._rules

    @property
    def service(self) -> ServiceCommands:
        """Return the writes of switching orders."""
        assert self._service is not None, "the composition has desks of energy/service"
        return self._service

    @property
    def shift_reports(self) -> ShiftReportCommands:
        """Return the writes of reports of shift, day and week."""
        assert self._shift_reports is not None, "the composition has a desk of reports"
        return self._shift_reports

    @property
    def work(self) -> WorkCommands:
        """Return the writes of incidents and work orders."""
        assert self._work is not None, "the composition has desks of work"
        return self._work

    def decide(self, scope: Scope, run: UUID, version: int, what: RunChoice) -> int:
        """Decide about exceptions of a bill run; return about how many.

        Args:
            scope: Whose decision it is.
            run: The run.
            version: The run's, as the person saw it: the same words on it twice are one command.
            what: The choice, its reason and what it is about.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is no reason, or the run cannot be so decided about.
        """
        scope.demand(Right.DECIDE_RUNS, self._site)
        if not what.why.strip() or not what.keys:
            raise RefusedError.of("run_page.nothing_said")
        said = repr((version, str(what.choice), what.why, sorted(what.keys)))
        done = self._office.decide(
            run,
            scope.person,
            what.choice,
            what.why.strip(),
            keys=what.keys,
            command_id=id_of("command", "decide", str(run), said, str(scope.person)),
        )
        return len(done)

    def approve(self, scope: Scope, run: UUID, seen: str) -> None:
        """Approve a bill run as it was seen.

        Args:
            scope: The approver.
            run: The run.
            seen: SHA-256 that stood on the page.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: The run is not as it was seen, or this person opened it.
        """
        scope.demand(Right.APPROVE, self._site)
        command_id = id_of("command", "approve", str(run), seen, str(scope.person))
        self._office.approve(run, scope.person, seen=seen, command_id=command_id)

    def issue(self, scope: Scope, run: UUID) -> None:
        """Issue the invoices of an approved bill run.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: The run is not approved.
        """
        scope.demand(Right.ISSUE, self._site)
        self._office.issue(run, scope.person, command_id=_command("issue", run, scope))

    def pin_note(self, scope: Scope, words: NoteWords) -> UUID:
        """Pin a note; return its id.

        Raises:
            NotPermittedError: The person has no role at the site.
            PinnedNoteError: There is no such place or point.
        """
        scope.demand(Right.PIN_NOTES, self._site)
        return self._notes.pin(words, scope.person)

    def edit_note(self, scope: Scope, note: UUID, version: int, words: NoteWords) -> int:
        """Let one's own note say something else; return the position in the journal.

        Args:
            scope: Whose note it is.
            note: The note.
            version: The one that the person saw: the same words on it twice are one command.
            words: The new ones; what they are about is not read.

        Raises:
            NotPermittedError: The person has no role at the site.
            PinnedNoteError: There is no such note, it was withdrawn, or is another person's.
        """
        scope.demand(Right.PIN_NOTES, self._site)
        said = repr(sorted(asdict(words).items()))
        command_id = id_of("command", "edit_note", str(note), str(version), said, str(scope.person))
        return self._notes.edit(note, words, by=scope.person, command_id=command_id)

    def withdraw_note(self, scope: Scope, note: UUID) -> int:
        """Show a note no more: one's own, or as an energy manager any; return the position.

        Raises:
            NotPermittedError: The person has no role at the site.
            PinnedNoteError: There is no such note, or it is another person's.
        """
        scope.demand(Right.PIN_NOTES, self._site)
        return self._notes.withdraw(
            note,
            by=scope.person,
            any_author=scope.may(Right.DECIDE_READINGS),
            command_id=_command("withdraw_note", note, scope),
        )

    def ask(self, scope: Scope, about: About, words: str, *, seen: int) -> UUID:
        """Ask the office about one's own bill or meter, which the caller has looked up.

        Args:
            scope: Who asks.
            about: What it is about.
            words: What the person says.
            seen: How many words of enquiries stood beside the form.

        Raises:
            NotPermittedError: The person is no tenant.
            EnquiryError: Nothing was said, or too much.
        """
        scope.demand(Right.READ_OWN, self._site)
        return self._desk().ask(about, words, scope.person, seen=str(seen))

    def go_on(self, scope: Scope, enquiry: UUID, words: str, *, seen: int) -> None:
        """Say more to one's own enquiry, which the caller has looked up.

        Args:
            scope: Whose it is.
            enquiry: The enquiry.
            words: What the person says.
            seen: How many words of it the person saw.

        Raises:
            NotPermittedError: The person is no tenant.
            EnquiryError: There is none; nothing was said, or too much.
        """
        scope.demand(Right.READ_OWN, self._site)
        self._desk().say(enquiry, words, scope.person, of_office=False, seen=str(seen))

    def answer(self, scope: Scope, enquiry: UUID, words: str, *, seen: int) -> None:
        """Answer an enquiry.

        Args:
            scope: Who answers.
            enquiry: The enquiry.
            words: What the person says.
            seen: How many words of it the person saw.

        Raises:
            NotPermittedError: The person lacks the role.
            EnquiryError: There is none; nothing was said, or too much.
        """
        scope.demand(Right.ANSWER, self._site)
        self._desk().say(enquiry, words, scope.person, of_office=True, seen=str(seen))

    def _desk(self) -> EnquiryDesk:
        assert self._enquiries is not None, "the composition has a desk where tenants sign in"
        return self._enquiries


def _command(verb: str, subject: UUID, scope: Scope) -> UUID:
    return id_of("command", verb, str(subject), str(scope.person))
