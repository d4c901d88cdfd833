"""In: a town. Out: its bills, late readings, corrections, as tests tell them. I/O: PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from billing.corrections.desk import Looked, Settled
from billing.invoices.issuer import CorrectionMode
from billing.runs.bill_run import Choice
from billing.views.corrections import read_corrections
from energy.base.ids import id_of
from energy.journal.corrections import Corrections as ReadingCorrections
from energy.metering.reading import Reading
from energy.views.registry import load_channels
from tests.billing.town import APPROVER, CLERK, Town, count_at

DAY = timedelta(days=1)


@dataclass(slots=True)
class Story:
    """What a test does to a town, day by day."""

    town: Town

    def bill(self, first: date, last: date | None = None, accounts: tuple[str, ...] = ()) -> UUID:
        """Bill some days; whatever waits for a decision is accepted."""
        run = self.town.open_and_rate(first=first, last=last or first, accounts=accounts)
        self.town.office.decide(
            run, CLERK, Choice.ACCEPT, "looked at", command_id=id_of("accept", str(run))
        )
        self.town.office.approve(run, APPROVER)
        self.town.office.issue(run, CLERK)
        self.town.catch_up()
        return run

    def correct_reading(self, channel: int, at: datetime, more: int) -> None:
        """Let a person correct a reading by some counts, against what it says at first."""
        town = self.town
        with town.database.connection() as connection:
            facts = load_channels(connection, town.site.schema)[channel]
        corrections = ReadingCorrections(town.database, town.site.schema, town.clock)
        identity = corrections.propose(
            facts,
            [(at, count_at(channel, at) + more)],
            reason="seen wrong",
            evidence=[],
            by=CLERK,
            command_id=uuid4(),
        )
        corrections.approve(identity, by=APPROVER, command_id=uuid4())
        town.catch_up()

    def look(self, by: UUID | None = None) -> Looked:
        """Look for corrections."""
        found = self.town.office.corrections.find(
            by=by, command_id=uuid4(), caught_up=self.town.catch_up
        )
        self.town.catch_up()
        return found

    def accept(self, name: str) -> Settled:
        """Accept a correction as the approver."""
        settled = self.town.office.corrections.accept(
            name, by=APPROVER, why="right", command_id=uuid4()
        )
        self.town.catch_up()
        return settled

    def settle_all(self) -> list[str]:
        """Look, and accept until nothing waits for a decision any more; return the names."""
        names: list[str] = []
        self.look()
        while waiting := self.waiting():
            for name in waiting:
                self.accept(name)
            names += waiting
            self.look()
        return names

    def waiting(self) -> list[str]:
        """Return the names of what waits for a decision."""
        with self.town.database.connection() as connection:
            rows = read_corrections(connection, self.town.site.schema, states=("proposed",))
        return sorted(row.name for row in rows)

    def say_by(self, mode: CorrectionMode) -> None:
        """Choose how corrections are said."""
        self.town.office.corrections.set_mode(mode, by=CLERK, command_id=uuid4())
        self.town.catch_up()

    def documents(self) -> list[dict[str, Any]]:
        """Return the issued documents in the order of their issue."""
        rows = self.town.rows(
            f"SELECT document FROM {self.town.site.schema}.invoice WHERE state = 'issued' "
            "ORDER BY position, number"
        )
        return [json.loads(str(document)) for (document,) in rows]

    def paid(self) -> dict[str, Decimal]:
        """Return what each account owes of all documents: credit notes take away."""
        owed: dict[str, Decimal] = {}
        for document in self.documents():
            sign = -1 if document["kind"] == "credit_note" else 1
            key = document["account"]["key"]
            owed[key] = owed.get(key, Decimal(0)) + sign * total(document)
        return owed

    def all_same(self) -> bool:
        """Return whether every issued document follows from the journal, byte for byte."""
        rows = self.town.rows(
            f"SELECT invoice FROM {self.town.site.schema}.invoice WHERE state = 'issued'"
        )
        return all(self.town.office.re_rate(UUID(str(each))).same for (each,) in rows)


def total(document: Mapping[str, Any]) -> Decimal:
    """Return the total of a document. [currency]."""
    return Decimal(document["totals"]["total"])


def read_midnights(town: Town, days: int) -> None:
    """Read every meter at each midnight from the first day on: between them usage is even."""
    midnights = [midnight_of(date(2019, 1, 1) + n * DAY) for n in range(days + 1)]
    readings = [
        Reading(channel=channel, at=at, count=count_at(channel, at))
        for at in midnights
        for channel in (1, 2, 3, 4)
    ]
    town.accept(readings)


def midnight_of(day: date) -> datetime:
    """Return the start of a day in the town in winter."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
