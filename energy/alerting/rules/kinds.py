"""In: rules as events stored them, the site's channels. Out: one rule a subject. Pure.

A spec stored before rules had kinds is a threshold: its limits stand beside its name, in counts.
Newer ones hold numbers as people wrote them; they become counts by each channel's own resolution
and the multipliers it has had, each for its time, so that one rule may watch a whole class of
equipment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.alerting.rules.balance_loss import BalanceLoss
from energy.alerting.rules.baseline import Baseline
from energy.alerting.rules.budget import Budget
from energy.alerting.rules.calendar import calendar_of
from energy.alerting.rules.certificate import CertificateExpiry
from energy.alerting.rules.combination import Combination
from energy.alerting.rules.communication import Communication
from energy.alerting.rules.demand import DemandForecast
from energy.alerting.rules.imbalance import Imbalance
from energy.alerting.rules.missing import Missing
from energy.alerting.rules.numbers import Named, RuleError, fields_of, numbers_of
from energy.alerting.rules.prepaid import PrepaidLow
from energy.alerting.rules.rate import RateOfChange
from energy.alerting.rules.spec import RuleKind, RuleSpec, Scale, Subject, SubjectKind, Terms
from energy.alerting.rules.state import StateIs
from energy.alerting.rules.stuck import Stuck
from energy.alerting.rules.threshold import Threshold
from energy.alerting.rules.zero import Zero
from energy.metering.channel import Kind

KINDS: Final[Mapping[RuleKind, type[Terms]]] = {
    each.kind: each
    for each in (
        *(Threshold, RateOfChange, StateIs, Stuck, Zero, Imbalance, DemandForecast),
        *(Missing, Communication, BalanceLoss, Budget, PrepaidLow, CertificateExpiry),
        *(Baseline, Combination),
    )
}
"""The numbers of each kind."""
TICKED: Final = frozenset(
    {kind for kind, terms in KINDS.items() if not terms.watches}
    | {RuleKind.MISSING, RuleKind.BASELINE}
)
"""Kinds that the tick feeds; readings feed all others."""
_ONE_OF: Final = {
    RuleKind.THRESHOLD: ("above", "below"),
    RuleKind.RATE: ("rise", "fall"),
    RuleKind.BASELINE: ("above", "below"),
    RuleKind.COMBINATION: ("all_of", "any_of"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedChannel:
    """A channel as a rule may be about it."""

    number: int
    point: str
    quantity: str
    kind: Kind
    utility: str
    """Empty where it has none."""
    unit: str
    per_count: Fraction
    """[unit / count]"""
    former: tuple[tuple[int, Fraction], ...] = ()
    """What a count was before an instant, by time: other transformers. [us], [unit / count]"""
    modulus: int = 0
    """0: its register does not turn. [count]"""
    places: frozenset[str] = frozenset()
    """Its point's place, and all that hold it."""
    equipment: frozenset[str] = frozenset()
    """Kinds of the supply nodes and places that its point tells of."""

    def per_count_at(self, at_us: int) -> Fraction:
        """Return what a count of an instant is. [unit / count].

        Args:
            at_us: The instant. [us]
        """
        return next((each for until_us, each in self.former if at_us < until_us), self.per_count)


def scale_of(kind: str) -> Scale | None:
    """Return in what the rules of a kind judge; None: in counts, or no rule has this kind."""
    return KINDS[RuleKind(kind)].scale if kind in set(RuleKind) else None


def terms_of(kind: RuleKind, told: Named, per_count: Fraction, modulus: int = 0) -> Terms:
    """Return the numbers of a rule.

    Args:
        kind: Its kind.
        told: Numbers by name, as a file or an event holds them.
        per_count: Of the channel; 1 where the rule is about none. [unit / count]
        modulus: Of the channel; 0 where it does not turn. [count]

    Raises:
        RuleError: Names what is unknown, missing or no number.
    """
    made = KINDS[kind]
    needed = _ONE_OF.get(kind)
    numbers = numbers_of(made, told, per_count)
    if needed and not any(numbers.get(name) not in (None, ()) for name in needed):
        raise RuleError.of("rule.number_one_of", known=", ".join(needed))
    for name, value in numbers.items():
        least = 1 if name.endswith("_s") or name == "phases" else 0
        if type(value) is int and (least or name in ("deadband", "within")) and value < least:
            raise RuleError.of("rule.number_least", key=name, value=told[name], least=least)
    if modulus and any(each.name == "modulus" for each in fields_of(made)):
        numbers["modulus"] = modulus
    return made(**numbers)


def specs_of(
    rule: UUID,
    stored: Mapping[str, Any],
    zone: ZoneInfo,
    channels: Mapping[int, WatchedChannel],
) -> list[RuleSpec]:
    """Return the rule that its event stored, one a subject; none where nothing is meant.

    Args:
        rule: Id of the rule's version.
        stored: The event's spec.
        zone: The site's zone, in which its hours are meant.
        channels: The site's channels by number.

    Raises:
        CalendarError: Its hours cannot be read.
        RuleError: Its numbers cannot be read.
    """
    kind = RuleKind(stored.get("kind", RuleKind.THRESHOLD))
    numbers = stored.get("terms")
    if numbers is None:
        numbers = {name: stored[name] for name in ("above", "deadband")}
    calendar = stored.get("calendar")
    common: dict[str, Any] = {
        "rule": rule,
        "key": stored["key"],
        "version": stored["version"],
        "kind": kind,
        "name": stored["name"],
        "severity": stored["severity"],
        "delay_s": stored.get("delay_s", 0),
        "fresh_s": stored.get("fresh_s", 900),
        "cuts": stored.get("cuts", False),
        "valid_from": _instant(stored, "valid_from"),
        "valid_to": _instant(stored, "valid_to"),
        "calendar": None if calendar is None else calendar_of(calendar, zone),
    }
    found = []
    if not KINDS[kind].watches:
        terms = terms_of(kind, numbers, Fraction(1))
        meant = stored.get("subject") or {}
        return [
            RuleSpec(subject=Subject(kind=SubjectKind.SITE), terms=terms, meant=meant, **common)
        ]
    subject = stored.get("subject")
    groups: Iterable[Sequence[WatchedChannel | None]]
    if subject is None:  # stored before rules had kinds: its numbers are counts
        groups = [[channels.get(stored["channel"])]]
    else:
        groups = meant_channels(subject, KINDS[kind], channels)
    for first, *beside in groups:
        found.append(
            RuleSpec(
                subject=Subject(channel=stored["channel"] if first is None else first.number),
                beside=tuple(each.number for each in beside if each is not None),
                **_terms(kind, numbers, first),
                **common,
            )
        )
    return found


def _instant(stored: Mapping[str, Any], name: str) -> datetime | None:
    told = stored.get(name)
    return None if told is None else datetime.fromisoformat(told)


def _terms(kind: RuleKind, numbers: Named, channel: WatchedChannel | None) -> dict[str, Any]:
    """Return the terms of a channel, and those that held before its transformers were changed."""
    if channel is None:
        return {"terms": terms_of(kind, numbers, Fraction(1))}
    return {
        "terms": terms_of(kind, numbers, channel.per_count, channel.modulus),
        "former": tuple(
            (until_us, terms_of(kind, numbers, per_count, channel.modulus))
            for until_us, per_count in channel.former
        ),
    }


def meant_channels(
    subject: Mapping[str, Any], terms: type[Terms], channels: Mapping[int, WatchedChannel]
) -> Iterator[Sequence[WatchedChannel]]:
    """Yield the channels of each subject, the first being the one that alerts are about.

    Args:
        subject: How a rule names what it is about.
        terms: Of its kind.
        channels: The site's channels by number.
    """
    wanted = subject.get("quantities") or [subject["quantity"]]
    by_point: dict[str, dict[str, WatchedChannel]] = {}
    if wanted == ["*"]:
        of_kind = (each for each in channels.values() if each.kind in terms.watches)
        yield from ([each] for each in of_kind if _fits(subject, each))
        return
    for each in channels.values():
        if each.quantity in wanted and each.kind in terms.watches and _fits(subject, each):
            by_point.setdefault(each.point, {})[each.quantity] = each
    for found in by_point.values():
        if len(found) == len(wanted):
            yield [found[quantity] for quantity in wanted]


def _fits(subject: Mapping[str, Any], channel: WatchedChannel) -> bool:
    """Return whether a channel is of a class of equipment."""
    points, within = subject.get("points"), subject.get("within")
    return (
        (points is None or channel.point in points)
        and (
            within is None
            or channel.point in within["points"]
            or not channel.places.isdisjoint(within["places"])
        )
        and subject.get("utility") in (None, channel.utility)
        and (subject.get("place") is None or subject["place"] in channel.places)
        and (subject.get("equipment") is None or subject["equipment"] in channel.equipment)
    )


def in_their_time(specs: Iterable[RuleSpec]) -> list[RuleSpec]:
    """Return versions of rules with the instants at which the next version takes over.

    Args:
        specs: Of any rules, each version in as many subjects as it has.
    """
    ordered = sorted(specs, key=lambda spec: (spec.key, spec.version))
    found: list[RuleSpec] = []
    for _, group in groupby(ordered, key=lambda spec: spec.key):
        versions = list(group)
        begins = {spec.version: spec.valid_from for spec in versions}
        for spec in versions:
            later = [at for n, at in begins.items() if n > spec.version and at is not None]
            own = [] if spec.valid_to is None else [spec.valid_to]
            found.append(replace(spec, valid_to=min([*later, *own], default=None)))
    return found
