"""In: the configuration. Out: the parts of one process, wired together. I/O when used.

The composition root: nothing else builds a database, a vault or a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from energy.base.aggregate import use_clock
from energy.base.clock import Clock, clock_from_environment
from energy.base.config import Config, load_config
from energy.base.roles import OWNER, SEALER, WEB, WRITER
from energy.base.secrets import PersonVault, master_key
from energy.journal.archive_read import use_archive
from energy.journal.directory import People, TableKeys
from energy.store.embedded import EmbeddedPostgres, EmbeddedSettings
from energy.store.pool import Database
from energy.store.sites import Site, list_sites, the_site
from energy.store.wall import STAFF

__all__ = ["OWNER", "SEALER", "WEB", "WRITER", "System", "build", "database_of", "embedded_of"]
ELSEWHERE = "postgres.elsewhere"
"""File in a data directory that names where its database lies, when not there."""


@dataclass(frozen=True)
class System:
    """What every process of an installation needs."""

    config: Config
    role: str
    clock: Clock
    lock_timeout_s: float = 0.0
    """Longest wait for a lock; 0 waits for ever. [s]"""

    @cached_property
    def database(self) -> Database:
        """Return the process's pool in its role."""
        return database_of(self.config, self.role, lock_timeout_s=self.lock_timeout_s)

    @cached_property
    def walled(self) -> Database:
        """Return a pool that sees what each transaction says, and nothing where none does."""
        return database_of(self.config, self.role, lock_timeout_s=self.lock_timeout_s, scope="")

    @cached_property
    def vault(self) -> PersonVault:
        """Return what seals and opens personal fields."""
        key = master_key(self.config.secrets_dir / "master.key")
        return PersonVault(key, TableKeys(self.database))

    @cached_property
    def people(self) -> People:
        """Return the people of the installation."""
        return People(self.database, self.clock, self.vault)

    @cached_property
    def site(self) -> Site:
        """Return the site meant by the configuration."""
        return the_site(self.database, self.config.site)

    def sites(self) -> list[Site]:
        """Return the sites a process serves: the one the configuration names, else all.

        Raises:
            UnknownSiteError: The site named is not in the directory.
        """
        if self.config.site:
            return [the_site(self.database, self.config.site)]
        return list_sites(self.database)

    def close(self) -> None:
        """Close the pools."""
        for name in ("database", "walled"):
            if name in self.__dict__:
                getattr(self, name).close()


def build(
    role: str,
    *,
    config: Config | None = None,
    path: Path | None = None,
    environment: Mapping[str, str] | None = None,
    lock_timeout_s: float = 0.0,
) -> System:
    """Return a process's system.

    Args:
        role: Database role of the process.
        config: A ready configuration; else it is read.
        path: Settings file.
        environment: Instead of os.environ.
        lock_timeout_s: Longest wait for a lock, for processes that serve many sites. [s]

    Raises:
        ConfigError: A setting is wrong.
    """
    clock = clock_from_environment()
    use_clock(clock)
    chosen = config or load_config(path, environment)
    return System(config=chosen, role=role, clock=clock, lock_timeout_s=lock_timeout_s)


def embedded_of(config: Config) -> EmbeddedPostgres:
    """Return the launcher of the embedded server (not started)."""
    extension_dir = Path(config.extension_dir) if config.extension_dir else None
    elsewhere = config.data_dir / ELSEWHERE
    data_dir = Path(elsewhere.read_text()) if elsewhere.exists() else config.data_dir / "postgres"
    wal_archive = Path(config.wal_archive) if config.wal_archive else None
    return EmbeddedPostgres(
        EmbeddedSettings(data_dir=data_dir, extension_dir=extension_dir, wal_archive=wal_archive)
    )


def move_postgres_elsewhere(config: Config) -> EmbeddedPostgres:
    """Choose a place that an unprivileged account can enter; return its launcher.

    For root where no user namespace may be made (containers) and the data directory lies in a
    private home: PostgreSQL then runs as another account, which cannot enter there.
    """
    name = hashlib.sha256(str(config.data_dir).encode()).hexdigest()[:12]
    place = Path("/var/lib/meterline") / f"postgres-{name}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.parent.chmod(0o711)
    (config.data_dir / ELSEWHERE).write_text(str(place))
    return embedded_of(config)


def database_of(
    config: Config,
    role: str,
    *,
    max_size: int | None = None,
    lock_timeout_s: float = 0.0,
    scope: str = STAFF,
) -> Database:
    """Return a pool in a role: of the embedded server, or of METERLINE_DSN.

    Args:
        config: The settings.
        role: One of the four roles.
        max_size: Most connections; None means the setting's.
        lock_timeout_s: Longest wait for a lock; 0 waits for ever. [s]
        scope: What a transaction that does not say it sees in the role of the web process.
    """
    use_archive([config.archive_dir])  # who reads the database's journals reads its segments too
    size = max_size or config.pool_size
    own = {WRITER: config.dsn_writer, WEB: config.dsn_web}.get(role, "")
    dsn = own or config.dsn or embedded_of(config).dsn(user=role)
    assumed = role if config.dsn and not own else None
    return Database(dsn, role=assumed, max_size=size, lock_timeout_s=lock_timeout_s, scope=scope)
