"""In: alerts that begin, alerts that stand, what feeds what. Out: which tells of which. Pure.

One cause, one alert. What is cut off by a node of the supply graph or by a source that is dead is
told on the alert of that one. Where a rule raises many within a minute they are told on one alert
made for them; what is found in readings of long ago, on one for their source. A child is told on
its parent and wakes nobody; so nothing is told on an alert that is less severe.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from energy.alerting.severity import AlertSeverity
from energy.base.ids import id_of

MANY: Final = 10
"""So many alerts of one rule within WITHIN have one cause."""
WITHIN: Final = timedelta(minutes=1)
JOIN: Final = timedelta(minutes=5)
"""What the same rule raises so long after the last of many belongs to them."""
SETTLE: Final = timedelta(minutes=2)
"""So long before something is known to be dead its death was at work; and so long what was cut off
has to come back before it stands on its own."""
NODE, POINT, SOURCE, GATEWAY = "node:", "point:", "source:", "gateway:"
"""What names of things begin with."""


class Group(StrEnum):
    """What one alert for many tells of; the code that it bears."""

    MANY = "alerts.many"
    """One rule raised them within a minute."""
    OLD = "alerts.old"
    """They were found in readings of long ago."""


GROUPS: Final = frozenset(str(group) for group in Group)
_URGENCY: Final = tuple(str(severity) for severity in AlertSeverity)
"""The most severe first; what none has been named comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What feeds what, and who reads what; all by names like "node:electricity/bus-a"."""

    at: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of "channel:7" or "point:KEY": nodes that it tells of, its point, source and gateway."""
    edges: frozenset[tuple[str, str]] = frozenset()
    """Feeding and fed nodes; both ways where a closed tie joins two."""
    roots: frozenset[str] = frozenset()
    """Nodes that something enters from outside."""

    def things(self, channel: int, about: str) -> frozenset[str]:
        """Return what an alert is about, and what that hangs on directly.

        Args:
            channel: Of the alert; 0 where it is about none.
            about: What it is about where that is no channel.
        """
        own = frozenset({about}) if about else frozenset()
        return (
            own | self.at.get(f"channel:{channel}", frozenset()) | self.at.get(about, frozenset())
        )

    def dark(self, dead: Collection[str]) -> dict[str, str]:
        """Return the nodes that nothing reaches any more, each with the nearest dead one."""
        below: dict[str, set[str]] = defaultdict(set)
        for feeding, fed in self.edges:
            below[feeding].add(fed)
        alive = _reached(below, self.roots - set(dead), frozenset(dead))
        nearest = {node: node for node in dead}
        wave = sorted(dead)
        while wave:
            following = []
            for node in wave:
                for fed in sorted(below[node]):
                    if fed not in alive and fed not in nearest:
                        nearest[fed] = nearest[node]
                        following.append(fed)
            wave = following
        return nearest


def _reached(
    below: Mapping[str, Collection[str]], roots: Collection[str], without: frozenset[str]
) -> set[str]:
    reached, wave = set(roots), list(roots)
    while wave:
        wave = [n for node in wave for n in below.get(node, ()) if n not in without | reached]
        reached.update(wave)
    return reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An alert that stands, or is to be raised."""

    alert: UUID
    rule: UUID
    severity: str
    at: datetime
    key: str = ""
    """The rule's key; the finding's code where no rule raised it."""
    channel: int = 0
    about: str = ""
    cuts: bool = False
    historic: bool = False
    group: bool = False
    """Whether it is one for many."""
    parent: UUID | None = None
    cleared: bool = False
    expected: bool = False
    """Whether a span of maintenance or outage says that it is no news."""

    @property
    def kind(self) -> tuple[str, bool]:
        """Return what is the same of alerts with one rule; what is expected hides no news."""
        return self.key or str(self.rule), self.expected

    def speaks_for(self, other: Standing) -> bool:
        """Return whether it wakes whom another would: it is as severe, and no less news."""
        return _place(self) <= _place(other) and self.expected <= other.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Which alerts get a parent, and the parents to be raised."""

    parents: Mapping[UUID, UUID]
    """Child -> parent; only what changes."""
    raised: tuple[tuple[Group, Standing], ...]


def gather(fresh: Sequence[Standing], standing: Iterable[Standing], fed: Fed) -> Gathered:
    """Return which alerts are told on which others.

    Args:
        fresh: Alerts to be raised.
        standing: Those raised before that stand, groups among them.
        fed: What feeds what, for what both are about.
    """
    gathering = _Gathering(fresh, standing)
    gathering.cut_off(fed)
    gathering.many()
    gathering.old(fed)
    return Gathered(parents=gathering.parents, raised=tuple(gathering.raised))


class _Gathering:
    """One look at what begins and what stands."""

    def __init__(self, fresh: Sequence[Standing], standing: Iterable[Standing]) -> None:
        self._begun = {one.alert for one in fresh}
        known = {one.alert: one for one in (*standing, *fresh) if not one.cleared}
        self._known = known
        self._every = sorted(known.values(), key=lambda one: (one.at, str(one.alert)))
        self.parents: dict[UUID, UUID] = {}
        self.raised: list[tuple[Group, Standing]] = []

    def cut_off(self, fed: Fed) -> None:
        """Tell on the nearest dead thing what is below or behind it, dead ones too."""
        now = [one for one in self._every if not one.historic and not one.group]
        dead = {name: one for one in now if one.cuts for name in _dead(one, fed)}
        if not dead:
            return
        nodes = frozenset(name for name in dead if name.startswith(NODE))
        dark = fed.dark(nodes)
        for one in now:
            own = _dead(one, fed) if one.cuts else frozenset()
            there = dark if not own & nodes else fed.dark(nodes - own)
            at = sorted(fed.things(one.channel, one.about))
            found = [dead[there[name]] for name in at if name in there and there[name] not in own]
            found += [dead[name] for name in at if name in dead and name not in own | nodes]
            for other in found:
                if self._explains(other, one):
                    self.parents[one.alert] = other.alert
                    break

    def _explains(self, other: Standing, one: Standing) -> bool:
        news = other.alert in self._begun or one.alert in self._begun
        held = self._known.get(one.parent) if one.parent else None
        free = one.parent is None or (held is not None and held.group)
        held_by = other.speaks_for(one) and one.at >= other.at - SETTLE
        return news and free and held_by and not self._circle(one, other)

    def _circle(self, one: Standing, other: Standing) -> bool:
        """Return whether an alert would be told on itself."""
        seen: set[UUID] = {one.alert}
        up: UUID | None = other.alert
        while up is not None:
            if up in seen:
                return True
            seen.add(up)
            known = self._known.get(up)
            up = self.parents.get(up, known.parent if known is not None else None)
        return False

    def many(self) -> None:
        """Tell on one alert what a rule raises many times within a minute."""
        wanted = {self._known[alert].kind for alert in self._begun if alert in self._known}
        groups: dict[tuple[str, bool], Standing] = {}
        newest: dict[tuple[str, bool], datetime] = {}
        alone: dict[tuple[str, bool], list[Standing]] = defaultdict(list)
        for one in self._every:
            if one.historic or one.cuts or one.kind not in wanted:
                continue
            if one.group:
                groups[one.kind] = one
                newest[one.kind] = max(one.at, newest.get(one.kind, one.at))
                continue
            group = groups.get(one.kind)
            parent = self.parents.get(one.alert, one.parent)
            near = group is not None and one.at <= newest[one.kind] + JOIN
            if group is not None and near and self._belongs(one, parent, group):
                if parent is None:
                    self.parents[one.alert] = group.alert
                newest[one.kind] = max(one.at, newest[one.kind])
            elif parent is None:
                run = alone[one.kind]
                run.append(one)
                while one.at - run[0].at > WITHIN:
                    run.pop(0)
                if len(run) >= MANY:
                    groups[one.kind] = self._one_for(run)
                    newest[one.kind] = one.at
                    run.clear()

    def _belongs(self, one: Standing, parent: UUID | None, group: Standing) -> bool:
        begun = one.alert in self._begun
        return (
            (begun and group.speaks_for(one)) if parent is None else begun or parent == group.alert
        )

    def _one_for(self, run: Sequence[Standing]) -> Standing:
        first = run[0]
        group = Standing(
            alert=id_of("alert group", Group.MANY, str(first.alert)),
            rule=first.rule,
            severity=min(run, key=_place).severity,
            at=first.at,
            key=first.key,
            group=True,
            expected=first.expected,
        )
        self.raised.append((Group.MANY, group))
        self.parents.update((each.alert, group.alert) for each in run)
        return group

    def old(self, fed: Fed) -> None:
        """Tell on one alert what is found in the old readings of a source, where it is several."""
        told: dict[str, list[Standing]] = defaultdict(list)
        for one in self._every:
            if one.historic and not one.group and one.parent is None:
                names = sorted(fed.things(one.channel, one.about))
                told[next((n for n in names if n.startswith(SOURCE)), SOURCE)].append(one)
        summaries = {one.about: one for one in self._every if one.historic and one.group}
        for source, alerts in told.items():
            if not any(one.alert in self._begun for one in alerts):
                continue
            if source not in summaries:
                if len(alerts) == 1:
                    continue
                summaries[source] = self._summary(source, alerts[0])
            self.parents.update((one.alert, summaries[source].alert) for one in alerts)

    def _summary(self, source: str, first: Standing) -> Standing:
        summary = Standing(
            alert=id_of("alert group", Group.OLD, str(first.alert)),
            rule=id_of("alert group", Group.OLD),
            severity=str(AlertSeverity.MEDIUM),
            at=first.at,
            about=source,
            historic=True,
            group=True,
        )
        self.raised.append((Group.OLD, summary))
        return summary


def _place(one: Standing) -> int:
    return _URGENCY.index(one.severity) if one.severity in _URGENCY else len(_URGENCY)


def _dead(one: Standing, fed: Fed) -> frozenset[str]:
    """Return what an alert that cuts says is dead: what it is about, else its nodes."""
    if one.about:
        return frozenset({one.about})
    return frozenset(name for name in fed.things(one.channel, "") if name.startswith(NODE))
