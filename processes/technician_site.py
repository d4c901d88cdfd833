"""In: a site in the database. Out: the desk of its technicians. I/O: PostgreSQL, a plan file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock, PlayClock
from energy.base.errors import ConflictError, EnergyError
from energy.journal.application import JournalApplication
from energy.journal.ingest import Ingest
from energy.metering.channel import Channel
from energy.metering.reading import SpooledBatch
from energy.store.attachment import keep_attachment
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from energy.views.point_rows import (
    first_counts_since,
    newest_shown,
    places,
    points,
    readings_around,
    record_at,
)
from energy.views.point_values import PlaceRow, PointRow
from energy.views.registry import load_channels
from processes.collect_plan_file import plan_from_registry
from processes.collector_plan import CollectPlan
from processes.field_documents import Document, named
from processes.plan_watch import publish_plan
from processes.settling import settle
from processes.technician_desk import FieldDesk, Instants, Pause
from processes.technician_record import sealed_names, signed_by
from processes.technician_values import FieldRefusedError, Witnesses


class SiteDesk(FieldDesk):
    """A desk with the journal and the views behind it."""

    def __init__(
        self,
        system: System,
        site: Site,
        *,
        plan_file: Path,
        environment: Mapping[str, str],
        pause: Pause,
    ) -> None:
        """Stand ready.

        Args:
            system: A system in the writer's role.
            site: The site.
            plan_file: Where the collector looks for its plan.
            environment: Where the sources are, beside what the site says.
            pause: Waits while a counter is watched.
        """
        self.system = system
        self.site: Site = site
        self.metering: JournalApplication = JournalApplication(
            self.database, site.schema, "metering", system.clock
        )
        self.environment = environment
        self.plan_file = plan_file
        self._pause = pause

    @property
    def database(self) -> Database:
        """Return the process's pool."""
        return self.system.database

    @property
    def clock(self) -> Clock:
        """Return the process's clock."""
        return self.system.clock

    def ready(self) -> None:
        """Let the views come up to date.

        Raises:
            FieldRefusedError: The past is being played: now is not now.
        """
        if isinstance(self.clock, PlayClock) and not self.clock.live:
            raise FieldRefusedError.of("site.played")
        self.settle()

    def points(self) -> list[PointRow]:
        """Return every point of the site."""
        with self.database.connection() as connection:
            return points(connection, self.site.schema)

    def places(self) -> list[PlaceRow]:
        """Return every place of the site."""
        with self.database.connection() as connection:
            return places(connection, self.site.schema)

    def channels(self) -> list[Channel]:
        """Return every channel of the site."""
        with self.database.connection() as connection:
            return list(load_channels(connection, self.site.schema).values())

    def plan(self) -> CollectPlan:
        """Return what the collector must know now."""
        return plan_from_registry(self.database, self.site)

    def newest(self, channels: Sequence[int]) -> Instants:
        """Return the newest reading of some channels that tells what the register showed."""
        with self.database.connection() as connection:
            return newest_shown(connection, self.site.schema, channels)

    def first_since(self, channels: Sequence[int], since: datetime) -> Instants:
        """Return the first reading of some channels since an instant."""
        with self.database.connection() as connection:
            return first_counts_since(connection, self.site.schema, channels, since)

    def around(
        self, channel: int, at: datetime
    ) -> tuple[list[tuple[datetime, int]], tuple[datetime, int] | None]:
        """Return the last two readings up to an instant, newest first, and the first behind it."""
        with self.database.connection() as connection:
            return readings_around(connection, self.site.schema, channel, at)

    def locations(self, keys: Sequence[str]) -> dict[str, str]:
        """Return where the meters of some points are, as their records say."""
        with self.database.connection() as connection:
            records = {key: record_at(connection, self.site.schema, key) for key in keys}
        return {key: str(record.get("location", "")) for key, record in records.items()}

    def sealed(self, people: Witnesses) -> dict[str, dict[str, str]]:
        """Return who was there, each name sealed under the person's own key, by role."""
        return sealed_names(self.system, self.site, people)

    def signed_by(self, record: Mapping[str, Any], role: str) -> str:
        """Return the name of who was there in a role, "" where none is said or it is erased."""
        return signed_by(self.system.vault, record, role)

    def keep(self, documents: Sequence[Document]) -> list[dict[str, object]]:
        """Keep documents in the site's schema; return how a record names them.

        Kept before the event that names them: what a broken command leaves over is named by
        nothing and is the same attachment when the command is given again.
        """
        with self.database.connection() as connection:
            for document in documents:
                keep_attachment(connection, self.site.schema, document.content, document.media_type)
        return named(documents)

    def store(self, *aggregates: JournalAggregate) -> int:
        """Store the new events of some aggregates in one transaction; return the last position.

        An unknown commit is settled by the command ids: what the journal holds is not stored
        again.

        Raises:
            ConflictError: Somebody else changed one of them first.
        """
        try:
            return self.metering.store(*aggregates)
        except (ConflictError, *DATABASE_AWAY):
            for each in aggregates:
                known = self.metering.find(each.id)
                if known is None or not known.commands >= each.commands:
                    raise
            return self.metering.position()

    def accept(self, batch: SpooledBatch) -> None:
        """Bring the technician's own reading in."""
        Ingest(self.database, self.site.schema, self.system.clock).accept([batch])

    def settle(self) -> None:
        """Wait until the views have folded the journal."""
        settle(self.database, self.site, self.system.clock)

    def pause(self, seconds: int) -> None:
        """Wait while a counter is watched, or pulses are made."""
        self._pause(seconds)

    def publish(self, plan: CollectPlan) -> bool:
        """Let a collector of this data directory follow a plan; False when there is none.

        Raises:
            PlanNotTakenError: A collector runs and does not take it.
        """
        return self.plan_file.exists() and publish_plan(self.plan_file, plan)

    def restore(self, plan: CollectPlan) -> None:
        """Give the collector its plan back, without waiting for it.

        What the journal says now goes before: another technician may have put a meter to work
        since the plan was taken.
        """
        if not self.plan_file.exists():
            return
        with suppress(EnergyError, *DATABASE_AWAY):
            plan = self.plan()
        plan.save(self.plan_file)
