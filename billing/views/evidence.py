"""In: the proof of a finding. Out: its names and values as a person reads them. Pure."""

from __future__ import annotations

from typing import Any, Final

from billing.money import display_text
from billing.views.case_story import CaseStory
from energy.base.text import catalogue, t
from energy.views.findings import FindingRow

_COUNTS: Final = frozenset(
    {
        *("before", "after", "count", "least", "greatest", "modulus", "counts_if_rolled_over"),
        "not_counted_at_least",
    }
)
"""Keys of proofs that are counts of the register."""
_OF_REGISTERS: Final = ("register.", "reading.", "interval.", "meter.pulse_drift")
"""Beginnings of the codes whose counts are those of the channel in doubt."""
_UNSAID: Final = frozenset({"source", "point"})
"""Keys that say again what a case says at its head."""


def named_proof(language: str, row: FindingRow, story: CaseStory) -> list[tuple[str, str]]:
    """Return what a finding's proof says: names in a language, counts as the register shows them.

    Args:
        language: Of the reader.
        row: The finding.
        story: Of its case.
    """
    said = {key: value for key, value in row.proof.items() if key not in _UNSAID}
    ordered = sorted(said.items(), key=lambda item: (item[0] != "before", item[0]))
    return [
        (evidence_name(language, key), _value(language, row.key.code, key, value, story))
        for key, value in ordered
    ]


def evidence_name(language: str, key: str) -> str:
    """Return the name of a key of a proof; its words where none is known."""
    known = f"evidence.{key}"
    return t(language, known) if known in catalogue() else key.replace("_", " ")


def _value(language: str, code: str, key: str, value: Any, story: CaseStory) -> str:
    if isinstance(value, bool):
        return t(language, f"evidence.yes_no.{str(value).lower()}")
    if isinstance(value, int) and story.unit and code.startswith(_OF_REGISTERS):
        wrong = key == "wrong" and code == "reading.out_of_order"
        if key in _COUNTS or wrong:
            return f"{display_text(value, story.resolution)} {story.unit}"
        if key == "pace_per_hour":
            return f"{display_text(value, story.resolution)} {story.unit}/h"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)
