"""In: what an alert was raised for, a language. Out: how people read it. Pure."""

from __future__ import annotations

from energy.alerting.flood import GROUPS
from energy.base.text import catalogue, t


def what_of(language: str, rule: str, code: str) -> str:
    """Return a rule's name, the words for a finding's code, or those for many alerts.

    Args:
        language: Of the words.
        rule: Name of the rule that was crossed; "" where none was.
        code: Of what was found, or of a group; "" where a rule was crossed. One that the
            catalogue does not know stands for itself.
    """
    if not code:
        return rule
    if code in GROUPS:
        words = t(language, f"alert_group.{code.removeprefix('alerts.')}")
        return f"{rule}: {words}" if rule else words
    key = f"finding.{code}"
    return t(language, key) if key in catalogue() else code
