"""In: what a command says of the installation it means. Out: its settings, clock and database. I/O.

A command finds what runs in the data directory: the embedded server by its socket, the clock of a
play, the ports that `scripts/up` chose. It starts nothing and stops nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from adapters.own_files import use_own_files
from dashboards.security.scope import Right, Role, Scope, roles_of
from energy.base.aggregate import use_clock
from energy.base.clock import Clock, PlayClock, clock_from_environment
from energy.base.config import Config, load_config, naming
from energy.base.errors import EnergyError, NotPermittedError, RefusedError
from energy.journal.directory import Person, roles_at
from energy.store.errors import DATABASE_AWAY, StoreUnavailableError
from energy.store.sites import Site, the_site
from energy.system import WRITER, System
from processes.collect_plan_file import plan_from_registry
from processes.play_spec import ports_played
from processes.technician_values import NoContactError

DEMOS = ("demo", "airport")
"""Folders below the data directory in which `scripts/up` lives unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One data directory, or one database by METERLINE_DSN."""

    config: Config
    clock: Clock
    environment: Mapping[str, str]
    """Where the sources are, beside what the site says: METERLINE_SOURCE_<KEY>_PORT."""

    @property
    def plan_file(self) -> Path:
        """Return where the collector of this data directory looks for its plan."""
        return self.config.data_dir / "plan.json"

    @property
    def plans_dir(self) -> Path:
        """Return where the collector of several sites looks for their plans."""
        return self.config.data_dir / "plans"

    def plan_file_of(self, site: str) -> Path:
        """Return where the collector looks for a site's plan: one of several, or the only one."""
        one_of_many = self.plans_dir / f"{site}.json"
        return one_of_many if one_of_many.exists() else self.plan_file

    @property
    def supervised(self) -> bool:
        """Return whether a `scripts/up` runs in the data directory."""
        try:
            with (self.config.data_dir / "up.lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def system(self, role: str = WRITER) -> System:
        """Return the parts of a process in a database role, its database known to answer.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        system = System(config=self.config, role=role, clock=self.clock)
        try:
            system.database.direct().close()
        except StoreUnavailableError as error:
            raise _where_to_start(self, error) from error
        return system

    def site(self, system: System) -> Site:
        """Return the site meant.

        Raises:
            UnknownSiteError: There is none, or several and none was named.
        """
        return the_site(system.database, self.config.site)


def refresh_plans(installation: Installation) -> Path:
    """Write what the collector must know, from the registry; older plans stay while it is away.

    Returns:
        The plan of the one site, or the folder of the plans of several.

    Raises:
        StoreUnavailableError: The database does not answer and there is no older plan.
        UnknownSiteError: There is no site yet.
    """
    single, several = installation.plan_file, installation.plans_dir
    try:
        system = installation.system()
    except DATABASE_AWAY:
        if several.exists() and not installation.config.site:
            return several
        if single.exists():
            return single
        raise
    try:
        sites = system.sites()
        if len(sites) < 2 and not several.exists():
            plan_from_registry(system.database, installation.site(system)).save(single)
            return single
        for site in sites:
            plan_from_registry(system.database, site).save(several / f"{site.key}.json")
        return several / f"{sites[0].key}.json" if installation.config.site else several
    finally:
        system.close()


class DatabaseAwayError(StoreUnavailableError):
    """No database answers in the data directory; says what to start."""

    def __init__(self, message: str) -> None:
        """Take the whole message."""
        EnergyError.__init__(self, message)


def _where_to_start(installation: Installation, error: StoreUnavailableError) -> EnergyError:
    if installation.config.dsn:
        return error
    return DatabaseAwayError.of("database.away", data_dir=installation.config.data_dir)


def find_installation(
    *,
    data_dir: Path | None = None,
    site: str | None = None,
    language: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Installation:
    """Return the installation that a command means.

    Args:
        data_dir: Folder named by the command; else the settings', else the demo in it.
        site: Site named by the command.
        language: Language named by the command.
        environment: Instead of os.environ.

    Raises:
        ConfigError: A setting is wrong.
    """
    environment = naming(language, os.environ if environment is None else environment)
    config = load_config(environment=environment)
    if data_dir is not None:
        config = replace(config, data_dir=data_dir.expanduser().resolve())
    elif "METERLINE_DATA_DIR" not in environment and not config.dsn:
        config = replace(config, data_dir=_demo_below(config.data_dir))
    if site is not None:
        config = replace(config, site=site)
    clock = _clock(config.data_dir)
    use_clock(clock)
    use_own_files(config.data_dir)
    overrides = {**ports_played(config.data_dir), **environment}
    return Installation(config=config, clock=clock, environment=overrides)


def _demo_below(folder: Path) -> Path:
    """Return the first demo's folder where the folder itself holds no installation."""
    if (folder / "postgres").exists():
        return folder
    return next((folder / d for d in DEMOS if (folder / d / "postgres").exists()), folder)


def _clock(data_dir: Path) -> Clock:
    play = data_dir / "play.clock"
    return PlayClock(play) if play.exists() else clock_from_environment()


def acting(system: System, sign_in: str, site: Site, right: Right) -> UUID:
    """Return the person who acts, after a look at the roles.

    Args:
        system: The process's system.
        sign_in: Sign-in of the person.
        site: The site at which they act.
        right: What they do.

    Raises:
        RefusedError: There is no such person, or not any more.
        NotPermittedError: The person lacks the role.
    """
    person = _person(system, sign_in)
    scope = Scope(
        person=person.person,
        name=person.name,
        roles=roles_of(roles_at(person.roles, site.key)),
        sites=frozenset({site.key}),
    )
    scope.demand(right, site.key)
    return person.person


def administrator(system: System, sign_in: str) -> UUID:
    """Return the administrator who acts.

    Raises:
        RefusedError: There is no such person, or not any more.
        NotPermittedError: The person is no administrator.
    """
    person = _person(system, sign_in)
    if Role.ADMIN not in roles_of(person.roles):
        raise NotPermittedError.of("person.no_administrator", sign_in=sign_in)
    return person.person


def _person(system: System, sign_in: str) -> Person:
    person = system.people.by_sign_in(sign_in)
    if person is None or person.disabled:
        raise RefusedError.of("person.unknown", sign_in=sign_in)
    return person


def lost_contact(error: BaseException) -> bool:
    """Return whether an error means that somebody did not answer: database, broker, device."""
    return isinstance(error, (NoContactError, *DATABASE_AWAY))
