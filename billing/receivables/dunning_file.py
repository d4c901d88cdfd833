"""In: a TOML file of dunning rules. Out: the rules, or every problem with its path. Pure."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal

from billing.checked_table import CheckedTable
from billing.receivables.dunning_rules import (
    DayCount,
    DunningLevel,
    DunningRules,
    LateFeeRule,
    RatePer,
)
from billing.receivables.errors import PaymentError

LARGEST = 100_000
"""Rules are a page of text. [octet]"""


def read_rules(octets: bytes) -> DunningRules:
    """Return the rules of a file.

    Raises:
        PaymentError: Lists every problem.
    """
    problems: list[str] = []
    rules = DunningRules(levels=())
    try:
        if len(octets) > LARGEST:
            problems.append(f"file: has more than {LARGEST} octets")
        else:
            rules = _read(CheckedTable(tomllib.loads(octets.decode("utf-8")), "", problems))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"file: {error}")
    if problems:
        rows = "\n".join(f"  - {problem}" for problem in problems)
        raise PaymentError.of("rules", many=len(problems), problems=rows)
    return rules


def _read(top: CheckedTable) -> DunningRules:
    levels: list[DunningLevel] = []
    for table in top.tables("level"):
        level = _level(table, len(levels) + 1)
        if levels and level.days <= levels[-1].days:
            table.note("days", "must be more than those of the level before")
        levels.append(level)
    if not levels:
        top.note("level", "is missing: at least one letter")
    fee = _late_fee(top.table("late_fee")) if top.has("late_fee") else None
    top.done()
    return DunningRules(levels=tuple(levels), late_fee=fee)


def _level(table: CheckedTable, number: int) -> DunningLevel:
    level = DunningLevel(
        level=number,
        days=table.whole("days", least=1, most=3650),
        pay_within=table.whole("pay_within", least=1, most=365),
        text=table.names("text"),
        fee=table.decimal("fee", least=Decimal(0)) if table.has("fee") else Decimal(0),
    )
    if table.has("disconnection"):
        level = replace(level, disconnection=table.text("disconnection") == "announced")
    table.done()
    return level


def _late_fee(table: CheckedTable) -> LateFeeRule:
    per = table.choice("per", RatePer)
    rule = LateFeeRule(
        rate=table.decimal("rate", least=Decimal(0)),
        per=per,
        since=table.day("since") if table.has("since") else date.min,
        grace_days=table.whole("grace_days", least=0, most=365) if table.has("grace_days") else 0,
        cap=table.decimal("cap", least=Decimal(0)) if table.has("cap") else None,
        least=table.decimal("least", least=Decimal(0)) if table.has("least") else Decimal(0),
    )
    if per is RatePer.YEAR:
        rule = replace(rule, day_count=table.choice("day_count", DayCount))
    if not table.has("since"):
        table.note("since", "is missing: the first due day of documents that it holds for")
    if rule.rate > 1:
        table.note("rate", "is a part of one: 0.0005 is 0.05 per cent")
    table.done()
    return rule
