"""In: what people did. Out: the event browser: by kind, person and time. Pure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.long_table import long_table
from dashboards.components.pieces import empty, link, page, panel
from dashboards.formats import instant_text
from dashboards.queries.admin_rows import EventPage, EventRow
from dashboards.viewer import Viewer

KINDS = (
    *("signed_in", "signed_out", "sign_in_failed", "sign_in_refused"),
    *("person_locked", "person_unlocked", "person_added", "person_roles_changed"),
    *("person_password_changed", "person_password_reset", "person_disabled", "person_enabled"),
    *("person_factor_enrolled", "person_recovery_used", "person_factor_removed"),
    *(
        "person_pin_set",
        "pin_failed",
        "kiosk_refused",
        "session_ended",
        "download",
        "device_enrolled",
        "device_ended",
    ),
    *("bill_run_approved", "bill_run_issued", "alert_acknowledged", "correction_approved"),
    *("site_founded", "site_sign_in_rules_set", "tenant_access_given", "tenant_access_changed"),
)
"""What an audit asks for; each has its text `act.<kind>`."""


def events_page(
    viewer: Viewer, found: EventPage, *, kind: str, person: UUID | None, zone: ZoneInfo
) -> Component:
    """Return the browser.

    Args:
        viewer: Who looks.
        found: The acts.
        kind: The kind chosen; "" for all.
        person: The person chosen; None for everybody.
        zone: Of the site.
    """
    who = str(person) if person else "-"
    chips = [
        link(
            viewer.say(f"act.{each}") if each else viewer.say("act.all"),
            f"/admin/events/{each or '-'}/{who}/-",
            name="chip chosen" if each == kind else "chip",
        )
        for each in ("", *KINDS)
    ]
    heads = [
        viewer.say(f"admin.head.{key}")
        for key in ("at", "kind", "name", "by", "subject", "address")
    ]
    rows = [_row(viewer, row, found.names, kind, zone) for row in found.rows]
    body: list[Component] = [html.Nav(chips, className="chips")]
    body.append(
        long_table(viewer, heads, rows, name="act-list") if rows else empty(viewer.say("act.none"))
    )
    if not found.whole:
        body.append(_older(viewer, found, kind or "-", who))
    return page(
        viewer.say("admin.events"),
        panel(_title(viewer, found, kind, person), body, name="acts"),
        name="acts",
        crumbs=link(viewer.say("admin.title"), "/admin"),
    )


def _title(viewer: Viewer, found: EventPage, kind: str, person: UUID | None) -> str:
    what = viewer.say(f"act.{kind}") if kind else viewer.say("act.all")
    return f"{what} · {found.names.get(person, '?')}" if person else what


def _older(viewer: Viewer, found: EventPage, kind: str, who: str) -> Component:
    if not found.rows:
        return html.P(viewer.say("act.not_whole"))
    before = found.rows[-1].at.isoformat().replace("+00:00", "Z")
    return html.P(link(viewer.say("act.older"), f"/admin/events/{kind}/{who}/{before}"))


def _row(
    viewer: Viewer, row: EventRow, names: dict[UUID, str], kind: str, zone: ZoneInfo
) -> list[str | Component]:
    return [
        instant_text(viewer.language, row.at, zone),
        viewer.say(f"act.{row.kind}") if row.kind in KINDS else row.kind,
        ""
        if row.person is None
        else link(names.get(row.person, "?"), f"/admin/events/{kind or '-'}/{row.person}/-"),
        names.get(row.by, "?") if row.by else "",
        html.Span(row.subject[:80], title=row.subject),
        row.address,
    ]


def instant_of(text: str) -> datetime | None:
    """Return the instant that an address names; None where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
