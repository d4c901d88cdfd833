"""In: an exception of a run. Out: what it is about, in words of a reader. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from billing.runs.exceptions import RunException
from energy.base.text import catalogue, t


def cause_told(language: str, cause: str) -> str:
    """Return the word for a cause; a finding's code says what that finding says."""
    for key in (f"cli.bill.cause.{cause}", f"finding.{cause}"):
        if key in catalogue():
            return t(language, key)
    return cause


def exception_told(language: str, each: RunException, zone: ZoneInfo) -> str:
    """Return what an exception is about: what a finding says and of when, or figures.

    Args:
        language: Of the reader.
        each: The exception.
        zone: Of the site.
    """
    proof = each.proof
    if "codes" in proof:
        said = [f"finding.{code}" for code in proof["codes"]]
        words = [
            t(language, key) if key in catalogue() else key.removeprefix("finding.") for key in said
        ]
        begin, end = (
            datetime.fromisoformat(proof[key]).astimezone(zone).strftime("%Y-%m-%d %H:%M")
            for key in ("from", "to")
        )
        return f"{', '.join(words)}{_text(language, 'span', begin=begin, end=end)}"
    parts = [f"{each.cause}.{key}" for key in sorted(proof)]
    if each.cause == "zero":
        parts = ["zero.again" if proof.get("before") is False else "zero.first"]
    told = {key.replace(" ", "_"): _value(value) for key, value in proof.items()}
    known = [part for part in parts if f"cli.bill.what.{part}" in catalogue()]
    said = [_text(language, part, **told) for part in known]
    return ", ".join(said) or cause_told(language, each.cause)


def _text(language: str, key: str, **values: object) -> str:
    return t(language, f"cli.bill.what.{key}", **values)


def _value(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
