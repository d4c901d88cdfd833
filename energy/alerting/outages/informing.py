"""In: who is affected, groups, contacts, the plan. Out: who is told, and the notices. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.plan import Plan
from energy.alerting.notices.policy import Recipient, not_before
from energy.alerting.notices.words import TemplateKey
from energy.alerting.outages.affected import Affected
from energy.alerting.outages.outage import ABOUT_OUTAGE, Outage
from energy.alerting.severity import AlertSeverity
from energy.base.ids import id_of

WAYS: Final = (
    GatewayKind.SMS,
    GatewayKind.MAIL,
    GatewayKind.CHAT,
    GatewayKind.WEBHOOK,
    GatewayKind.VOICE,
)
"""A contact is told by the first of these by which it can be told."""
_NAMED = 3
"""Points that one message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Informed:
    """A contact who is to be told."""

    contact: UUID
    way: GatewayKind
    protected: bool
    """Whether one of its points is a protected load: it is told first."""
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What one version says to some contacts."""

    outage: UUID
    version: int
    template: TemplateKey
    what: str
    """Name of the node."""
    begins_at: datetime
    ends_at: datetime
    reason: str


def group_of(account: str) -> str:
    """Return the group of contacts that stands for an account: account-a-17 of A/17."""
    return "account-" + re.sub(r"[^a-z0-9_]+", "-", account.casefold()).strip("-")


def informed(
    found: Affected, groups: Mapping[str, Sequence[str]], people: Mapping[str, Recipient]
) -> tuple[list[Informed], list[str]]:
    """Return who is told, protected loads first, and the accounts of which nobody can be.

    Args:
        found: Who goes dark.
        groups: Keys of contacts by group.
        people: Contacts by key.
    """
    told: dict[UUID, Informed] = {}
    unreached = []
    for account in found.accounts:
        mine = [each for each in found.supplied if each.account == account]
        points = tuple(each.point for each in mine)
        protected = any(each.protected for each in mine)
        members = [people[key] for key in groups.get(group_of(account), ()) if key in people]
        ways = [(who, way_of(who)) for who in members]
        if not any(way for _, way in ways):
            unreached.append(account)
        for who, way in ways:
            if way is not None:
                before = told.get(who.contact)
                told[who.contact] = Informed(
                    contact=who.contact,
                    way=way,
                    protected=protected or (before is not None and before.protected),
                    points=(*(before.points if before else ()), *points),
                )
    return sorted(told.values(), key=lambda each: not each.protected), unreached


def way_of(who: Recipient) -> GatewayKind | None:
    """Return the way by which a contact is told; None where there is none."""
    return next((way for way in WAYS if who.usable(way)), None)


def notices(
    spoken: Spoken, to: Iterable[Informed], plan: Plan, now: datetime, command_id: UUID
) -> list[Notice]:
    """Return the notices of a version: one a contact.

    They wait for the morning as others of their severity do, but not beyond the outage's begin.

    Args:
        spoken: What is said.
        to: Who is told.
        plan: Of the site: its quiet hours.
        now: Present instant.
        command_id: Of the command.
    """
    made = []
    for each in to:
        severity = str(AlertSeverity.HIGH if each.protected else AlertSeverity.MEDIUM)
        at = not_before(plan, severity, now)
        more = "…" if len(each.points) > _NAMED else ""
        made.append(
            Notice(
                subject=spoken.outage,
                about=ABOUT_OUTAGE,
                template=str(spoken.template),
                level=0,
                repeat=spoken.version,
                contact=each.contact,
                way=str(each.way),
                severity=severity,
                not_before=at if at < spoken.begins_at else now,
                facts={
                    "what": spoken.what,
                    "point": ", ".join(each.points[:_NAMED]) + more,
                    "at": spoken.begins_at.isoformat(),
                    "until": spoken.ends_at.isoformat(),
                    "reason": spoken.reason,
                },
                command_id=id_of("outage notice", str(command_id), str(each.contact)),
            )
        )
    return made


def spoken_of(outage: Outage, name: str, template: TemplateKey) -> Spoken:
    """Return what the newest version of an outage says, under the name of its node."""
    return Spoken(
        outage=outage.id,
        version=outage.edition,
        template=template,
        what=name,
        begins_at=outage.begins_at,
        ends_at=outage.ends_at,
        reason=outage.reason,
    )
