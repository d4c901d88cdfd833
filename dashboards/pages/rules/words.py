"""In: a version of a rule. Out: its words: kind, subject, limits, state. Pure."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from dashboards.components.pieces import badge
from dashboards.viewer import Viewer, key_word
from energy.alerting.rule_reads import RuleRow

PATH = "/rules"
EXPECTED, ACTORS = f"{PATH}/expected", f"{PATH}/actors"
WORDED = {"quantity": "quantity", "quantities": "quantity", "utility": "utility"}
"""Parts of a subject whose values have words, and where these stand in the catalogue."""


def rule_path(key: str) -> str:
    """Return the address of a rule."""
    return f"{PATH}/rule/{key}"


def kind_word(viewer: Viewer, row: RuleRow) -> str:
    """Return the word for what a rule looks at."""
    return key_word(viewer, "rule_kind", row.kind)


def state_badge(viewer: Viewer, row: RuleRow) -> Component:
    """Return whether a version is judged."""
    return badge(viewer.say(state_key(row)), "good" if row.enabled else "calm")


def state_key(row: RuleRow) -> str:
    """Return the key of the word for whether a version is judged."""
    return "rules_page.on" if row.enabled else "rules_page.off"


def subject_text(viewer: Viewer, row: RuleRow) -> str:
    """Return what a rule is about, by its keys."""
    told = row.spec.get("subject")
    if told is None:
        return viewer.say("rules_page.channel", number=row.spec.get("channel", 0))
    said = [
        f"{key_word(viewer, 'rule_subject', name)} {_subject(viewer, name, each)}"
        for name, each in told.items()
    ]
    return " · ".join(said) or viewer.say("rules_page.site")


def _subject(viewer: Viewer, name: str, told: object) -> str:
    """Return a subject's value, quantities and utilities in words; a key is nobody's word."""
    part = WORDED.get(name)
    each = told if isinstance(told, list | tuple) else [told]
    return _text([key_word(viewer, part, str(one)) for one in each] if part else told)


def limits_text(viewer: Viewer, row: RuleRow) -> str:
    """Return a rule's numbers, as they were written, with its delay and hours."""
    terms: dict[str, Any] | None = row.spec.get("terms")
    if terms is None:  # of before rules had kinds: counts
        terms = {name: row.spec[name] for name in ("above", "deadband") if name in row.spec}
    said = [f"{key_word(viewer, 'rule_term', name)} {_text(each)}" for name, each in terms.items()]
    if row.spec.get("delay_s"):
        said.append(f"{viewer.say('rule_term.delay_s')} {row.spec['delay_s']}")
    if row.spec.get("calendar"):
        hours = row.spec["calendar"].get("hours", [])
        said.append(f"{viewer.say('rule_term.hours')} {_text(hours)}")
    return " · ".join(said)


def _text(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)
