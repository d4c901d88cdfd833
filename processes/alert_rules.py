"""In: rule files, keys of rules, back-tests. Out: rules of a site, cases to be read. I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from energy.alerting.backtest import BackTest, Case
from energy.alerting.rule_reads import list_rules, read_channels
from energy.alerting.rules.kinds import WatchedChannel, specs_of
from energy.alerting.rules.spec import RuleSpec, Scale
from energy.alerting.rules.tables import SiteFacts, read_rule_tables
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.metering.definition_file import DefinitionFileError, read_definitions
from energy.store.sites import Site
from energy.system import System


class RuleFileError(DefinitionFileError):
    """A file of rules is wrong; nothing was defined."""

    code = "rule.file"
    TEXT = "rule.file"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One alert that there would have been, as people read it."""

    about: str
    raised_at: datetime
    """In the site's zone."""
    cleared_at: datetime | None
    value: Decimal
    limit: Decimal
    unit: str


def read_rules_of(system: System, site: Site, file: Path) -> list[dict[str, Any]]:
    """Return the rules of a file as events store them, version left open.

    Args:
        system: Parts of a process.
        site: The site.
        file: TOML with [[rule]] tables.

    Raises:
        RuleFileError: Lists every problem.
        OSError: It cannot be read.
    """
    checker = read_definitions(file.read_text(encoding="utf-8"), {"rule"}, RuleFileError)
    with system.database.connection() as connection:
        channels = read_channels(connection, site.schema)
        known = list_rules(connection, site.schema, site.zone)
    facts = SiteFacts(
        channels=list(channels.values()), zone=site.zone, keys=[each.key for each in known]
    )
    found, problems = read_rule_tables(checker.document, facts)
    problems = [*checker.problems, *problems]
    if not found and not problems:
        problems.append("file: no [[rule]] table")
    if problems:
        raise RuleFileError(problems)
    return found


def rule_to_test(system: System, site: Site, key: str, file: Path | None) -> list[RuleSpec]:
    """Return a rule, one a subject: its newest version, switched on or not, or that of a file.

    Args:
        system: Parts of a process.
        site: The site.
        key: Of the rule.
        file: A file with it; None: the rule is defined.

    Raises:
        RefusedError: There is no such rule.
        RuleFileError: Lists every problem of the file.
    """
    with system.database.connection() as connection:
        channels = read_channels(connection, site.schema)
        rows = list_rules(connection, site.schema, site.zone)
    if file is not None:
        told = [spec for spec in read_rules_of(system, site, file) if spec["key"] == key]
        versions = [{**spec, "version": 0} for spec in told]
    else:
        versions = [row.spec for row in rows if row.key == key]
    if not versions:
        raise RefusedError.of("rule.unknown", key=key)
    return specs_of(id_of("rule on trial", site.key, key), versions[-1], site.zone, channels)


def case_rows(system: System, site: Site, spec: RuleSpec, found: BackTest) -> list[CaseRow]:
    """Return the cases of a back-test as people read them.

    Args:
        system: Parts of a process.
        site: The site.
        spec: The rule.
        found: Its back-test.
    """
    with system.database.connection() as connection:
        channels = read_channels(connection, site.schema)
    scale = spec.terms.scale
    return [_row(site, scale, channels.get(case.subject.channel), case) for case in found.cases]


def _row(site: Site, scale: Scale | None, channel: WatchedChannel | None, case: Case) -> CaseRow:
    about = case.subject.name if channel is None else f"{channel.point}/{channel.quantity}"
    if scale is not None:
        step, unit = scale.resolution, scale.unit
    else:
        step, unit = (channel.per_count, channel.unit) if channel else (Fraction(1), "")
    return CaseRow(
        about=about,
        raised_at=case.raised_at.astimezone(site.zone),
        cleared_at=case.cleared_at and case.cleared_at.astimezone(site.zone),
        value=_decimal(case.value * step),
        limit=_decimal(case.limit * step),
        unit=unit,
    )


def _decimal(value: Fraction) -> Decimal:
    """Return a value with up to six digits behind the point."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return round(exact, 6).normalize() + Decimal(0)
