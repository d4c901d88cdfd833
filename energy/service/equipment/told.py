"""In: something that happened to a piece, a language. Out: what is said of it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from energy.base.text import t
from energy.service.equipment.reads import HappenedRow

_FACTS = ("kind", "name", "place", "maker", "type", "serial")
"""In the order in which a history tells them."""


def details_of(language: str, each: HappenedRow, when: Callable[[str], str]) -> str:
    """Return what is said of something that happened, in one row.

    Args:
        language: "en" or "zh".
        each: What happened.
        when: Tells an instant, given in ISO 8601.
    """
    told = dict(each.told)
    if each.what == "maintained":
        return _done(language, told, when)
    facts = told.pop("facts", None) or {}
    if "relation" in told:
        return f"{t(language, 'cli.equipment_relation.' + told['relation'])} {told['to']}"
    if facts:
        kind = t(language, f"cli.equipment_class.{facts['kind']}")
        told = {**told, **{key: facts[key] for key in _FACTS}, "kind": kind}
    return ", ".join(str(value) for key, value in told.items() if value and key != "paper")


def _done(language: str, told: dict[str, Any], when: Callable[[str], str]) -> str:
    """Return which plan was done when, and how a standby piece did."""
    said = [told["number"], when(told["at"])]
    if "started" in told:
        how = "started" if told["started"] else "not_started"
        said.append(t(language, f"cli.equipment.{how}"))
        said += [t(language, "cli.equipment.took_load")] if told["took_load"] else []
        said.append(t(language, "cli.equipment.minutes", minutes=told["minutes"]))
    return ", ".join(said)
