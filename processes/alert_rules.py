"""In: rule files, keys of rules. Out: rules of a site, or one on trial. I/O: files, reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from energy.alerting.rule_reads import list_rules, read_channels
from energy.alerting.rules.spec import RuleSpec
from energy.alerting.rules.tables import SiteFacts, read_rule_tables
from energy.alerting.trial import specs_on_trial
from energy.base.text import Worded
from energy.metering.definition_file import DefinitionFileError, read_definitions
from energy.store.sites import Site
from energy.system import System


class RuleFileError(DefinitionFileError):
    """A file of rules is wrong; nothing was defined."""

    code = "rule.file"
    TEXT = "rule.file"


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
        problems.append(Worded.of("why.rule.none"))
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
    told = [] if file is None else read_rules_of(system, site, file)
    with system.database.connection() as connection:
        rows = list_rules(connection, site.schema, site.zone)
        versions = [row.spec for row in rows if row.key == key]
        if file is not None:
            versions = [{**spec, "version": 0} for spec in told if spec["key"] == key]
        return specs_on_trial(site, key, versions, read_channels(connection, site.schema))
