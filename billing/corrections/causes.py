"""In: a document as billed, one as it would be drafted now. Out: why they differ. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from energy.base.text import t

Document = Mapping[str, Any]
LANGUAGES: Final = ("en", "zh")


def causes_between(was: Document, now: Document) -> list[dict[str, Any]]:
    """Return what changed of each supply, as JSON values.

    Args:
        was: What stands billed.
        now: The document as it would be drafted now.
    """
    old = {_key(block): block for block in was["supplies"]}
    found: list[dict[str, Any]] = []
    for block in now["supplies"]:
        before = old.get(_key(block))
        if before is None:
            found.append({"cause": "other", "point": block["point"]})
            continue
        mine = [*_usage(before, block), *_tariffs(before, block)]
        if not mine and before["charges"] != block["charges"]:
            mine = [{"cause": "other"}]
        found += [{"point": block["point"], **each} for each in mine]
    return found


def reason_of(causes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return one clause that says why an invoice is corrected, by language."""
    kinds = sorted({str(each["cause"]) for each in causes}) or ["other"]
    return {
        language: t(language, "bill.correction.and").join(
            t(language, f"bill.correction.cause.{kind}") for kind in kinds
        )
        for language in LANGUAGES
    }


def _key(block: Mapping[str, Any]) -> tuple[str, str]:
    return block["point"], block["first_day"]


def _usage(before: Mapping[str, Any], block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the change of usage, with the days that it lies on."""
    found: list[dict[str, Any]] = []
    if before.get("adjusted") != block.get("adjusted"):
        found.append({"cause": "meter_error"})
    days = [
        n for n, pair in enumerate(zip(before["daily"], block["daily"], strict=False))
        if pair[0] != pair[1]
    ]  # fmt: skip
    was, now = (_total(each) for each in (before, block))
    if not days and was == now:
        return found
    first = date.fromisoformat(block["first_day"])
    told = {
        "was": was,
        "now": now,
        "unit": (block["usage"] or before["usage"] or {}).get("unit"),
        "days": [(first + timedelta(days=n)).isoformat() for n in (days[0], days[-1])]
        if days
        else None,
    }
    if found:
        return [{**found[0], **told}]
    return [{"cause": "readings", **told}]


def _total(block: Mapping[str, Any]) -> str | None:
    usage = block["usage"]
    return None if usage is None else usage["total"]


def _tariffs(before: Mapping[str, Any], block: Mapping[str, Any]) -> list[dict[str, Any]]:
    was, now = (
        [[row["tariff"], row["version"], row["first_day"]] for row in each["tariffs"]]
        for each in (before, block)
    )
    hashes = ([row["sha256"] for row in each["tariffs"]] for each in (before, block))
    one, other = hashes
    return [] if one == other and was == now else [{"cause": "tariff", "was": was, "now": now}]
