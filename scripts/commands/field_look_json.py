"""In: what was found at a link or a device. Out: values for machines. Pure."""

from __future__ import annotations

from typing import Any

from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.field_look_print import digits_or_dash

if runs():
    from adapters.modbus.probing.judge import Ranked
    from processes.technician_judgement import Judgement
    from processes.technician_look import Look
    from processes.technician_probe import Probe
    from processes.technician_scan import Guess, Scan


def scan_json(scan: Scan, language: str) -> dict[str, Any]:
    """Return a scan for machines."""
    return {
        "link": scan.link,
        "asked": scan.asked,
        "silent": scan.silent,
        "units": [
            {
                "unit": unit.unit,
                "presence": unit.presence,
                "answer_ms": unit.answer_ms,
                "guess": None if unit.guess is None else _guess_json(unit.guess),
                "serial": unit.serial,
            }
            for unit in scan.units
        ],
        "notes": [_judgement_json(note, language) for note in scan.notes],
        "budget": None if scan.budget is None else _judgement_json(scan.budget, language),
    }


def _guess_json(guess: Guess) -> dict[str, Any]:
    return {
        "profile": guess.profile,
        "product": guess.product,
        "score": f"{guess.score:.4f}",
        "twins": guess.twins,
        "unsure": guess.unsure,
    }


def probe_json(probe: Probe, language: str) -> dict[str, Any]:
    """Return a probe for machines."""
    verdict = probe.verdict
    return {
        "where": probe.where,
        "unit": probe.unit,
        "settled": verdict.settled,
        "asked": probe.asked,
        "complete": probe.complete,
        "candidates": [_ranked_json(ranked, language) for ranked in verdict.ranked[:5]],
        "differences": [
            {
                "quantity": each.quantity,
                "first": digits_or_dash(each.first),
                "second": digits_or_dash(each.second),
            }
            for each in verdict.differences()
        ],
    }


def _ranked_json(ranked: Ranked, language: str) -> dict[str, Any]:
    candidate = ranked.candidate
    return {
        "profile": candidate.profile,
        "twins": ranked.twins,
        "score": f"{ranked.score:.6f}",
        "bits": f"{ranked.bits:.1f}",
        "function_code": candidate.function_code,
        "offset": candidate.deviation.offset,
        "word_order": candidate.map.word_order,
        "scales": ranked.scales,
        "evidence": [
            {
                "code": each.code,
                "bits": f"{each.bits:.1f}",
                "text": t(language, f"look.evidence.{each.code}", **each.values),
            }
            for each in ranked.evidence
        ],
    }


def look_json(look: Look, language: str) -> dict[str, Any]:
    """Return a look for machines."""
    return {
        "at": look.shown.at,
        "where": look.where,
        "unit": look.unit,
        "profile": look.shown.map.id,
        "values": look.shown.values,
        "plate": look.shown.plate,
        "phases": [
            {
                "phase": phase.number,
                "angle_degree": None if phase.angle is None else f"{phase.angle:.1f}",
                "signed": phase.signed,
                "live": phase.live,
            }
            for phase in look.phases
        ],
        "checks": [_judgement_json(each, language) for each in look.judgements],
        "side": None if look.side is None else look.side.side,
        "candidates": look.candidates,
    }


def _judgement_json(judgement: Judgement, language: str) -> dict[str, Any]:
    return {
        "name": judgement.name,
        "outcome": judgement.outcome,
        "code": judgement.code,
        "text": judgement.text(language),
    }
