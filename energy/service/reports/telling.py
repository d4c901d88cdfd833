"""In: a report, groups, contacts. Out: who is told of it, and the notices. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import psycopg

from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.posts import FindCalled, groups_at
from energy.alerting.notices.reads import read_contacts, read_groups, read_plan, read_wordings
from energy.alerting.notices.words import TemplateKey
from energy.alerting.outages.informing import way_of
from energy.alerting.severity import AlertSeverity
from energy.base.ids import id_of
from energy.service.reports.errors import ReportError
from energy.service.reports.table import Contents
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]
_WANTED = "wanted"
_TOLD = ("what", "reason", "limit", "value", "point", "place")
"""Places of a text that a message about a report fills."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a notice of a report says."""

    report: UUID
    about: str
    template: TemplateKey
    repeat: int
    facts: Mapping[str, str]
    urgent: bool = False


def contacts_for(
    connection: Connection, site: Site, members: Sequence[str], called: FindCalled, at: datetime
) -> dict[UUID, GatewayKind]:
    """Return who is told at an instant and by which way; who cannot be told is left out.

    Args:
        connection: Any that may read.
        site: The site.
        members: Groups and contacts, as the plan of reports names them.
        called: Asks who is on duty at posts.
        at: The instant.
    """
    contacts = read_contacts(connection, site.schema)
    groups = read_groups(connection, site.schema)
    wanted = [each for member in members for each in groups.get(member, [member])]
    keys = groups_at({_WANTED: wanted}, contacts, called, at)[_WANTED]
    people = {each.key: each.recipient() for each in contacts}
    told = [people[key] for key in keys if key in people]
    return {each.contact: way for each in told if (way := way_of(each)) is not None}


def demand_texts(connection: Connection, site: Site, key: TemplateKey) -> None:
    """Refuse where notices cannot be sent.

    Raises:
        NoticeError: There is no plan of notices, or the text was never reviewed.
    """
    if read_plan(connection, site.schema, site.zone) is None:
        raise NoticeError.of("no_plan")
    if key not in read_wordings(connection, site.schema):
        raise NoticeError.of("not_reviewed", key=str(key))


def demand_somebody(to: Mapping[UUID, GatewayKind]) -> None:
    """Refuse where nobody can be told.

    Raises:
        ReportError: Nobody can.
    """
    if not to:
        raise ReportError.of("nobody_told")


def notices_of(
    told: Told, to: Mapping[UUID, GatewayKind], now: datetime, command_id: UUID
) -> list[Notice]:
    """Return the notices of a report: one a contact, at once: a deadline knows no quiet hours."""
    severity = AlertSeverity.CRITICAL if told.urgent else AlertSeverity.HIGH
    return [
        Notice(
            subject=told.report,
            about=told.about,
            template=str(told.template),
            level=0,
            repeat=told.repeat,
            contact=contact,
            way=str(way),
            severity=str(severity),
            not_before=now,
            facts=dict(told.facts),
            command_id=id_of("report notice", str(command_id), str(contact)),
        )
        for contact, way in to.items()
    ]


def key_figures(contents: Contents, sha256: str) -> dict[str, str]:
    """Return what a message about a report says, in no language. Pure."""
    facts, found = contents.facts, {"what": contents.span, "reason": sha256[:12]}
    peak = facts.get("peak_w")
    if isinstance(peak, int):
        at = str(facts.get("peak_local") or "")
        found["limit"] = f"{Decimal(peak) / 1000:,.0f} kW {at}".strip()
    usage = facts.get("electricity_wh")
    if isinstance(usage, int):
        found["value"] = f"{Decimal(usage) / 1000:,.0f} kWh"
    alerts, incidents = contents.table("severities"), contents.table("incidents")
    if alerts is not None:
        place = alerts.column("raised")
        found["point"] = str(sum(int(row[place] or 0) for row in alerts.rows))
    if incidents is not None:
        broken = [
            row
            for row in incidents.dicts()
            if "broken" in (row.get("response_kept"), row.get("solution_kept"))
        ]
        found["place"] = f"{len(incidents.rows) + incidents.more}/{len(broken)}"
    what = facts.get("what")
    if what is not None:
        found["value"] = str(what)
    return {key: found.get(key, "-") for key in _TOLD}
