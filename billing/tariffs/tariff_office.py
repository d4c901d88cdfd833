"""In: tariff files, calendar years, prices of months. Out: events of the books. I/O: PostgreSQL.

What makes tariffs binding. Every command may be repeated: the first result comes back. Roles are
checked by the caller.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.books import Books
from billing.canonical import canonical_json
from billing.errors import TariffFileError, UnknownBillingObjectError, WrongStateError
from billing.tariffs.calendar_aggregate import PublishedYear, calendar_year_id
from billing.tariffs.clauses import PriceTable
from billing.tariffs.day_calendar import (
    CalendarYear,
    base_name,
    calendar_of_years,
    shipped_calendar,
)
from billing.tariffs.errors import CalendarFileError
from billing.tariffs.golden import Difference, differences, golden_bill
from billing.tariffs.name_check import name_problems
from billing.tariffs.price_aggregate import PublishedPrices, price_table_id
from billing.tariffs.published_tariff import PublishedTariff, tariff_version_id
from billing.tariffs.tariff import DayCalendar, TariffVersion
from billing.tariffs.tariff_file import SOLD_BY_SEVERAL, Sources, tariff_of
from billing.views.tariffs import known_sources, read_documents
from energy.base.units import TO_BASE


class GoldenBillError(WrongStateError):
    """The program rates a published tariff otherwise than on the day it was published."""

    code = "tariff.golden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """The golden bill of a published version, as stored and as rated now."""

    stored: str
    """Canonical JSON; "" where none was stored."""
    now: str
    differences: tuple[Difference, ...]


class TariffOffice:
    """Tariffs, calendars and price tables of one site."""

    def __init__(self, books: Books) -> None:
        """Open the office of a site's books."""
        self._books = books

    def checked(self, document: Mapping[str, object]) -> TariffVersion:
        """Return the version of a document as it would be published.

        Args:
            document: Of a tariff file (`read_document`).

        Raises:
            TariffFileError: The file is wrong, or not of this site.
        """
        tariff = tariff_of(document, sources=self._sources())
        site = self._books.site
        problems = []
        if tariff.zone.key != site.zone.key:
            problems.append(f"zone: must be the site's, {site.zone.key}")
        if tariff.currency != site.currency:
            problems.append(f"currency: must be the site's, {site.currency}")
        if problems:
            raise TariffFileError(problems)
        return tariff

    def publish(self, document: Mapping[str, object], *, command_id: UUID, by: UUID | None) -> UUID:
        """Make a tariff document binding; the same one again is the same version.

        Args:
            document: Of a tariff file (`read_document`).
            command_id: The command's id.
            by: The person, or None for `site init`.

        Raises:
            TariffFileError: The file is wrong, not of this site, or its version is taken; or it is
                new, of heat or cold, and names no unit.
            WrongStateError: The version is withdrawn.
            GoldenBillError: It is published, and the program rates it otherwise now.
        """
        tariff = self.checked(document)
        identity = self._identity(tariff.tariff, tariff.valid_from, tariff.version)
        known: PublishedTariff | None = self._books.find(identity)
        if known is None:
            _check_new(document, tariff)
            self._books.store(
                PublishedTariff(
                    site=self._books.site.key,
                    tariff=tariff.tariff,
                    valid_from=tariff.valid_from,
                    version=tariff.version,
                    utility=tariff.utility.value,
                    document=canonical_json(document),
                    sha256=tariff.sha256,
                    by=by,
                    golden=golden_bill(document),
                    command_id=command_id,
                )
            )
            return identity
        if known.sha256 != tariff.sha256:
            name = f"{tariff.version} of {tariff.valid_from}"
            problem = f"version: {name} is published with other content; raise the version"
            raise TariffFileError([problem])
        if known.withdrawn:
            name = f"Version {tariff.version} of {tariff.tariff} from {tariff.valid_from}"
            raise WrongStateError(name, "withdrawn", "in use", "Raise the version.")
        self._same_golden(known)
        return identity

    def withdraw(
        self,
        tariff: str,
        valid_from: date,
        version: int,
        reason: str,
        *,
        command_id: UUID,
        by: UUID | None,
    ) -> None:
        """Take a version out of use; what was billed by it stays.

        Raises:
            UnknownBillingObjectError: There is no such version.
            WrongStateError: It is withdrawn already.
        """
        known = self.version(tariff, valid_from, version)
        if not known.seen(command_id):
            known.withdraw(reason, by=by, command_id=command_id)
            self._books.store(known)

    def position(self) -> int:
        """Return the last position of the books."""
        return self._books.position()

    def version(self, tariff: str, valid_from: date, version: int) -> PublishedTariff:
        """Return a published version.

        Raises:
            UnknownBillingObjectError: There is no such version.
        """
        known = self._books.find(self._identity(tariff, valid_from, version))
        if not isinstance(known, PublishedTariff):
            name = f"{tariff} from {valid_from}, version {version}"
            raise UnknownBillingObjectError("tariff", name)
        return known

    def golden(self, tariff: str, valid_from: date, version: int) -> Golden:
        """Return a version's golden bill as stored and as the program rates it now.

        Raises:
            UnknownBillingObjectError: There is no such version.
        """
        known = self.version(tariff, valid_from, version)
        now = golden_bill(json.loads(known.document))
        return Golden(
            stored=known.golden, now=now, differences=tuple(differences(known.golden, now))
        )

    def accept_golden(
        self,
        tariff: str,
        valid_from: date,
        version: int,
        reason: str,
        *,
        command_id: UUID,
        by: UUID | None,
    ) -> None:
        """Keep what the program rates now as a version's golden bill.

        Raises:
            UnknownBillingObjectError: There is no such version.
        """
        known = self.version(tariff, valid_from, version)
        if not known.seen(command_id):
            now = golden_bill(json.loads(known.document))
            known.set_golden(now, reason, by=by, command_id=command_id)
            self._books.store(known)

    # ------------------------------------------------------------ calendars and prices
    def publish_year(
        self, year: CalendarYear, reason: str, *, command_id: UUID, by: UUID | None
    ) -> list[str]:
        """Publish a calendar year, or its days anew.

        Args:
            year: The checked year.
            reason: Why days are changed; "" for a year that is not published.
            command_id: The command's id.
            by: The person.

        Returns:
            The days that changed, ISO; none of a year that was not published.

        Raises:
            CalendarFileError: A tariff in use has no price for a day class of the year.
            WrongStateError: The year is published with other days, and no reason is given.
        """
        site = self._books.site.key
        self._check_classes(year)
        known: PublishedYear | None = self._books.find(calendar_year_id(site, year.name, year.year))
        changed: list[str] = []
        if known is None:
            known = PublishedYear(
                site=site,
                calendar=year.name,
                year=year.year,
                document=year.document(),
                sha256=year.sha256,
                by=by,
                command_id=command_id,
            )
        elif not known.seen(command_id):
            changed = known.changed_days(year)
            known.reclassify(year, reason, by=by, command_id=command_id)
        self._books.store(known)
        return changed

    def publish_prices(
        self, table: PriceTable, reason: str, *, command_id: UUID, by: UUID | None
    ) -> list[str]:
        """Publish rows of a price table; rows that are the same change nothing.

        Args:
            table: The checked rows.
            reason: Why published months are corrected; "" where none is.
            command_id: The command's id.
            by: The person.

        Returns:
            The months that are new or corrected.

        Raises:
            WrongStateError: A month is published with other prices, and no reason is given.
        """
        site = self._books.site.key
        known: PublishedPrices | None = self._books.find(price_table_id(site, table.name))
        if known is None:
            known = PublishedPrices(site=site, table=table.name, by=by, command_id=command_id)
        months = known.publish(table, reason, by=by, command_id=command_id)
        self._books.store(known)
        return months

    # ------------------------------------------------------------ inner
    def _identity(self, tariff: str, valid_from: date, version: int) -> UUID:
        return tariff_version_id(self._books.site.key, tariff, valid_from, version)

    def _sources(self) -> Sources:
        """Return what is published; a calendar that is not yet, as it ships."""
        position = self._books.position()

        def calendar(name: str) -> DayCalendar | None:
            with self._books.database.connection() as connection:
                known = known_sources(connection, self._books.schema, position)
                return known.calendar(name) or shipped_calendar(name)

        return Sources(calendar=calendar)

    def _same_golden(self, known: PublishedTariff) -> None:
        if not known.golden:
            return
        found = list(differences(known.golden, golden_bill(json.loads(known.document))))
        if found:
            rows = "; ".join(str(each) for each in found[:5])
            raise GoldenBillError(
                f"Tariff {known.tariff} of {known.valid_from}, version {known.number},",
                "published, but its golden bill is rated otherwise now",
                f"rated the same ({rows})",
                "Look at `tariff golden`; accept it there with a reason if it is meant.",
            )

    def _check_classes(self, year: CalendarYear) -> None:
        """Refuse a year with a day class for which a tariff in use has no price."""
        with self._books.database.connection() as connection:
            position = self._books.position()
            documents = read_documents(connection, self._books.schema, position)
        alone = calendar_of_years(year.name, {year.year: year})
        trial = Sources(calendar=lambda _: alone, years=False)
        problems = []
        for document in documents:
            named = document.get("calendar")
            if not isinstance(named, str) or base_name(named) != year.name:
                continue
            try:
                tariff_of(document, sources=trial)
            except TariffFileError as error:
                problems += [f"days: tariff {document['tariff']}: {row}" for row in error.problems]
        if problems:
            raise CalendarFileError(problems)


def _check_new(document: Mapping[str, object], tariff: TariffVersion) -> None:
    """Refuse names no bill can bear, and heat or cold that does not say by what unit it is sold.

    What was published with such a name, or without a unit, goes on being billed as it was.

    Raises:
        TariffFileError: A name is unseen or too long, or the file names no unit.
    """
    if problems := name_problems(tariff):
        raise TariffFileError(problems)
    if tariff.utility in SOLD_BY_SEVERAL and "unit" not in document:
        known = ", ".join(TO_BASE[tariff.utility])
        problem = f"unit: is missing: {tariff.utility} is sold by several; write one of {known}"
        raise TariffFileError([problem])
