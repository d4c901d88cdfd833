"""In: a file of an assured event. Out: its plan, or every problem of the file. Pure.

People are ids of the directory in the plan; the file names their sign-ins, whoever reads it
resolves them. Times are those of the wall clock in the site's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.base.clock import from_us
from energy.base.period import Period
from energy.base.text import Worded
from energy.base.toml_text import NoTomlError, toml_of
from energy.base.wall_time import instants_of
from energy.metering.site_file_checker import Checker
from energy.service.assurance.errors import LONGEST, AssuranceError
from energy.service.assurance.kinds import Phase
from energy.service.assurance.plan import Check, EventPlan, Limit, Staff
from energy.service.work.checklist import item_of

LIMITS: Final = ("above", "below", "rise", "fall")
"""Numbers of rules that can be made stricter."""
_FORM: Final = "%Y-%m-%d %H:%M"
_HEAD: Final = {"title", "begins_at", "ends_at", "places", "nodes", "limit", "staff", "check"}
_LONGEST_TITLE: Final = 80
_MOST: Final = 100
"""Of limits, of posts, of questions."""
FindPerson = Callable[[str], UUID]
"""Returns the person of a sign-in; refuses where there is none who may work."""


def parse_event(text: str, zone: ZoneInfo, person: FindPerson) -> EventPlan:
    """Return the plan of a file.

    Args:
        text: TOML; see docs/assurance.md.
        zone: The site's zone.
        person: Finds people.

    Raises:
        AssuranceError: It states no event; names every problem.
        RefusedError: As `person`.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise AssuranceError.of("file", problems=f"  - {error}") from error
    plan = _File(checker, zone, person).plan()
    if checker.problems or plan is None:
        problems = "\n".join(f"  - {problem}" for problem in checker.problems)
        raise AssuranceError.of("file", problems=problems)
    return plan


class _File:
    """Reads one file."""

    def __init__(self, checker: Checker, zone: ZoneInfo, person: FindPerson) -> None:
        self._checker, self._zone, self._person = checker, zone, person

    def plan(self) -> EventPlan | None:
        checker, document = self._checker, self._checker.document
        where = Worded.of("why.event_file.file")
        checker.unknown_keys(document, _HEAD, where)
        title = " ".join(checker.text(document, "title", where).split())
        if len(title) > _LONGEST_TITLE:
            self._problem(where, "title", most=_LONGEST_TITLE)
        period = self._period(document, where, None)
        places = tuple(checker.words(document, "places", where))
        nodes = tuple(checker.words(document, "nodes", where))
        if not places and not nodes:
            self._problem(where, "nowhere")
        if any(node.count("/") != 1 for node in nodes):
            self._problem(where, "nodes")
        for name in ("limit", "staff", "check"):
            if len(checker.tables(name)) > _MOST:
                self._problem(where, "most", name=name, most=_MOST)
        limits = tuple(self._limit(each, n) for n, each in enumerate(checker.tables("limit"), 1))
        checker.unique([each.rule for each in limits], "limit")
        checks = tuple(self._check(each, n) for n, each in enumerate(checker.tables("check"), 1))
        checker.unique([each.item.key for each in checks], "check")
        if period is None:
            return None
        staff = [self._staff(each, n, period) for n, each in enumerate(checker.tables("staff"), 1)]
        return EventPlan(
            title=title,
            period=period,
            places=places,
            nodes=nodes,
            limits=limits,
            staff=tuple(each for each in staff if each is not None),
            checks=checks,
        )

    def _problem(self, where: str, key: str, /, **values: object) -> None:
        self._checker.add(where, Worded.of(f"why.event_file.{key}", **values))

    def _period(self, table: Mapping[str, Any], where: str, usual: Period | None) -> Period | None:
        begins = self._instant(table, "begins_at", where, usual.start if usual else None)
        ends = self._instant(table, "ends_at", where, usual.end if usual else None)
        if begins is None or ends is None:
            return None
        inside = usual is None or usual.start <= begins < ends <= usual.end
        if begins >= ends or not inside:
            self._problem(where, "span" if usual is None else "inside")
            return None
        return Period(start=begins, end=ends)

    def _instant(
        self, table: Mapping[str, Any], key: str, where: str, usual: datetime | None
    ) -> datetime | None:
        if usual is not None and key not in table:
            return usual
        told = self._checker.text(table, key, where)
        if not told:
            return None
        try:
            instants = instants_of(datetime.strptime(told, _FORM), self._zone)  # noqa: DTZ007 - the site's zone
        except (ValueError, OverflowError):
            instants = ()
        if not instants:
            self._problem(where, "instant", key=key, value=told[:LONGEST])
            return None
        # Of an hour that happens twice all is meant: a beginning is its first, an end its last.
        return from_us(instants[-1 if key == "ends_at" else 0])

    def _limit(self, table: Mapping[str, Any], n: int) -> Limit:
        checker = self._checker
        rule = checker.text(table, "rule", f"limit {n}")
        where = f"limit {rule or n}"
        checker.unknown_keys(table, {"rule", "factor", "severity", *LIMITS}, where)
        numbers = {name: str(table[name]) for name in LIMITS if name in table}
        for name in numbers:
            if isinstance(table[name], float):
                checker.tell(where, "float", key=name, value=table[name])
        if ("factor" in table) == bool(numbers):
            self._problem(where, "factor_or", known=", ".join(LIMITS))
        factor = ""
        if "factor" in table and checker.ratio(table["factor"], "factor", where) > 1:
            self._problem(where, "factor")
        elif "factor" in table:
            factor = str(table["factor"])
        severity = checker.text(table, "severity", where) if "severity" in table else ""
        return Limit(rule=rule, numbers=numbers, factor=factor, severity=severity)

    def _staff(self, table: Mapping[str, Any], n: int, event: Period) -> Staff | None:
        checker = self._checker
        post = checker.text(table, "post", f"staff {n}")
        where = f"staff {post or n}"
        checker.unknown_keys(table, {"post", "person", "begins_at", "ends_at"}, where)
        named = checker.text(table, "person", where) if "person" in table else ""
        period = self._period(table, where, event)
        if period is None:
            return None
        return Staff(post=post, person=self._person(named) if named else None, period=period)

    def _check(self, table: Mapping[str, Any], n: int) -> Check:
        item = item_of(self._checker, table, n, more=("phase",))
        phase = table.get("phase")
        if phase not in set(Phase):
            self._problem(f"check {item.key or n}", "phase", known=", ".join(Phase))
            phase = Phase.BEFORE
        return Check(phase=Phase(phase), item=item)
