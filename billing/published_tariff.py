"""In: a checked tariff file. Out: the event that makes the version binding. Pure.

A published version is never changed: a correction is a higher version for the same day.
"""

from __future__ import annotations

import json
from datetime import date
from uuid import UUID

from eventsourcing.domain import event

from billing.tariff import TariffVersion
from billing.tariff_file import tariff_of
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def tariff_version_id(site: str, tariff: str, valid_from: date, version: int) -> UUID:
    """Return the id of a tariff version of a site."""
    return id_of("tariff_version", site, tariff, valid_from.isoformat(), str(version))


class PublishedTariff(JournalAggregate):
    """A tariff version as published."""

    TOPIC = "tariff_version"

    class Created(JournalAggregate.Created):
        """The version holds from a day on."""

        TOPIC = "tariff_version.published"
        site: str
        tariff: str
        valid_from: date
        version: int
        utility: str
        document: str
        sha256: str
        by: UUID | None

    @staticmethod
    def create_id(*, site: str, tariff: str, valid_from: date, version: int, **_: object) -> UUID:
        """Return the id from site, tariff, day and version."""
        return tariff_version_id(site, tariff, valid_from, version)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        tariff: str,
        valid_from: date,
        version: int,
        utility: str,
        document: str,
        sha256: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Publish the canonical JSON `document` of a checked file."""
        self.tariff = tariff
        self.valid_from = valid_from
        self.number = version
        self.document = document
        self.sha256 = sha256

    @property
    def tariff_version(self) -> TariffVersion:
        """Return the version as a value.

        Raises:
            TariffFileError: An older program accepted what this one refuses.
        """
        return tariff_of(json.loads(self.document))
