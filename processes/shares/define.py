"""In: a share file, a site. Out: bearers, hours and apportionments in the journal. I/O: PostgreSQL.

All of a file is stored in one transaction, or nothing of it. Each part of an apportionment becomes
a metering point of its own, `<apportionment>.<part>`, with one computed channel: what can be
billed is billed there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from billing.accounts.account import account_id
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.errors import EnergyError
from energy.base.ids import id_of
from energy.base.period import midnight
from energy.journal.application import JournalApplication
from energy.metering.channel import Channel, ChannelFacts, Direction, Kind, Side, facts_to_json
from energy.metering.meter import Meter
from energy.metering.plant import ChannelRegister
from energy.metering.shares.apportionment import Apportionment, ShareError, apportionment_id
from energy.metering.shares.bearer import BearerBook, BearerKind, WeekCalendar, book_id, calendar_id
from energy.metering.shares.file import (
    ShareFile,
    ShareFileError,
    StatedShare,
    read_share_file,
)
from energy.metering.shares.version import version_to_json
from energy.metering.shares.week_hours import hours_to_json
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.shares.rows import read_shares
from energy.views.shares.usage import share_point
from energy.views.shares.whole import balances_from, is_same
from processes.settling import settle
from processes.shares.checks import SiteFacts, WholeFacts, problems_of, site_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """What a share file brought."""

    bearers: int
    """New or changed."""
    holds: int
    hours: int
    shares: tuple[str, ...]
    """Keys of the new ones."""
    points: tuple[str, ...]
    """New metering points, one a part."""
    position: int | None
    """Of the metering journal; None for a dry run."""


class ShareDesk:
    """Defines, revises and ends apportionments of a site."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site's metering journal.

        Args:
            database: A pool in the writer's role.
            site: The site; its views have come up to its journal.
            clock: The injected clock.
        """
        self._database = database
        self._site = site
        self._metering = JournalApplication(database, site.schema, "metering", clock)
        self._books = JournalApplication(database, site.schema, "books", clock)
        self._clock = clock
        self._register: ChannelRegister | None = None
        self._numbered = False

    def define(self, text: str, *, by: UUID, dry_run: bool = False) -> Defined:
        """Take a share file; what it states already is left as it is.

        Args:
            text: The file's content.
            by: The person who decides.
            dry_run: Check only.

        Raises:
            ShareFileError: It has problems; all are listed and nothing was written.
        """
        file, facts = self._checked(text, revising=False)
        command = uuid4()
        kept: list[JournalAggregate] = []
        new = [share for share in file.shares if self._find(share.key) is None]
        points: list[str] = []
        for share in new:
            kept += self._defined(share, facts.wholes[share.key], by, command, points)
        keys = [share.key for share in new]
        return self._stored(file, by, command, kept, keys, points, dry_run=dry_run)

    def revise(self, text: str, *, reason: str, by: UUID, dry_run: bool = False) -> Defined:
        """Divide by the keys of a share file from their days on.

        Args:
            text: The file's content: apportionments that exist, with their new keys.
            reason: Why.
            by: The person who decides.
            dry_run: Check only.

        Raises:
            ShareFileError: It has problems; all are listed and nothing was written.
            ShareError: An apportionment ended before.
        """
        file, facts = self._checked(text, revising=True)
        command = uuid4()
        kept: list[JournalAggregate] = []
        points: list[str] = []
        for share in file.shares:
            known = self._find(share.key)
            assert known is not None, "checked"
            fresh = [part.key for part in share.version.parts if part.key not in known.channels]
            whole = facts.wholes[share.key]
            channels, meters = self._planned(share, whole, fresh, command)
            points += [meter.point for meter in meters]
            version = version_to_json(share.version)
            known.revise(version, channels, reason=reason, by=by, command_id=command)
            kept += [*meters, known]
        keys = [share.key for share in file.shares]
        return self._stored(file, by, command, kept, keys, points, dry_run=dry_run)

    def end(self, key: str, valid_to: date, *, reason: str, by: UUID) -> int:
        """Divide no longer from a local day on; return the journal's position.

        Raises:
            ShareError: There is no such apportionment, or it has not begun by then.
        """
        known = self._find(key)
        if known is None:
            raise ShareError.of("share.unknown", share=key)
        self._refuse_divided_twice(known, valid_to)
        known.end(valid_to=valid_to, reason=reason, by=by, command_id=uuid4())
        return self._metering.store(known)

    def release(
        self, kind: BearerKind, bearer: str, point: str, valid_to: date, *, reason: str, by: UUID
    ) -> int:
        """Let a bearer hold a point no longer from a local day on; return the journal's position.

        Raises:
            BearerError: It holds no such point on the day before.
        """
        book = self._book(kind, uuid4())
        book.release(bearer, point, valid_to=valid_to, reason=reason, by=by, command_id=uuid4())
        return self._metering.store(book)

    def _stored(
        self,
        file: ShareFile,
        by: UUID,
        command: UUID,
        kept: list[JournalAggregate],
        shares: Sequence[str],
        points: Sequence[str],
        *,
        dry_run: bool,
    ) -> Defined:
        """Store shares and points with what the file says of bearers and hours, in one act."""
        bearers, holds = self._bearers(file, by, command, kept)
        hours = self._hours(file, by, command, kept)
        if self._register is not None and self._numbered:
            kept.insert(0, self._register)
        return Defined(
            bearers=bearers,
            holds=holds,
            hours=hours,
            shares=tuple(shares),
            points=tuple(points),
            position=None if dry_run else self._metering.store(*kept),
        )

    def _opened_register(self) -> ChannelRegister:
        """Return the register of numbers, with views that know all that was stored before it.

        Whatever defines another apportionment takes numbers, so the later one of two at once is
        refused when it is stored, however alike the site looked to both.
        """
        key = self._site.key
        found: ChannelRegister | None = self._metering.find(id_of("channel_register", key))
        settle(self._database, self._site, self._clock, "metering")
        return found or ChannelRegister(site=key, command_id=uuid4())

    def _refuse_divided_twice(self, known: Apportionment, valid_to: date) -> None:
        """Refuse to divide longer what another apportionment divides by then.

        Raises:
            ShareError: Another one does.
        """
        with self._database.connection() as connection:
            shares = read_shares(connection, self._site.schema)
            since = midnight(known.valid_to or valid_to, self._site.zone)
            nodes = balances_from(connection, self._site.schema, known.whole, since)
        before = known.valid_to
        for other in shares:
            same = other.key != known.key and is_same(known.whole, other.whole, nodes)
            if same and before is not None and before <= other.first_day < valid_to:
                raise ShareError.of(
                    "share.divided", share=known.key, other=other.key, day=other.first_day
                )

    def _checked(self, text: str, *, revising: bool) -> tuple[ShareFile, SiteFacts]:
        self._register, self._numbered = self._opened_register(), False
        file, problems = read_share_file(text)
        accounts = [
            bearer.account
            for _, bearer in file.bearers
            if bearer.account is not None
            and self._books.find(account_id(self._site.key, bearer.account)) is not None
        ]
        with self._database.connection() as connection:
            facts = site_facts(connection, self._site, file, accounts)
        problems += problems_of(file, facts, revising=revising)
        if not problems:
            problems += self._refusals(file)
        if problems:
            raise ShareFileError(problems)
        return file, facts

    def _refusals(self, file: ShareFile) -> list[str]:
        """Return what the books of bearers refuse, all of it."""
        command = UUID(int=0)
        problems = []
        books = {kind: self._book(kind, command) for kind in BearerKind}
        for kind, bearer in file.bearers:
            books[kind].state(bearer, by=command, command_id=command)
        for kind, hold in file.holds:
            try:
                books[kind].hold(hold, by=command, command_id=command)
            except EnergyError as error:
                problems.append(str(error))
        return problems

    def _find(self, key: str) -> Apportionment | None:
        found: Apportionment | None = self._metering.find(apportionment_id(self._site.key, key))
        return found

    def _book(self, kind: BearerKind, command: UUID) -> BearerBook:
        found: BearerBook | None = self._metering.find(book_id(self._site.key, kind))
        if found is not None:
            return found
        return BearerBook(site=self._site.key, kind=kind.value, command_id=command)

    def _defined(
        self, share: StatedShare, whole: WholeFacts, by: UUID, command: UUID, points: list[str]
    ) -> list[JournalAggregate]:
        parts = [part.key for part in share.version.parts]
        channels, meters = self._planned(share, whole, parts, command)
        points += [meter.point for meter in meters]
        apportionment = Apportionment(
            site=self._site.key,
            key=share.key,
            name=share.name,
            whole=dict(whole.whole),
            grid_s=whole.grid_s,
            channels=channels,
            version=version_to_json(share.version),
            decided_by=by,
            command_id=command,
        )
        return [*meters, apportionment]

    def _planned(
        self, share: StatedShare, whole: WholeFacts, parts: Iterable[str], command: UUID
    ) -> tuple[dict[str, int], list[Meter]]:
        """Return the channels of some parts and the points to be stored with them."""
        named = {part.key: part for part in share.version.parts}
        facts = _facts(whole)
        channels: dict[str, int] = {}
        meters = []
        for key in parts:
            point = share_point(share.key, key)
            channels[key] = self._number(point, command)
            stored = facts_to_json(Channel(number=channels[key], point=point, facts=facts))
            meters.append(
                Meter(
                    site=self._site.key,
                    point=point,
                    name=named[key].name or f"{share.name}: {key}",
                    place=named[key].place or whole.place,
                    utility=whole.utility.value,
                    channels=[stored],
                    command_id=command,
                )
            )
        return channels, meters

    def _number(self, point: str, command: UUID) -> int:
        assert self._register is not None, "it is read before the site's facts"
        self._numbered = True
        return self._register.take(point=point, count=1, command_id=command)

    def _bearers(
        self, file: ShareFile, by: UUID, command: UUID, kept: list[JournalAggregate]
    ) -> tuple[int, int]:
        """State bearers and what they hold; return how many of each are new."""
        told = {kind for kind, _ in (*file.bearers, *file.holds)}
        books = {kind: self._book(kind, command) for kind in BearerKind if kind in told}
        bearers = sum(
            books[kind].state(bearer, by=by, command_id=command) for kind, bearer in file.bearers
        )
        holds = sum(books[kind].hold(hold, by=by, command_id=command) for kind, hold in file.holds)
        kept += books.values()
        return bearers, holds

    def _hours(self, file: ShareFile, by: UUID, command: UUID, kept: list[JournalAggregate]) -> int:
        """State hours; return how many are new."""
        site, calendars = self._site.key, dict[UUID, WeekCalendar]()
        new = 0
        for stated in file.hours:
            identity = calendar_id(site, stated.scope, stated.key)
            calendar = calendars.get(identity) or self._metering.find(identity)
            if calendar is None:
                calendar = WeekCalendar(
                    site=site, scope=stated.scope.value, key=stated.key, command_id=command
                )
            calendars[identity] = calendar
            hours = hours_to_json(stated.hours)
            new += calendar.state(hours, valid_from=stated.valid_from, by=by, command_id=command)
        kept += calendars.values()
        return new


def _facts(whole: WholeFacts) -> ChannelFacts:
    """Return what the channel of a share is: as that of the whole, computed and billable."""
    return ChannelFacts(
        quantity=whole.quantity,
        kind=Kind.COMPUTED,
        utility=whole.utility,
        unit=whole.unit,
        resolution=whole.resolution,
        modulus=None,
        direction=Direction.NONE,
        side=Side.SECONDARY,
        billing=True,
        grid_s=whole.grid_s,
    )
