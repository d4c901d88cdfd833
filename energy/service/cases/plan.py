"""In: a file of the steps of supply cases. Out: its versions, each from a local day on. Pure.

Each kind has its steps in order, and for each step how long it may take and whether that counts
round the clock or in working hours. A case keeps the version under which it was opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.shares.hours_file import hours_of, overlaps
from energy.metering.shares.week_hours import WeekHours, hours_from_json, hours_to_json
from energy.metering.site_file_checker import Checker
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import NEEDED, STEPS, CaseKind, CaseStep
from energy.service.work.levels import Counting, version_on

_LONGEST_MIN: Final = 366 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """What is promised of one step."""

    step: CaseStep
    within_min: int
    """How long it may take, without waiting for the applicant. [min]"""
    counting: Counting


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """Steps of every kind of case, as one version states them."""

    kinds: Mapping[CaseKind, tuple[StepPlan, ...]]
    """In order; a kind that is not there is not taken on."""
    hours: WeekHours
    """Working hours."""

    def steps_of(self, kind: CaseKind) -> tuple[StepPlan, ...]:
        """Return the steps of a kind, in order.

        Raises:
            CaseError: It states none.
        """
        if kind not in self.kinds:
            raise CaseError.of("no_kind", kind=kind, known=", ".join(self.kinds))
        return self.kinds[kind]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, exact."""
        return {
            "kinds": {
                str(kind): [[str(e.step), e.within_min, str(e.counting)] for e in steps]
                for kind, steps in self.kinds.items()
            },
            "hours": hours_to_json(self.hours),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> CasePlan:
        """Return what to_json stored."""
        return cls(
            kinds={
                CaseKind(kind): tuple(
                    StepPlan(step=CaseStep(step), within_min=most, counting=Counting(how))
                    for step, most, how in steps
                )
                for kind, steps in stored["kinds"].items()
            },
            hours=hours_from_json(stored["hours"]),
        )


def parse_case_plan(text: str) -> tuple[date, CasePlan]:
    """Return the steps of a file and the local day from which they hold.

    Args:
        text: TOML; see docs/supply-cases.md.

    Raises:
        CaseError: It does not state steps; names every problem.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise CaseError.of("file", problems=f"  - {error}") from error
    document = checker.document
    checker.unknown_keys(document, {"valid_from", "hours", *CaseKind}, "the file")
    valid_from = document.get("valid_from")
    if type(valid_from) is not date or not 1970 <= valid_from.year < 3000:
        checker.problems.append("the file: `valid_from` is no date like 2026-01-31")
        valid_from = date.min
    kinds = {kind: _steps(checker, kind, document[kind]) for kind in CaseKind if kind in document}
    if not kinds:
        checker.problems.append(f"the file: state the steps of one of {', '.join(CaseKind)}")
    hours = _hours(checker, document)
    in_hours = any(e.counting is Counting.WORKING_HOURS for each in kinds.values() for e in each)
    if in_hours and not any(hours.week):
        checker.problems.append("hours: there is no working hour in the week, yet a step counts")
    if checker.problems:
        raise CaseError.of("file", problems="\n".join(f"  - {each}" for each in checker.problems))
    return valid_from, CasePlan(kinds=kinds, hours=hours)


def _hours(checker: Checker, document: Mapping[str, Any]) -> WeekHours:
    table = document.get("hours", {"week": {}})
    if not isinstance(table, dict):
        checker.problems.append("hours: write it as a [hours] table")
        table = {"week": {}}
    checker.unknown_keys(table, {"week", "holidays", "exceptions"}, "hours")
    before = len(checker.problems)
    hours = hours_of(checker, table, "hours", named=False)
    if len(checker.problems) == before:
        checker.problems += overlaps(hours, "hours")
    return hours


def _steps(checker: Checker, kind: CaseKind, table: object) -> tuple[StepPlan, ...]:
    if not isinstance(table, dict):
        checker.problems.append(f"{kind}: write it as a [{kind}] table")
        return ()
    checker.unknown_keys(table, set(STEPS[kind]), kind)
    missing = [step for step in STEPS[kind] if step in NEEDED[kind] and step not in table]
    if missing:
        checker.problems.append(f"{kind}: state {', '.join(missing)}, too: it cannot end without")
    return tuple(_step(checker, kind, step, table[step]) for step in STEPS[kind] if step in table)


def _step(checker: Checker, kind: CaseKind, step: CaseStep, table: object) -> StepPlan:
    where = f"{kind}.{step}"
    if not isinstance(table, dict):
        checker.problems.append(
            f'{where}: write it as {{ within_min = 480, counting = "working_hours" }}'
        )
        table = {"within_min": 1, "counting": "round_the_clock"}
    checker.unknown_keys(table, {"within_min", "counting"}, where)
    within = checker.whole(table, "within_min", where, None, 1)
    if within > _LONGEST_MIN:
        checker.problems.append(f"{where}: `within_min` is at most {_LONGEST_MIN}")
    counting = table.get("counting")
    if not isinstance(counting, str) or counting not in set(Counting):
        checker.problems.append(f"{where}: `counting` is one of {', '.join(Counting)}")
        counting = Counting.ROUND_THE_CLOCK
    return StepPlan(step=step, within_min=within, counting=Counting(counting))


def case_plans_id(site: str) -> UUID:
    """Return the id of a site's steps of supply cases."""
    return id_of("case_plans", site)


class CasePlans(JournalAggregate):
    """The steps of supply cases of a site, version by version."""

    TOPIC = "case_plans"

    class Created(JournalAggregate.Created):
        """There are none yet."""

        TOPIC = "case_plans.made"
        site: str

    class Published(JournalAggregate.Event):
        """A version holds from a local day on, for what is opened from now on."""

        TOPIC = "case_plans.published"
        version: int
        valid_from: date
        spec: dict[str, Any]
        """As `CasePlan.from_json` reads it."""
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return case_plans_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Make it."""
        self.versions: list[tuple[date, dict[str, Any]]] = []
        """First local day and steps; the place is the version less one."""

    def on(self, day: date) -> tuple[int, CasePlan]:
        """Return the version that holds on a local day: the latest day, of one day the newest.

        Raises:
            CaseError: None holds then.
        """
        version = version_on([first for first, _ in self.versions], day)
        if not version:
            raise CaseError.of("no_plan", day=day)
        return version, CasePlan.from_json(self.versions[version - 1][1])

    def publish(self, plan: CasePlan, *, valid_from: date, by: UUID, command_id: UUID) -> None:
        """Let a version hold from a local day on; the newest one again changes nothing."""
        said = (valid_from, plan.to_json())
        if not self.seen(command_id) and (not self.versions or self.versions[-1] != said):
            self._publish(
                version=len(self.versions) + 1,
                valid_from=valid_from,
                spec=said[1],
                by=by,
                command_id=command_id,
            )

    @event(Published)
    def _publish(
        self, *, version: int, valid_from: date, spec: dict[str, Any], by: UUID, command_id: UUID
    ) -> None:
        self.versions.append((valid_from, spec))


def step_span(plan: CasePlan, step: StepPlan) -> tuple[timedelta, WeekHours | None]:
    """Return how long a step may take, and in which hours that counts; None: round the clock."""
    hours = plan.hours if step.counting is Counting.WORKING_HOURS else None
    return timedelta(minutes=step.within_min), hours
