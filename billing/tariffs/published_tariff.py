"""In: a checked tariff file. Out: the event that makes the version binding. Pure.

A published version is never changed: a correction is a higher version for the same day. One that
should never have been is withdrawn; what was billed by it stays as it is.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.errors import WrongStateError
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import UNPUBLISHED, tariff_of
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
        golden: str = ""
        """JSON of the golden bill, see golden.py; none in the first form's days."""

        def mutate(self, aggregate: Any) -> Any:
            """Apply the event; one stored before there were golden bills has none."""
            self.__dict__.setdefault("golden", "")
            return super().mutate(aggregate)

    class Withdrawn(JournalAggregate.Event):
        """No bill is made by the version from here on."""

        TOPIC = "tariff_version.withdrawn"
        tariff: str
        valid_from: date
        version: int
        reason: str
        by: UUID | None

    class GoldenSet(JournalAggregate.Event):
        """A person accepted what the program now rates the reference month at."""

        TOPIC = "tariff_version.golden_set"
        tariff: str
        valid_from: date
        version: int
        golden: str
        reason: str
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
        golden: str,
        command_id: UUID,
    ) -> None:
        """Publish the canonical JSON `document` of a checked file, with its golden bill."""
        self.tariff = tariff
        self.valid_from = valid_from
        self.number = version
        self.document = document
        self.sha256 = sha256
        self.golden = golden
        self.withdrawn = False

    def withdraw(self, reason: str, *, by: UUID | None, command_id: UUID) -> None:
        """Take the version out of use.

        Raises:
            WrongStateError: It is withdrawn already.
        """
        if self.withdrawn:
            name = f"Tariff {self.tariff} of {self.valid_from}, version {self.number},"
            raise WrongStateError(name, "withdrawn", "in use", "Publish a higher version.")
        self._withdraw(**self._named(), reason=reason, by=by, command_id=command_id)

    def _named(self) -> dict[str, Any]:
        return {"tariff": self.tariff, "valid_from": self.valid_from, "version": self.number}

    @event(Withdrawn)
    def _withdraw(
        self,
        *,
        tariff: str,
        valid_from: date,
        version: int,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.withdrawn = True

    def set_golden(self, golden: str, reason: str, *, by: UUID | None, command_id: UUID) -> None:
        """Keep another golden bill: a person looked at the difference and accepts it."""
        if golden != self.golden:
            self._set_golden(
                **self._named(), golden=golden, reason=reason, by=by, command_id=command_id
            )

    @event(GoldenSet)
    def _set_golden(
        self,
        *,
        tariff: str,
        valid_from: date,
        version: int,
        golden: str,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.golden = golden

    @property
    def tariff_version(self) -> TariffVersion:
        """Return the version as a value, without calendar years and prices of months.

        Raises:
            TariffFileError: An older program accepted what this one refuses.
        """
        return tariff_of(json.loads(self.document), sources=UNPUBLISHED)
