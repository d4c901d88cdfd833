"""In: the journals of an installation. Out: sealed, and signed once a day. I/O: PostgreSQL, files.

Part of the process `jobs`; the command `journal seal` does the same at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import structlog

from energy.base.clock import Clock
from energy.base.config import Config
from energy.journal.chain import SignedHead
from energy.journal.seal import DIRECTORY_APPLICATIONS, SITE_APPLICATIONS, seal_step
from energy.journal.seal_head import read_head_files, sign_heads
from energy.journal.seal_keys import SealKey, renew_key, seal_key
from energy.store.pool import Database
from energy.store.sites import DIRECTORY, list_sites

SEAL_EVERY_S = 5.0
"""How often a journal is looked at: so long entries gather before they make a row. [s]"""
log = structlog.get_logger("seal")


def sealed_scopes(database: Database) -> list[tuple[str, tuple[str, ...]]]:
    """Return every schema with a journal, and its applications."""
    return [
        (DIRECTORY, DIRECTORY_APPLICATIONS),
        *((site.schema, SITE_APPLICATIONS) for site in list_sites(database)),
    ]


def seal_all(database: Database, clock: Clock) -> Iterator[int]:
    """Seal everything there is, a slice at a time; give how many entries each slice held.

    Args:
        database: Pool of meterline_sealer.
        clock: Stamps the rows.

    Raises:
        SealError: A position is missing in one of the journals.
    """
    for schema, applications in sealed_scopes(database):
        while sealed := seal_step(database, schema, applications, clock):
            yield sealed


def sign_all(database: Database, config: Config, clock: Clock, key: SealKey) -> list[SignedHead]:
    """Sign what is sealed and not signed yet, in every journal; return the new heads.

    Raises:
        SealError: A journal is not what was sealed.
    """
    heads = []
    for schema, applications in sealed_scopes(database):
        heads += sign_heads(database, schema, applications, clock, key, config.seals_dir)
    return heads


def signing_key(config: Config, *, renew: bool = False) -> SealKey:
    """Return the key that signs heads, made at first use.

    Args:
        config: Says where the keys lie.
        renew: Make a new one that signs from now on.

    Raises:
        SealKeyError: The file of the key cannot be used.
    """
    make = renew_key if renew else seal_key
    return make(config.secrets_dir, config.seals_dir)


class Sealing:
    """Seals one journal as it grows and signs it once a UTC day."""

    def __init__(
        self,
        database: Database,
        schema: str,
        applications: Sequence[str],
        config: Config,
        clock: Clock,
    ) -> None:
        """Seal the journal of a site, or of the directory.

        Args:
            database: Pool of meterline_sealer.
            schema: Schema of the journal.
            applications: SITE_APPLICATIONS or DIRECTORY_APPLICATIONS.
            config: Says where the key and the signed heads lie.
            clock: Stamps, and tells the day.
        """
        self._database = database
        self._schema = schema
        self._applications = applications
        self._config = config
        self._clock = clock
        self._signed_on: date | None = None

    def step(self) -> bool:
        """Seal one slice; return whether more waits. When none does, sign if the day is new.

        Raises:
            SealError: The journal is damaged; nothing behind the damage is sealed or signed.
            StoreUnavailableError: The database is away.
        """
        if seal_step(self._database, self._schema, self._applications, self._clock):
            return True
        self._sign()
        return False

    def _sign(self) -> None:
        seals, today = self._config.seals_dir, self._clock.now().date()
        if self._signed_on is None:
            days = [head.signed_at.date() for head in read_head_files(seals, self._schema)]
            self._signed_on = max(days, default=date.min)
        if self._signed_on >= today:
            return
        key = signing_key(self._config)
        heads = sign_heads(
            self._database, self._schema, self._applications, self._clock, key, seals
        )
        self._signed_on = today
        if heads:
            positions = {head.application: head.position for head in heads}
            log.info("signed", schema=self._schema, positions=positions)
