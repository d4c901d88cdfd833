"""In: a balance of supply nodes. Out: its table and verdicts as a person reads them. Terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import harmless, percent, print_table

if runs():
    from energy.metering.supply.balance import NodeBalance, measured_loss
    from energy.metering.supply.culprit_factors import Explanation
    from energy.metering.supply.culprit_verdict import Reading, Verdict
    from processes.supply_reads import UtilityBalance


def plain_balance(found: UtilityBalance) -> Mapping[str, object]:
    """Return a balance for machines: what is not known is null, what is known stands beside."""
    return {
        "utility": found.utility,
        "base_unit_per_unit": found.per_unit,
        "unit": found.unit,
        "as_of": found.as_of,
        "balances": [
            {
                "node": each.node.key,
                "name": each.node.name,
                "start": each.start,
                "end": each.end,
                "in": each.into,
                "out": each.out,
                "unaccounted": each.unaccounted,
                "known_in": each.known_in,
                "known_out": each.known_out,
                "expected_loss": each.known_loss,
                "share_percent": each.share,
                "limit_percent": each.node.limit_percent,
                "over_limit": each.over_limit,
                "known": each.known,
                "expected": each.expected,
                "quality": each.quality,
                "ties": each.node.ties,
                "unmetered": [*each.node.unmetered_sources, *each.node.unmetered_ends],
            }
            for each in found.balances
        ],
        "verdicts": [_plain_verdict(each) for each in found.verdicts],
    }


def _plain_verdict(verdict: Verdict) -> Mapping[str, object]:
    """Return a verdict for machines; fits are statistics, told to the thousandth."""
    return {
        "node": verdict.node,
        "reading": verdict.reading,
        "meter": verdict.meter,
        "explanations": verdict.explanations,
        "fit": f"{verdict.fit:.3f}",
        "runner_up": f"{verdict.runner_up:.3f}",
        "share_percent": percent_of(verdict.share_percent),
        "residual": verdict.residual,
        "since_interval": verdict.since,
        "other_node": verdict.other_node,
        "tie": verdict.tie,
        "candidates": [
            {"point": each.meter.point, "fit": f"{each.fit:.3f}", "slope": f"{each.slope:.4f}"}
            for each in verdict.candidates
        ],
    }


def print_balance(at: Opened, found: UtilityBalance, *, dated: bool) -> None:
    """Print a balance with what its residuals say.

    Args:
        at: Site and language.
        found: What is printed.
        dated: Whether there is a balance for each day or month.
    """
    keys = ("node", "in", "out", "unaccounted", "loss", "share", "limit", "unit", "known",
            "quality")  # fmt: skip
    heads = [at.text(f"supply.head.{key}") for key in (("day", *keys) if dated else keys)]
    rows = [
        (*((each.start.astimezone(at.site.zone).date(),) if dated else ()), *_row(at, found, each))
        for each in found.balances
    ]
    figures = tuple(n + dated for n in (1, 2, 3, 4, 5, 6, 8))
    print_table(heads, rows, right=figures)
    if any(each.known < each.expected for each in found.balances):
        print(at.text("supply.partly"))
    for each in () if dated else found.balances:
        if each.known == 0:
            print(harmless(_why_unknown(at, found, each)))
    for text in dict.fromkeys(t for each in found.verdicts for t in _said(at, found, each)):
        print(harmless(text))
    if found.as_of is not None:
        print(at.text("usage.as_of", position=found.as_of, mark=""))


def _why_unknown(at: Opened, found: UtilityBalance, each: NodeBalance) -> str:
    """Return why a node has no balance: a source without a meter, or meters that tell nothing."""
    node = each.node
    if node.unmetered_sources:
        names = ", ".join(node.unmetered_sources)
        return at.text("supply.source_unmetered", node=node.key, sources=names)
    silent = ", ".join(found.silent.get(node.key, ()))
    if silent:
        return at.text("supply.meters_silent", node=node.key, points=silent)
    return at.text("supply.never_together", node=node.key)


def _row(at: Opened, found: UtilityBalance, each: NodeBalance) -> Sequence[object]:
    known = each.known > 0
    limit = each.node.limit_percent
    lost = at.text("supply.measured_loss") if measured_loss(each.node) else None
    return (
        each.node.key,
        units(found, each.known_in) if known else None,
        units(found, each.known_out) if known else None,
        units(found, each.known_in - each.known_out) if known else None,
        (lost or units(found, each.known_loss)) if known else None,
        percent_of(each.share) + (" !" if each.over_limit else ""),
        None if limit is None else percent_of(limit),
        found.unit,
        f"{each.known}/{each.expected}",
        at.word(each.quality),
    )


def units(found: UtilityBalance, base: int) -> str:
    """Return base units in the unit that is shown, to its thousandth."""
    return f"{float(Fraction(base) / found.per_unit):,.3f}"


def percent_of(share: Fraction | None) -> str:
    """Return a share as it is shown, to a hundredth of a per cent; a dash where it is not known.

    Args:
        share: The share. [%]
    """
    return percent(None if share is None else share / 100, digits=2, rounded=True)


def _said(at: Opened, found: UtilityBalance, verdict: Verdict) -> Iterator[str]:
    """Yield what a verdict says; nothing where all is well."""
    values = {"node": verdict.node, "other": verdict.other_node or "-"}
    doubtful = any(
        each.node.key == verdict.node and each.share is not None and abs(each.share) > 1
        for each in found.balances
    )
    if verdict.reading is Reading.UNKNOWN and doubtful:
        yield at.text("supply.verdict.unknown", **values)
    if verdict.reading in (Reading.SEVERAL, Reading.NOTHING):
        yield at.text(f"supply.verdict.{verdict.reading}", **values)
    if verdict.reading is not Reading.NAMED:
        return
    hours = found.step_s * max(1, sum(b.known for b in found.balances
                                      if b.node.key == verdict.node))  # fmt: skip
    load_kw = Fraction(verdict.residual * 3600, hours) / found.per_unit
    values |= {
        "meter": "-" if verdict.meter is None else verdict.meter.point,
        "share": percent_of(verdict.share_percent),
        "fit": f"{100 * verdict.fit:.0f} %",
        "load": f"{float(load_kw):,.1f} {found.unit}/h",
        "tie": verdict.tie or "-",
        "amount": f"{units(found, verdict.residual)} {found.unit}",
    }
    for number, each in enumerate(verdict.explanations):
        key = f"supply.fault.{each.fault}"
        text = at.text(key, **values, **_ratios(each))
        yield text if number == 0 else at.text("supply.or", text=text)
    if verdict.since:
        since = found.start + timedelta(seconds=verdict.since * found.step_s)
        yield at.text("supply.since", at=since.astimezone(at.site.zone))


def _ratios(each: Explanation) -> Mapping[str, str]:
    factor = "-" if each.factor is None else f"{float(each.factor):g}"
    return {"entered": each.entered, "true": each.true, "factor": factor}
