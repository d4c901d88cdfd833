"""In: what people define and events store. Out: rules, and what they are about. Pure.

A rule's version is immutable; another limit is another version, dated by `valid_from`. Numbers are
integers: counts of the channel where a channel is the subject, else in the kind's own scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import ClassVar, NamedTuple, Protocol
from uuid import UUID

from energy.alerting.rules.calendar import Calendar
from energy.base.ids import id_of
from energy.metering.channel import Kind

Memory = tuple[int, ...]
"""What a kind must remember of the values before, beside when the condition began."""


class RuleKind(StrEnum):
    """What a rule looks at; the words of site files, commands and stored events."""

    THRESHOLD = "threshold"
    RATE = "rate_of_change"
    STATE = "state"
    STUCK = "stuck"
    ZERO = "zero"
    IMBALANCE = "imbalance"
    DEMAND = "demand_forecast"
    MISSING = "missing"
    COMMUNICATION = "communication"
    BALANCE = "balance_loss"
    BUDGET = "budget"
    PREPAID = "prepaid_low"
    CERTIFICATE = "certificate_expiry"
    BASELINE = "performance_baseline"
    COMBINATION = "combination"


class SubjectKind(StrEnum):
    """What a rule may be about."""

    CHANNEL = "channel"
    NODE = "node"
    """Of a supply graph or the place tree: "electricity/bus-a", "electricity/place:t1"."""
    POINT = "point"
    SOURCE = "source"
    GATEWAY = "gateway"
    ACCOUNT = "account"
    CERTIFICATE = "certificate"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a rule, and an alert of it, is about."""

    kind: SubjectKind = SubjectKind.CHANNEL
    channel: int = 0
    """Channel number; 0 where no channel is meant."""
    name: str = ""
    """Of anything but a channel."""

    @property
    def key(self) -> str:
        """Return the text that ids are made of: a channel's number, else kind and name."""
        return str(self.channel) if self.channel else f"{self.kind}:{self.name}"


class Verdict(IntEnum):
    """What one value says of a rule's condition."""

    UNDER = 0
    """It does not hold: an open alert clears."""
    BETWEEN = 1
    """Inside the deadband: nothing is raised, nothing clears."""
    OVER = 2
    """It holds."""
    SILENT = 3
    """The value alone says nothing: all stays as it is."""


class Judged(NamedTuple):
    """The judgement of one value."""

    verdict: Verdict
    value: int
    """As the alert shows it, in the rule's scale."""
    limit: int
    memory: Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """In what a rule's value and limit are told, where it is not the channel's own counts."""

    unit: str
    resolution: Fraction = Fraction(1)
    """Units of one whole number. [unit]"""


class Terms(Protocol):
    """The numbers of one kind of rule, and how it judges a value."""

    kind: ClassVar[RuleKind]
    scale: ClassVar[Scale | None]
    """None: the channel's own counts."""
    watches: ClassVar[frozenset[Kind]]
    """Kinds of channels that it may be about; none: it is fed by the tick, not by readings."""

    def judge(self, memory: Memory, at_us: int, channel: int, value: int) -> Judged:
        """Judge one value; values come by time.

        Args:
            memory: As the value before left it; empty before the first.
            at_us: Instant of the value. [us]
            channel: Channel it is of; 0 where the subject is none.
            value: [count], or in the kind's own scale.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """One version of a rule for one subject."""

    rule: UUID
    """Id of the rule's version: uuid5 of (site, key, version)."""
    key: str
    version: int
    kind: RuleKind
    name: str
    severity: str
    subject: Subject
    terms: Terms
    former: tuple[tuple[int, Terms], ...] = ()
    """Terms that held before an instant, by time: of transformers that were changed there. [us]"""
    beside: tuple[int, ...] = ()
    """Further channels whose values it sees, such as the other phases."""
    meant: Mapping[str, str] = field(default_factory=dict)
    """Which subjects are meant, where the tick finds them: nothing for all."""
    delay_s: int = 0
    """How long the condition must hold. [s]"""
    fresh_s: int = 900
    """Crossings older than this are historic: no notice, no sound. [s]"""
    cuts: bool = False
    """Whether what only its subject feeds is dead while its alert stands: see flood.py."""
    valid_from: datetime | None = None
    """First instant it is evaluated for; None: from ever. Aware UTC."""
    valid_to: datetime | None = None
    """Where the next version begins, or its own time ends; None: it is the newest."""
    calendar: Calendar | None = None
    """When it is watched; None: always."""

    def terms_at(self, at_us: int) -> Terms:
        """Return the terms by which a value of an instant is judged; always the same object.

        Args:
            at_us: Instant of the value. [us]
        """
        return next((terms for until_us, terms in self.former if at_us < until_us), self.terms)

    def watched(self, at: datetime) -> bool:
        """Return whether the rule counts at an instant."""
        return (
            (self.valid_from is None or at >= self.valid_from)
            and (self.valid_to is None or at < self.valid_to)
            and (self.calendar is None or self.calendar.watched(at))
        )


def alert_id(rule: UUID, subject: Subject, raised_at: datetime) -> UUID:
    """Return the id of the alert that a crossing raises; evaluating again gives the same.

    Args:
        rule: Id of the rule's version.
        subject: What it is about.
        raised_at: Instant of the crossing in data time, aware UTC.
    """
    return id_of("alert", str(rule), subject.key, raised_at.isoformat())
