"""In: drafts of a run, earlier bills, limits. Out: what a person should look at, by money. Pure.

An exception is computed, never stored. Its key says what it is about and how much, so that a
decision does not outlive other figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.canonical import canonical_json, sha256_of
from billing.money import exact_text, exponent_of, plain, round_half_up
from billing.runs.review import ReviewedDraft
from energy.base.finding import Finding, Severity

CAUSES_OF_CODES: dict[str, str] = {
    "bill.usage_missing": "missing",
    "reading.missing": "missing",
    "bill.no_single_channel": "missing",
    "bill.point_unknown": "missing",
    "register.negative_step": "reversed",
    "register.backwards": "reversed",
    "bill.tariff_missing": "tariff_gap",
    "bill.tariff_of_other_utility": "tariff_gap",
}
"""Cause of a finding by its code; the code itself where none is named."""
COMPUTED = ("estimated", "reversed", "replaced", "outside_band", "zero", "negative", "loss")
"""Causes found in figures, not by findings."""
ESTIMATED = frozenset({"estimated"})
KEY_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on something is an exception; settings of the installation."""

    estimated_percent: int = 20
    """Part of a supply's intervals that are estimated. [%]"""
    band_percent: int = 50
    """How far usage a day may be from that of the last bills, and of last year's. [%]"""
    loss_percent: int = 10
    """Part of a utility's supply that is neither billed nor own use. [%]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSupply:
    """What an account was billed for at a point before."""

    per_day: tuple[Fraction, ...]
    """Usage a day on the last bills, the newest first. [unit / d]"""
    last_year: Fraction | None
    """The same of the same days a year ago; None where unknown. [unit / d]"""
    money_per_day: Fraction
    """On the newest bill. [currency / d]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityLoss:
    """What a utility lost in the days of a run."""

    utility: str
    supplied: str
    lost: str
    unit: str
    part: Fraction
    """Of what was supplied. [1]"""
    money: Decimal
    """At the average price billed. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunException:
    """Something of a run that a person should look at."""

    key: str
    cause: str
    account: str
    """Empty where the whole run is meant."""
    point: str | None
    money: Decimal
    """What hangs on it. [currency]"""
    barred: bool
    """Whether it forbids to bill: it cannot be accepted."""
    asked: bool
    """Whether it must be decided about; what findings only warn of need not."""
    proof: Mapping[str, Any] = field(default_factory=dict)


def exceptions_of(
    drafts: Sequence[ReviewedDraft],
    past: Mapping[tuple[str, str], PastSupply],
    losses: Sequence[UtilityLoss],
    limits: Limits,
    points: Mapping[int, str],
) -> list[RunException]:
    """Return what a person should look at, the most money first.

    Args:
        drafts: Of the run.
        past: What was billed before, by account and point.
        losses: Of each utility in the days of the run.
        limits: From where on something is an exception.
        points: Metering point by channel, for the findings.
    """
    found = [each for draft in drafts for each in _of_draft(draft, past, limits, points)]
    found += [
        _exception(
            "loss",
            "",
            None,
            each.money,
            {
                "utility": each.utility,
                "supplied": each.supplied,
                "lost": each.lost,
                "unit": each.unit,
                "percent": _percent(each.part),
            },
        )
        for each in losses
        if abs(each.part) * 100 > limits.loss_percent
    ]
    return sorted(found, key=lambda each: (-each.money, each.cause, each.account, each.key))


def _exception(
    cause: str,
    account: str,
    point: str | None,
    money: Decimal,
    proof: Mapping[str, Any],
    *,
    barred: bool = False,
    asked: bool = True,
) -> RunException:
    told = canonical_json([cause, account, point, plain(money), proof])
    return RunException(
        key=sha256_of(told)[:KEY_LENGTH],
        cause=cause,
        account=account,
        point=point,
        money=money,
        barred=barred,
        asked=asked,
        proof=dict(proof),
    )


def _of_draft(
    draft: ReviewedDraft,
    past: Mapping[tuple[str, str], PastSupply],
    limits: Limits,
    points: Mapping[int, str],
) -> Iterator[RunException]:
    document = json.loads(draft.document)
    digits = exponent_of(document["currency"])
    for block in document["supplies"]:
        before = past.get((draft.account, block["point"]))
        money = _money(block, before, digits)
        for cause, proof in _of_block(block, before, limits):
            yield _exception(cause, draft.account, block["point"], money, proof)
    if draft.total < 0:
        proof = {"total": plain(draft.total)}
        yield _exception("negative", draft.account, None, abs(draft.total), proof)
    yield from _of_findings(draft, document, past, points, digits)


def _of_findings(
    draft: ReviewedDraft,
    document: Mapping[str, Any],
    past: Mapping[tuple[str, str], PastSupply],
    points: Mapping[int, str],
    digits: int,
) -> Iterator[RunException]:
    blocks = {block["point"]: block for block in document["supplies"]}
    grouped: dict[tuple[str, str | None, bool], list[Finding]] = {}
    for finding in draft.findings:
        told = finding.proof.get("point")
        point = points.get(finding.channel or 0) or (str(told) if told else None)
        cause = CAUSES_OF_CODES.get(finding.code, finding.code)
        barred = finding.severity is Severity.DO_NOT_BILL
        grouped.setdefault((cause, point, barred), []).append(finding)
    for (cause, point, barred), findings in grouped.items():
        block = blocks.get(point or "")
        before = past.get((draft.account, point or ""))
        money = abs(draft.total) if block is None else _money(block, before, digits)
        proof = {
            "codes": sorted({each.code for each in findings}),
            "findings": len(findings),
            "from": min(each.start for each in findings).isoformat(),
            "to": max(each.end for each in findings).isoformat(),
        }
        yield _exception(cause, draft.account, point, money, proof, barred=barred, asked=barred)


def _of_block(
    block: Mapping[str, Any], before: PastSupply | None, limits: Limits
) -> Iterator[tuple[str, dict[str, Any]]]:
    part = _estimated(block)
    if part * 100 > limits.estimated_percent:
        yield "estimated", {"percent": _percent(part)}
    back = [n for n, each in enumerate(block["daily"]) if each is not None and Fraction(each) < 0]
    if back:
        yield "reversed", {"days": len(back)}
    serials = [reading["serial"] for reading in block["readings"]]
    if len(set(serials)) > 1:
        yield "replaced", {"serials": serials}
    used = _used(block)
    if used is None:
        return
    if used < 0:
        yield "negative", {"usage": block["usage"]["total"]}
    elif used == 0:
        yield "zero", {"before": before is not None and any(before.per_day)}
    elif before is not None:
        yield from _outside(used / _days(block), before, limits)


def _outside(
    now: Fraction, before: PastSupply, limits: Limits
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield how far usage is from what is known of before; near either of both is inside."""
    told: dict[str, Any] = {}
    known = [each for each in before.per_day if each > 0]
    levels = {"last_bills": sum(known, Fraction(0)) / len(known) if known else None}
    levels["last_year"] = before.last_year or None
    for name, level in levels.items():
        if level is None:
            continue
        off = (now - level) / level
        if abs(off) * 100 <= limits.band_percent:
            return
        told[name] = _percent(off)
    if told:
        yield "outside_band", told


def _estimated(block: Mapping[str, Any]) -> Fraction:
    """Return which part of a supply's priced intervals is estimated."""
    counts: dict[str, int] = {}
    for charge in block["charges"]:
        for quality, many in ((charge["quality"] or {}).get("intervals") or {}).items():
            counts[quality] = counts.get(quality, 0) + many
    whole = sum(counts.values())
    guessed = sum(many for quality, many in counts.items() if quality in ESTIMATED)
    return Fraction(guessed, whole) if whole else Fraction(0)


def _used(block: Mapping[str, Any]) -> Fraction | None:
    usage = block["usage"]
    if usage is None or usage["total"] is None or not block["charges"]:
        return None
    return Fraction(usage["total"])


def _days(block: Mapping[str, Any]) -> int:
    first, last = (date.fromisoformat(block[key]) for key in ("first_day", "last_day"))
    return (last - first).days + 1


def _money(block: Mapping[str, Any], before: PastSupply | None, digits: int) -> Decimal:
    """Return what hangs on a supply: its charges, else what it cost before. [currency]."""
    if block["charges"]:
        charged = sum((Decimal(each["amount"]) for each in block["charges"]), Decimal(0))
        return abs(round_half_up(charged, digits))
    if before is None:
        return round_half_up(0, digits)
    return abs(round_half_up(before.money_per_day * _days(block), digits))


def _percent(part: Fraction) -> str:
    return exact_text(round_half_up(part * 100, 1))
