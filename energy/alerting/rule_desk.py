"""In: rules that people define, switch on, withdraw. Out: rule events in the journal. I/O.

A rule is never edited: what is defined under a key that is there already is its next version, and
takes over on its first day (now, where the table names none). The same table again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from energy.alerting.rule import Rule, rule_id
from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.store.pool import Database
from energy.store.sites import Site

OF_A_VERSION = ("version", "valid_from", "defined_by")
"""What tells two versions of the same rule apart, beside what people wrote."""


class RuleDesk:
    """Where the rules of a site's alerts are kept."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site's rules.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            clock: Tells when a version takes over.
        """
        self._site = site
        self._clock = clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def define(self, spec: Mapping[str, Any], by: UUID) -> int:
        """Define a rule, or its next version; return the version that now holds.

        Args:
            spec: As tables.read_rule_tables returned it.
            by: Who defines it.

        Raises:
            ConflictError: Somebody else defined the same version at the same time.
        """
        versions = list(self._versions(spec["key"]))
        newest = versions[-1] if versions else None
        if newest is not None and not newest.withdrawn and _same(newest.spec, spec):
            return len(versions)
        version = len(versions) + 1
        stored = {**spec, "version": version, "defined_by": str(by)}
        if versions and "valid_from" not in stored:
            stored["valid_from"] = self._clock.now().isoformat()
        made = Rule(
            site=self._site.key,
            key=spec["key"],
            version=version,
            spec=stored,
            command_id=id_of("rule defined", self._site.key, spec["key"], str(version)),
        )
        self._operations.store(made)
        return version

    def enable(self, key: str, by: UUID, *, seen: int | None = None) -> int:
        """Switch on the newest version of a rule; return it.

        Args:
            key: Of the rule.
            by: Who switches it on.
            seen: Version that was looked at; None is the newest, whichever that is.

        Raises:
            RefusedError: There is no such rule, or it is not the version that was looked at.
        """
        newest = self._seen(key, seen)[-1]
        newest.enable(by=by, command_id=id_of("rule enabled", str(newest.id)))
        self._operations.store(newest)
        return newest.number

    def withdraw(self, key: str, by: UUID, *, seen: int | None = None) -> int:
        """Withdraw all versions of a rule; return how many they were.

        Args:
            key: Of the rule.
            by: Who withdraws it.
            seen: As of `enable`.

        Raises:
            RefusedError: There is no such rule, or it is not the version that was looked at.
        """
        versions = self._seen(key, seen)
        for each in versions:
            each.withdraw(command_id=id_of("rule withdrawn", str(each.id), str(by)))
        self._operations.store(*versions)
        return len(versions)

    def _seen(self, key: str, seen: int | None) -> list[Rule]:
        versions = self._standing(key)
        if seen not in {None, versions[-1].number}:
            raise RefusedError.of("rule.defined_anew", key=key)
        return versions

    def _standing(self, key: str) -> list[Rule]:
        standing = [each for each in self._versions(key) if not each.withdrawn]
        if not standing:
            raise RefusedError.of("rule.unknown", key=key)
        return standing

    def _versions(self, key: str) -> Iterator[Rule]:
        """Yield every version of a rule that ever was, in order."""
        number = 1
        while True:
            found = self._operations.find(rule_id(self._site.key, key, number))
            if found is None:
                return
            assert isinstance(found, Rule), "the id is that of a rule"
            yield found
            number += 1


def _same(known: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Return whether a table says what a version says already."""
    own = [each for each in OF_A_VERSION if each not in told]
    return {name: value for name, value in known.items() if name not in own} == dict(told)
