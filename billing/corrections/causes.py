"""In: a document as billed, one as it would be drafted now. Out: why they differ. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from energy.base.text import t

Document = Mapping[str, Any]
LANGUAGES: Final = ("en", "zh")


def causes_between(was: Document, now: Document, acts: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return what changed of each point and on which days, as JSON values.

    Args:
        was: What stands billed.
        now: The document as it would be drafted now.
        acts: What was agreed with the account in between, by topic: it is why, where nothing else
            says so.
    """
    found: list[dict[str, Any]] = []
    for point in dict.fromkeys(block["point"] for block in [*now["supplies"], *was["supplies"]]):
        before, after = (
            [block for block in each["supplies"] if block["point"] == point] for each in (was, now)
        )
        mine = _tariffs(before, after)
        if [_days(block) for block in before] == [_days(block) for block in after]:
            pairs = zip(before, after, strict=True)
            mine = [each for pair in pairs for each in _usage(*pair)] + mine
        if not mine and _charged(before) != _charged(after):
            mine = [_otherwise(before, after, acts)]
        found += [{"point": point, **each} for each in mine]
    return found


def reason_of(causes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return one clause that says why an invoice is corrected, by language; a person's own words.

    Args:
        causes: Of the proposal; one of a credit bears what the person typed.
    """
    typed = [str(each["why"]) for each in causes if "why" in each]
    if typed:
        return dict.fromkeys(LANGUAGES, "; ".join(typed))
    kinds = sorted({str(each["cause"]) for each in causes}) or ["other"]
    orders = ", ".join(dict.fromkeys(n for each in causes for n in each.get("inspections", ())))
    return {
        language: t(language, "bill.correction.and").join(
            t(language, f"bill.correction.cause.{kind}", orders=orders) for kind in kinds
        )
        for language in LANGUAGES
    }


def _days(block: Mapping[str, Any]) -> tuple[str, str]:
    return block["first_day"], block["last_day"]


def _charged(blocks: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [block["charges"] for block in blocks]


def _otherwise(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], acts: Sequence[str]
) -> dict[str, Any]:
    """Return that the contract says otherwise, or that nobody can say why."""
    days = [day for block in [*before, *after] for day in _days(block)]
    told = {"days": [min(days), max(days)]}
    if acts:
        return {"cause": "terms", "acts": sorted(set(acts)), **told}
    return {"cause": "other", **told}


def _usage(before: Mapping[str, Any], block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the change of usage, with the days that it lies on."""
    found: list[dict[str, Any]] = []
    if before.get("adjusted") != block.get("adjusted"):
        inspected = new_inspections([before], [block])
        told: dict[str, Any] = {"cause": "readings" if _followed(before, block) else "meter_error"}
        if inspected:
            told = {"cause": "inspection", "inspections": inspected}
        found.append(told)
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


def _followed(before: Mapping[str, Any], block: Mapping[str, Any]) -> bool:
    """Return whether what was decided of a meter's error adds something else to one of its days.

    A day is adjusted once: that changes where its readings do.
    """
    was, now = (
        {each["day"]: each["amount"] for each in one.get("adjusted", ())} for one in (before, block)
    )
    return any(now.get(day) != amount for day, amount in was.items())


def new_inspections(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Return the inspections whose findings some blocks of supplies bear, and others did not."""
    was = {number for block in before for number in block.get("inspections", ())}
    now = [number for block in after for number in block.get("inspections", ())]
    return sorted(set(now) - was)


def _total(block: Mapping[str, Any]) -> str | None:
    usage = block["usage"]
    return None if usage is None else usage["total"]


def _tariffs(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the change of the tariffs, with the days on which another one holds."""
    was, now = ([row for block in blocks for row in block["tariffs"]] for blocks in (before, after))
    old, new = (_by_day(rows) for rows in (was, now))
    days = sorted(day for day in old.keys() | new.keys() if old.get(day) != new.get(day))
    if not days:
        return []
    told = ([[row["tariff"], row["version"], row["first_day"]] for row in each]
            for each in (was, now))  # fmt: skip
    return [
        {
            "cause": "tariff",
            **dict(zip(("was", "now"), told, strict=True)),
            "days": [days[0].isoformat(), days[-1].isoformat()],
        }
    ]


def _by_day(rows: Sequence[Mapping[str, Any]]) -> dict[date, tuple[str, str]]:
    """Return which form of which tariff holds on each day."""
    found: dict[date, tuple[str, str]] = {}
    for row in rows:
        first, last = (date.fromisoformat(row[key]) for key in ("first_day", "last_day"))
        for n in range((last - first).days + 1):
            found[first + timedelta(days=n)] = row["tariff"], row["sha256"]
    return found
