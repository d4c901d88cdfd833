"""In: a selection or a rule. Out: the tables behind the pages of rules. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from billing.ledger.sheets import Sheet
from dashboards.pages.parts import Parts
from dashboards.pages.rules.actors import MARKS
from dashboards.pages.rules.expected import state
from dashboards.pages.rules.words import kind_word, limits_text, state_key, subject_text
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.alerting.actors import figure_texts, share_text


def rules_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return every version of every rule."""
    del selection
    names = ("key", "rule", "kind", "severity", "subject", "limits", "version", "from", "state")
    return Sheet(
        name="alert_rules",
        heads=tuple(viewer.say(f"rules_page.{name}") for name in (*names, "subjects", "standing")),
        rows=[
            [
                row.key,
                row.name,
                kind_word(viewer, row),
                row.severity,
                subject_text(viewer, row),
                limits_text(viewer, row),
                row.version,
                row.valid_from or "",
                viewer.say(state_key(row)),
                row.subjects,
                row.standing,
            ]
            for row in parts.queries.rules(viewer.scope).rows
        ],
    )


def trial_sheet(parts: Parts, viewer: Viewer, selection: Selection, key: str) -> Sheet:
    """Return the cases of a rule's back-test.

    Raises:
        RefusedError: It cannot be tested on these days.
    """
    trial = parts.queries.rule_trial(viewer.scope, key, selection)
    names = ("about", "raised", "cleared", "value", "limit", "unit")
    return Sheet(
        name=f"rule_trial_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(f"rules_page.{name}") for name in names),
        rows=[
            [
                case.about,
                case.raised_at.isoformat(timespec="seconds"),
                "" if case.cleared_at is None else case.cleared_at.isoformat(timespec="seconds"),
                case.value,
                case.limit,
                case.unit,
            ]
            for case in trial.cases
        ],
    )


def spans_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the spans in which alerts are expected."""
    del selection
    told, zone, now = parts.queries.spans(viewer.scope).rows, parts.settings.zone, parts.clock.now()
    names = ("why", "about", "reason", "from", "until", "span_state", "by")
    return Sheet(
        name="alert_spans",
        heads=tuple(viewer.say(f"rules_page.{name}") for name in names),
        rows=[
            [
                viewer.say(f"suppression_why.{row.why}"),
                row.about,
                row.reason,
                row.begins_at.astimezone(zone).isoformat(timespec="minutes"),
                row.ends_at.astimezone(zone).isoformat(timespec="minutes"),
                viewer.say(f"rules_page.span_{state(row, now)}"),
                told.names.get(row.person, ""),
            ]
            for row in told.rows
        ],
    )


def figures_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the figures of EEMUA 191 of the selected time."""
    found = parts.queries.loudness(viewer.scope, selection).rows
    return Sheet(
        name=f"alert_figures_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(f"rules_page.{name}") for name in ("figure", "value", "mark")),
        rows=[
            [viewer.say(f"cli.actors.{name}"), value, MARKS.get(name, "")]
            for name, value in figure_texts(found).items()
        ],
    )


def loudest_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return who made the noise in the selected time."""
    found = parts.queries.loudness(viewer.scope, selection).rows
    names = ("about", "times", "share", "stood", "chatters")
    return Sheet(
        name=f"alert_loudest_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(f"rules_page.{name}") for name in names),
        rows=[
            [
                each.what,
                each.raised,
                share_text(each.share),
                (Decimal(each.standing_s) / 3600).quantize(Decimal("0.1")),
                viewer.say("rules_page.yes") if each.chatters else "",
            ]
            for each in found.actors
        ],
    )


RULE_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    "alert_rules": rules_sheet,
    "alert_spans": spans_sheet,
    "alert_figures": figures_sheet,
    "alert_loudest": loudest_sheet,
}
RULE_TABLES_AT = {"rule_trial": trial_sheet}
