"""In: checked rows of a price table. Out: the events that make them binding. Pure.

A month's row is published once; a correction needs a reason and is a new row with its own place
in the books, so that a bill as known before still sees the old one.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.errors import WrongStateError
from billing.money import plain
from billing.tariffs.clauses import PriceTable
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def price_table_id(site: str, table: str) -> UUID:
    """Return the id of a site's price table."""
    return id_of("price_table", site, table)


class PublishedPrices(JournalAggregate):
    """A price table as published so far."""

    TOPIC = "price_table"

    class Created(JournalAggregate.Created):
        """A table begins; its rows follow."""

        TOPIC = "price_table.begun"
        site: str
        table: str
        by: UUID | None

    class RowsPublished(JournalAggregate.Event):
        """Months have their prices, for the first time or corrected."""

        TOPIC = "price_table.rows_published"
        table: str
        rows: list[dict[str, Any]]
        """[{month, values, sha256}]; values are decimals as texts."""
        reason: str
        by: UUID | None

    @staticmethod
    def create_id(*, site: str, table: str, **_: object) -> UUID:
        """Return the id from site and table."""
        return price_table_id(site, table)

    @event(Created)
    def __init__(self, *, site: str, table: str, by: UUID | None, command_id: UUID) -> None:
        """Begin a table."""
        self.table = table
        self.months: dict[str, str] = {}

    def publish(
        self, found: PriceTable, reason: str, *, by: UUID | None, command_id: UUID
    ) -> list[str]:
        """Publish rows; the same ones again change nothing.

        Args:
            found: The rows.
            reason: Why published months are corrected; "" where none is.
            by: The person.
            command_id: The command's id.

        Returns:
            The months that are new or corrected.

        Raises:
            WrongStateError: A month is published with other prices, and no reason is given.
        """
        rows = [row for row in found.months.values() if self.months.get(row.month) != row.sha256]
        corrected = [row.month for row in rows if row.month in self.months]
        if corrected and not reason:
            raise WrongStateError(
                f"Price table {self.table}",
                f"published for {', '.join(corrected)} with other prices",
                "without them",
                "Say with --reason why they are corrected.",
            )
        if rows:
            self._publish(
                table=self.table,
                rows=[
                    {
                        "month": row.month,
                        "values": {key: plain(row.values[key]) for key in sorted(row.values)},
                        "sha256": row.sha256,
                    }
                    for row in rows
                ],
                reason=reason if corrected else "",
                by=by,
                command_id=command_id,
            )
        return [row.month for row in rows]

    @event(RowsPublished)
    def _publish(
        self,
        *,
        table: str,
        rows: list[dict[str, Any]],
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.months |= {row["month"]: row["sha256"] for row in rows}
