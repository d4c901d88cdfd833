"""In: commands on the letterhead of a site's billing entity. Out: events of the books. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def letterhead_id(site: str) -> UUID:
    """Return the id of a site's letterhead."""
    return id_of("letterhead", site)


class NamedLetterhead(JournalAggregate):
    """What stands on the papers of a billing entity from now on; papers made before stay."""

    TOPIC = "letterhead"

    class Created(JournalAggregate.Created):
        """The letterhead was named for the first time."""

        TOPIC = "letterhead.named"
        site: str
        letterhead: dict[str, Any]
        """As `Letterhead.document` gives it: pictures by their hash."""
        terms: dict[str, Any]
        """Of the e-invoices: language, zero_rated, reason, buyer_country; empty without."""

    class Renamed(JournalAggregate.Event):
        """It is another one from now on."""

        TOPIC = "letterhead.renamed"
        letterhead: dict[str, Any]
        terms: dict[str, Any]

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return letterhead_id(site)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        letterhead: dict[str, Any],
        terms: dict[str, Any],
        command_id: UUID,
    ) -> None:
        """Name it."""
        self.letterhead = letterhead
        self.terms = terms

    def rename(
        self, letterhead: Mapping[str, Any], terms: Mapping[str, Any], *, command_id: UUID
    ) -> None:
        """Name another; the same one again changes nothing."""
        if (dict(letterhead), dict(terms)) != (self.letterhead, self.terms):
            self._rename(letterhead=dict(letterhead), terms=dict(terms), command_id=command_id)

    @event(Renamed)
    def _rename(
        self, *, letterhead: dict[str, Any], terms: dict[str, Any], command_id: UUID
    ) -> None:
        self.letterhead = letterhead
        self.terms = terms
