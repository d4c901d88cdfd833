"""In: commands on the apportionment of a common quantity. Out: its dated keys as events. Pure.

What is divided is the usage of a metering point (measured or computed) or what a supply node
cannot account for. Each part has a metering point of its own whose one channel is computed: so
a share is shown, summed and billed as everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of

SHARE_TOPICS = frozenset({"apportionment.defined", "apportionment.revised", "apportionment.ended"})
"""Topics of these events: they change no count."""


class ShareError(RefusedError):
    """A command does not fit the apportionment."""

    code = "share"


def apportionment_id(site: str, key: str) -> UUID:
    """Return the id of an apportionment of a site."""
    return id_of("apportionment", site, key)


class Apportionment(JournalAggregate):
    """A common quantity and by what it is divided among whom, from which day on."""

    TOPIC = "apportionment"

    class Created(JournalAggregate.Created):
        """A quantity is divided from a local day on."""

        TOPIC = "apportionment.defined"
        site: str
        key: str
        name: str
        whole: dict[str, Any]
        """{"point", "quantity"}, or {"utility", "node"} for what a supply node lacks."""
        grid_s: int
        channels: dict[str, int]
        """Part -> number of the channel that is its share."""
        version: dict[str, Any]
        decided_by: UUID

    class Revised(JournalAggregate.Event):
        """It is divided by another key, or among others, from a local day on."""

        TOPIC = "apportionment.revised"
        key: str
        channels: dict[str, int]
        """Of parts that are new."""
        version: dict[str, Any]
        reason: str
        decided_by: UUID

    class Ended(JournalAggregate.Event):
        """It is divided no longer, from a local day on."""

        TOPIC = "apportionment.ended"
        key: str
        valid_to: date
        reason: str
        decided_by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return apportionment_id(site, key)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        key: str,
        name: str,
        whole: dict[str, Any],
        grid_s: int,
        channels: dict[str, int],
        version: dict[str, Any],
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        """Divide a quantity."""
        self.key = key
        self.name = name
        self.whole = whole
        self.grid_s = grid_s
        self.channels = dict(channels)
        self.versions = [version]
        self.valid_to: date | None = None

    @property
    def first_day(self) -> date:
        """Return the first local day on which it is divided."""
        return min(date.fromisoformat(version["valid_from"]) for version in self.versions)

    def revise(
        self,
        version: dict[str, Any],
        channels: Mapping[str, int],
        *,
        reason: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Divide by another key from a local day on; of one day the last told counts.

        The key that counts already is not told again: a command may be repeated.

        Args:
            version: The dated key, as version_to_json makes it.
            channels: Numbers of the channels of parts that are new.
            reason: Why.
            by: The person who decides.
            command_id: Id of the command.

        Raises:
            ShareError: It has ended before that day.
        """
        first = date.fromisoformat(version["valid_from"])
        if self.valid_to is not None and first >= self.valid_to:
            raise ShareError.of("share.ended", share=self.key, day=self.valid_to)
        same = [told for told in self.versions if told["valid_from"] == version["valid_from"]]
        if same and same[-1] == version:
            return
        self._revise(
            key=self.key,
            channels=dict(channels),
            version=version,
            reason=reason,
            decided_by=by,
            command_id=command_id,
        )

    def end(self, *, valid_to: date, reason: str, by: UUID, command_id: UUID) -> None:
        """Divide no longer from a local day on; told again, the last told day counts.

        Raises:
            ShareError: It has not begun by then.
        """
        if valid_to <= self.first_day:
            raise ShareError.of("share.not_begun", share=self.key, day=self.first_day)
        if valid_to == self.valid_to:
            return
        self._end(
            key=self.key, valid_to=valid_to, reason=reason, decided_by=by, command_id=command_id
        )

    @event(Revised)
    def _revise(
        self,
        *,
        key: str,
        channels: dict[str, int],
        version: dict[str, Any],
        reason: str,
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        self.channels.update(channels)
        self.versions.append(version)

    @event(Ended)
    def _end(
        self, *, key: str, valid_to: date, reason: str, decided_by: UUID, command_id: UUID
    ) -> None:
        self.valid_to = valid_to
