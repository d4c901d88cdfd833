"""In: suspicions and inspections as they stand. Out: rows at a terminal. I/O: reads, terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from billing.money import exact_text
from energy.base.units import Utility, to_base
from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import percent, print_facts, print_table

if runs():
    from energy.metering.plans.table import UNIT_OF
    from energy.service.inspection.kinds import SuspicionKind
    from energy.service.inspection.reads import (
        EvidenceRow,
        InspectionRow,
        RulesRow,
        SuspicionRow,
        read_evidence,
        read_suspicions,
    )

SHORT = 8
"""Digits of an id that are shown; any beginning that names one thing will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionStory:
    """An inspection with what belongs to it."""

    inspection: InspectionRow
    suspicion: SuspicionRow
    evidence: Sequence[EvidenceRow]


def story_of(at: Opened, row: InspectionRow) -> InspectionStory:
    """Return an inspection with what belongs to it."""
    with at.system.database.connection() as connection:
        (suspicion,) = read_suspicions(connection, at.site.schema, named=row.suspicion.hex)
        evidence = read_evidence(connection, at.site.schema, row.inspection)
    return InspectionStory(inspection=row, suspicion=suspicion, evidence=evidence)


def print_rules(at: Opened, found: Sequence[RulesRow]) -> None:
    """Print a row a version."""
    keys = ("version", "from", "loss", "days", "methods", "months", "approvers")
    rows = [
        (
            each.version,
            each.valid_from,
            f"{exact_text(each.rules.loss_percent)} %",
            each.rules.zero_days,
            ", ".join(at.text(f"inspect_method.{method}") for method in each.rules.methods),
            each.rules.longest_months,
            ", ".join(each.rules.approvers),
        )
        for each in found
    ]
    nothing = at.text("none.inspection_rules")
    print_table(_heads(at, *keys), rows, right=(0, 2, 3, 5), nothing=nothing)


def print_suspicions(at: Opened, found: Sequence[SuspicionRow]) -> None:
    """Print a row a suspicion."""
    keys = ("suspicion", "state", "kind", "about", "from", "to", "missing", "why")
    rows = [
        (
            row.suspicion.hex[:SHORT],
            at.text(f"inspect_suspicion.{row.state}"),
            at.text(f"inspect_kind.{row.kind}"),
            row.about.partition(":")[2],
            row.first_day,
            row.last_day,
            _energy(row.utility, row.energy),
            why_of(at, row),
        )
        for row in found
    ]
    print_table(_heads(at, *keys), rows, right=(6,), nothing=at.text("none.suspicions"))


def why_of(at: Opened, row: SuspicionRow) -> str:
    """Return why something is suspected, with its figures, in the reader's language."""
    told = dict(row.figures)
    match row.kind:
        case SuspicionKind.LOSS:
            told["came_in"] = _energy(row.utility, int(told["came_in"]))
            told["share"] = percent(Fraction(told["share"]) / 100, rounded=True)
            told["limit"] = f"{exact_text(Fraction(told['limit']))} %"
        case SuspicionKind.ZERO_USE:
            told["mean"] = _energy(row.utility, round(Fraction(told["mean"])))
        case SuspicionKind.SEAL:
            return row.words
        case _:
            told |= {key: exact_text(Fraction(told[key])) for key in ("was", "now")}
    return at.text(f"inspect_why.{row.kind}", **told)


def print_inspections(at: Opened, found: Sequence[InspectionRow]) -> None:
    """Print a row an inspection."""
    keys = ("number", "state", "order", "about", "inspectors", "finding", "added")
    rows = [
        (
            row.number,
            _state(at, row),
            at.text(f"work_state.{row.order_state}"),
            row.about.partition(":")[2],
            " · ".join(str(at.name_of(each)) for each in row.inspectors),
            at.text(f"inspect_finding.{row.finding}") if row.finding else None,
            _energy(row.missed["utility"], row.missed["total"]) if row.missed else None,
        )
        for row in found
    ]
    print_table(_heads(at, *keys), rows, right=(6,), nothing=at.text("none.inspections"))


def print_inspection(at: Opened, story: InspectionStory) -> None:
    """Print an inspection: facts, evidence, what is billed."""
    row, zone = story.inspection, at.site.zone
    facts: dict[str, Any] = {
        "number": row.number,
        "state": _state(at, row),
        "order": at.text(f"work_state.{row.order_state}"),
        "kind": at.text(f"inspect_kind.{story.suspicion.kind}"),
        "about": row.about.partition(":")[2],
        "why": why_of(at, story.suspicion),
        "inspectors": " · ".join(str(at.name_of(each)) for each in row.inspectors),
        "finding": at.text(f"inspect_finding.{row.finding}") if row.finding else "",
        "error": f"{exact_text(Fraction(row.error_percent))} %" if row.error_percent else "",
        "from": row.first_day,
        "to": row.last_day,
        "words": row.words,
        "finder": at.name_of(row.found_by),
    }
    if row.missed:
        method = row.missed["method"]
        facts |= {
            "point": row.missed["point"],
            "method": at.text(f"inspect_method.{method}"),
            **_figures(row.missed["utility"], row.missed["figures"]),
            "added": _energy(row.missed["utility"], row.missed["total"]),
            "adjustment": row.missed["adjustment"][:SHORT],
            "rules": row.missed["rules"],
            "proposer": at.name_of(row.proposed_by),
            "approver": at.name_of(row.approved_by),
        }
    print_facts([(at.text(f"inspect_head.{key}"), value) for key, value in facts.items() if value])
    if story.evidence:
        print(f"\n{at.text('inspect.evidence')}")
        keys = ("seen", "person", "readings", "seals", "error", "words")
        rows = [
            (
                each.seen_at.astimezone(zone),
                at.name_of(each.person),
                ", ".join(each.readings),
                ", ".join(each.seals),
                f"{exact_text(Fraction(each.error_percent))} %" if each.error_percent else None,
                each.words,
            )
            for each in story.evidence
        ]
        print_table(_heads(at, *keys), rows, right=(4,))


def _figures(utility: str, figures: dict[str, str]) -> dict[str, Any]:
    """Return what a method rests on, as people write it."""
    told: dict[str, Any] = {}
    if "per_day" in figures:
        told["per_day"] = _energy(utility, round(Fraction(figures["per_day"])))
    if "used" in figures:
        told["compared"] = f"{figures['from']} – {figures['to']}"
    if "load" in figures:
        told |= {key: exact_text(Fraction(figures[key])) for key in ("load", "hours")}
    return told


def _state(at: Opened, row: InspectionRow) -> str:
    return at.text("inspect_state.refused" if row.refused else f"inspect_state.{row.state}")


def _energy(utility: str, base: int) -> str:
    of = Utility(utility)
    unit = UNIT_OF[of]
    return f"{exact_text(Fraction(base) / to_base(of, unit))} {unit}"


def _heads(at: Opened, *keys: str) -> list[str]:
    return [at.text(f"inspect_head.{key}") for key in keys]
