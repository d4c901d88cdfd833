"""In: what a site decided about prepaid. Out: its rules, and when no supply may be cut. Pure.

Warn levels, thresholds, the night and the days off are one aggregate a site. Days off are stated
a calendar year at a time: in a year that nobody stated no supply is cut at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.prepaid.errors import PrepaidRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

MINUTES_PER_DAY = 1440
MOST_LEVELS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a site deals with prepaid accounts."""

    warn_money: tuple[Decimal, ...] = (Decimal(50), Decimal(20), Decimal(0))
    """Balances below which an account is warned, highest first. [currency]"""
    warn_days: tuple[int, ...] = (7, 3, 1)
    """Days that the balance still lasts below which it is warned, highest first. [d]"""
    mean_days: int = 7
    """Days of recent use that "how long it lasts" is made of. [d]"""
    disconnect_at: Decimal = Decimal(0)
    """Balance with emergency credit from which down a supply may be cut. [currency]"""
    reconnect_at: Decimal = Decimal(10)
    """Balance from which a cut supply is restored. [currency]"""
    credit: Decimal = Decimal(0)
    """Most emergency credit of one account. [currency]"""
    night_from: int = 18 * 60
    """First minute of local wall time at which no supply is cut. [min]"""
    night_to: int = 8 * 60
    """First minute at which it may be cut again; equal to `night_from`: no night. [min]"""
    weekend: tuple[int, ...] = (5, 6)
    """Weekdays on which no supply is cut; Monday is 0."""
    eve: bool = False
    """Whether the day before a day off counts as one, too."""

    def checked(self) -> Rules:
        """Return the same, its levels in order.

        Raises:
            PrepaidRefusedError: A figure makes no sense.
        """
        good = (
            len(self.warn_money) <= MOST_LEVELS
            and len(self.warn_days) <= MOST_LEVELS
            and all(level > 0 for level in self.warn_days)
            and 1 <= self.mean_days <= 60
            and self.credit >= 0
            and self.reconnect_at > self.disconnect_at
            and all(0 <= each < MINUTES_PER_DAY for each in (self.night_from, self.night_to))
            and set(self.weekend) <= set(range(7))
        )
        if not good:
            raise PrepaidRefusedError.of("rules")
        ordered = {
            "warn_money": tuple(sorted(set(self.warn_money), reverse=True)),
            "warn_days": tuple(sorted(set(self.warn_days), reverse=True)),
            "weekend": tuple(sorted(set(self.weekend))),
        }
        return rules_of(self.document() | ordered)

    def document(self) -> dict[str, Any]:
        """Return the rules as an event holds them."""
        return {
            "warn_money": list(self.warn_money),
            "warn_days": list(self.warn_days),
            "mean_days": self.mean_days,
            "disconnect_at": self.disconnect_at,
            "reconnect_at": self.reconnect_at,
            "credit": self.credit,
            "night_from": self.night_from,
            "night_to": self.night_to,
            "weekend": list(self.weekend),
            "eve": self.eve,
        }

    def night_at(self, wall: datetime) -> bool:
        """Return whether a local wall time lies in the night."""
        minute = wall.hour * 60 + wall.minute
        if self.night_from <= self.night_to:
            return self.night_from <= minute < self.night_to
        return minute >= self.night_from or minute < self.night_to


def rules_of(stored: Mapping[str, Any]) -> Rules:
    """Return the rules that `Rules.document` gave."""
    facts = dict(stored)
    for name in ("warn_money", "warn_days", "weekend"):
        facts[name] = tuple(facts[name])
    return Rules(**facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysOff:
    """The days off of the years that somebody stated."""

    years: Mapping[int, frozenset[date]] = field(default_factory=dict)
    working: Mapping[int, frozenset[date]] = field(default_factory=dict)
    """Days of a weekend that are worked (make-up days)."""

    def known(self, day: date) -> bool:
        """Return whether the days off of a day's year are stated."""
        return day.year in self.years

    def off(self, day: date) -> bool:
        """Return whether a day is stated to be off."""
        return day in self.years.get(day.year, ())

    def worked(self, day: date) -> bool:
        """Return whether a day is stated to be worked though it is on a weekend."""
        return day in self.working.get(day.year, ())


def rules_id(site: str) -> UUID:
    """Return the id of a site's rules."""
    return id_of("prepaid_rules", site)


class PrepaidRules(JournalAggregate):
    """The rules of a site for prepaid accounts, as they are now."""

    TOPIC = "prepaid_rules"

    class Created(JournalAggregate.Created):
        """Rules were stated for the first time."""

        TOPIC = "prepaid_rules.stated"
        site: str
        rules: dict[str, Any]
        by: UUID

    class Changed(JournalAggregate.Event):
        """Other rules hold from now on."""

        TOPIC = "prepaid_rules.changed"
        rules: dict[str, Any]
        by: UUID

    class YearStated(JournalAggregate.Event):
        """The days off of a calendar year were stated, all of them."""

        TOPIC = "prepaid_rules.year_stated"
        year: int
        off: list[date]
        working: list[date]
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return rules_id(site)

    @event(Created)
    def __init__(self, *, site: str, rules: dict[str, Any], by: UUID, command_id: UUID) -> None:
        """State the first rules."""
        self.site = site
        self.rules = rules_of(rules)
        self.days_off = DaysOff()

    def change(self, rules: Rules, *, by: UUID, command_id: UUID) -> None:
        """State other rules; the same ones again change nothing.

        Raises:
            PrepaidRefusedError: A figure makes no sense.
        """
        if rules.checked() != self.rules:
            self._change(rules=rules.checked().document(), by=by, command_id=command_id)

    def state_year(
        self,
        year: int,
        off: Sequence[date],
        working: Sequence[date],
        *,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """State all days off of a year; the same ones again change nothing.

        Raises:
            PrepaidRefusedError: A day is of another year, or both off and worked.
        """
        days, worked = sorted(set(off)), sorted(set(working))
        if any(day.year != year for day in (*days, *worked)) or set(days) & set(worked):
            raise PrepaidRefusedError.of("days_off", year=year)
        known = self.days_off
        if known.years.get(year) == frozenset(days) and known.working.get(
            year, frozenset()
        ) == frozenset(worked):
            return
        self._state_year(year=year, off=days, working=worked, by=by, command_id=command_id)

    @event(Changed)
    def _change(self, *, rules: dict[str, Any], by: UUID, command_id: UUID) -> None:
        self.rules = rules_of(rules)

    @event(YearStated)
    def _state_year(
        self, *, year: int, off: list[date], working: list[date], by: UUID, command_id: UUID
    ) -> None:
        self.days_off = DaysOff(
            years={**self.days_off.years, year: frozenset(off)},
            working={**self.days_off.working, year: frozenset(working)},
        )
