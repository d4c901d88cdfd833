"""In: sales of prepaid cards, the setting `card_writer`. Out: cards written. I/O: as set.

One process at a time writes the sales of a point: what another has begun is waited for, never
begun again.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from adapters.ic_card.hook import CommandHook
from adapters.ic_card.vendor_file import VendorFolder
from billing.prepaid.card_office import CardOffice
from billing.prepaid.card_writer import Answered, CardWriter
from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.server_account import Act
from energy.base.config import Config
from energy.store.pool import Database
from energy.store.sites import Site

LOCK = 0x4341_5244
"""First part of the advisory lock's key; the second is the point's."""


def writer_of(config: Config) -> CardWriter:
    """Return what writes cards, as the settings say.

    Raises:
        PrepaidRefusedError: Nothing is set, or it cannot be understood.
    """
    kind, _, rest = config.card_writer.partition(":")
    if not config.card_writer:
        raise PrepaidRefusedError.of("no_writer")
    if kind == "file" and rest.strip():
        return VendorFolder(Path(rest.strip()).expanduser(), config.card_timeout_s)
    command = shlex.split(rest) if kind == "command" else []
    if not command:
        raise PrepaidRefusedError.of("writer", value=config.card_writer)
    return CommandHook(command, config.card_timeout_s)


def write_card(
    database: Database,
    site: Site,
    cards: CardOffice,
    point: str,
    sale: UUID,
    writer: CardWriter,
    act: Act,
) -> Answered:
    """Write a sale to its card while nobody else writes one of the point.

    Raises:
        PrepaidRefusedError: There is no such sale, or it is void.
        WriteUnknownError: It was begun before, and the card's side does not know the end.
    """
    with _alone(database, site, point):
        return cards.write(point, sale, writer, act)


@contextmanager
def _alone(database: Database, site: Site, point: str) -> Iterator[None]:
    with database.transaction() as alone:
        alone.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (LOCK, f"{site.schema} {point}")
        )
        yield
