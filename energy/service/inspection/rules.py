"""In: a file of rules. Out: when something is suspected, what may be billed in addition. Pure.

Rules are dated and kept version by version: a back-billing keeps the version it was proposed by.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.site_file_checker import Checker
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.kinds import Method
from energy.service.work.levels import version_on

_LONGEST_MONTHS: Final = 120
_LONGEST_DAYS: Final = 366
_WHOLE_PERCENT: Final = 100
_APPROVERS: Final = ("billing_approver", "energy_manager")
"""Roles that may let a correction of usage count at all."""
_SUSPICION: Final = {"loss_percent", "zero_days"}
_BACK_BILLING: Final = {"methods", "longest_months", "approvers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """What is suspected, and what a finding may lead to."""

    loss_percent: Fraction
    """Of what came into a node that states no limit: more that went nowhere is suspected. [%]"""
    zero_days: int
    """So many whole days without any use are suspected. [d]"""
    methods: tuple[Method, ...]
    longest_months: int
    """How far back something is billed in addition. [month]"""
    approvers: tuple[str, ...]
    """Roles of which one is held by whoever approves."""

    def to_json(self) -> dict[str, Any]:
        """Return it as an event holds it, exact."""
        return {
            **asdict(self),
            "loss_percent": str(self.loss_percent),
            "methods": [str(each) for each in self.methods],
            "approvers": list(self.approvers),
        }

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> RuleSet:
        """Return what `to_json` stored."""
        return RuleSet(
            loss_percent=Fraction(stored["loss_percent"]),
            zero_days=stored["zero_days"],
            methods=tuple(Method(each) for each in stored["methods"]),
            longest_months=stored["longest_months"],
            approvers=tuple(stored["approvers"]),
        )

    def earliest(self, today: date) -> date:
        """Return the first local day that may be billed in addition."""
        months = today.year * 12 + today.month - 1 - self.longest_months
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def parse_rules(text: str) -> tuple[date, RuleSet]:
    """Return the first local day and the rules of a file.

    Args:
        text: TOML; see docs/inspection.md.

    Raises:
        InspectionError: It states no rules; names every problem.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise InspectionError.of("file", problems=f"  - {error}") from error
    document = checker.document
    checker.unknown_keys(document, {"valid_from", "suspicion", "back_billing"}, "the file")
    valid_from = document.get("valid_from")
    if type(valid_from) is not date or not 1970 <= valid_from.year < 3000:
        checker.problems.append("the file: `valid_from` is no date like 2026-01-31")
        valid_from = date.min
    suspicion = _table(checker, document, "suspicion", _SUSPICION)
    billing = _table(checker, document, "back_billing", _BACK_BILLING)
    percent = checker.ratio(suspicion.get("loss_percent"), "loss_percent", "suspicion")
    if percent > _WHOLE_PERCENT:
        checker.problems.append("suspicion: `loss_percent` is at most 100")
    rules = RuleSet(
        loss_percent=percent,
        zero_days=_whole(checker, suspicion, "zero_days", "suspicion", _LONGEST_DAYS),
        methods=tuple(Method(each) for each in _chosen(checker, billing, "methods", set(Method))),
        longest_months=_whole(checker, billing, "longest_months", "back_billing", _LONGEST_MONTHS),
        approvers=tuple(_chosen(checker, billing, "approvers", set(_APPROVERS))),
    )
    if checker.problems:
        problems = "\n".join(f"  - {problem}" for problem in checker.problems)
        raise InspectionError.of("file", problems=problems)
    return valid_from, rules


def _table(
    checker: Checker, document: Mapping[str, Any], name: str, known: set[str]
) -> dict[str, Any]:
    found = document.get(name)
    if not isinstance(found, dict):
        checker.problems.append(f"the file: write a [{name}] table")
        return {}
    checker.unknown_keys(found, known, name)
    return found


def _whole(checker: Checker, table: Mapping[str, Any], key: str, where: str, most: int) -> int:
    value = checker.whole(table, key, where, None, 1)
    if value > most:
        checker.problems.append(f"{where}: `{key}` is at most {most}")
    return value


def _chosen(checker: Checker, table: Mapping[str, Any], key: str, known: set[Any]) -> list[str]:
    """Return the words of a list of which each is known, in the order of the file."""
    told = table.get(key)
    names = [str(each) for each in told] if isinstance(told, list) else []
    if not names or len(set(names)) < len(names) or not set(names) <= {str(e) for e in known}:
        words = ", ".join(sorted(str(each) for each in known))
        checker.problems.append(f"back_billing: `{key}` lists one or more of {words}, each once")
        return []
    return names


def rules_id(site: str) -> UUID:
    """Return the id of a site's rules of inspections."""
    return id_of("inspection_rules", site)


class InspectionRules(JournalAggregate):
    """The rules of inspections of a site, version by version."""

    TOPIC = "inspection_rules"

    class Created(JournalAggregate.Created):
        """There are none yet."""

        TOPIC = "inspection_rules.made"
        site: str

    class Published(JournalAggregate.Event):
        """A version holds from a local day on."""

        TOPIC = "inspection_rules.published"
        version: int
        valid_from: date
        spec: dict[str, Any]
        """As `RuleSet.from_json` reads it."""
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return rules_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Make it."""
        self.versions: list[tuple[date, dict[str, Any]]] = []
        """First local day and rules; the place is the version less one."""

    @property
    def edition(self) -> int:
        """Return the newest version; 0 is none."""
        return len(self.versions)

    def on(self, day: date) -> tuple[int, RuleSet]:
        """Return the version that holds on a local day and its rules; of one day the newest.

        Raises:
            InspectionError: None holds then.
        """
        number = version_on([first for first, _ in self.versions], day)
        if not number:
            raise InspectionError.of("no_rules", day=day)
        return number, RuleSet.from_json(self.versions[number - 1][1])

    def publish(self, rules: RuleSet, *, valid_from: date, by: UUID, command_id: UUID) -> None:
        """Let a version hold from a local day on; the newest one again changes nothing."""
        said = (valid_from, rules.to_json())
        if not self.seen(command_id) and (not self.versions or self.versions[-1] != said):
            self._publish(
                version=self.edition + 1,
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
