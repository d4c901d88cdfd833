"""Step 5a. From: requests as the journal has them. To: their lines, named, opened. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from billing.enquiries.words import enquiry_words
from billing.views.account_terms import read_parties
from billing.views.enquiries import read_enquiries_of
from billing.views.service_desk import ACCOUNT, PARTY
from dashboards.queries.request_rows import CallLine, RequestForms, RequestLine
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.service.requests.article_reads import read_articles
from energy.service.requests.reads import CallRow, RequestFact, RequestRow
from energy.service.work.levels import LevelSet
from energy.service.work.reads import LevelsRow, levels_on, read_checklists


class RequestReads:
    """What the questions about requests are made of."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def lines(
        self,
        connection: Connection,
        rows: Sequence[RequestRow],
        levels: Mapping[int, LevelsRow],
        calls: Sequence[CallRow],
    ) -> list[RequestLine]:
        """Return requests with their clocks as they stand now, with names and words.

        Args:
            connection: The one that is read on.
            rows: The requests.
            levels: By version.
            calls: Call-backs that are to be made, the one due first first.
        """
        people = {each.owner for each in rows} | {each.offered for each in rows if each.offered}
        names = self._at.person_names(connection, sorted(people, key=str))
        tenants = self.tenant_names(connection, {each.tenant for each in rows})
        asked = self.portal_words(connection, rows)
        due = {each.request: each.due_at for each in reversed(calls)}
        now = self._at.clock.now()
        return [
            RequestLine(
                row=row,
                clocks=row.clocks(levels, self._at.site.zone, now),
                level=levels[row.levels].levels.of(row.level),
                tenant_name=tenants.get(row.tenant, row.tenant),
                said_first=self._at.vault.open(row.person, row.words_sealed)
                if row.words_sealed
                else next(iter(asked.get(row.enquiry, ())), ""),
                owner=names.get(row.owner, "?"),
                offered=names.get(row.offered, "?") if row.offered else "",
                call_at=due.get(row.request),
            )
            for row in rows
        ]

    def portal_words(
        self, connection: Connection, rows: Iterable[RequestRow]
    ) -> dict[UUID | None, list[str]]:
        """Return what was said of the enquiries that some requests are, by enquiry."""
        wanted = [each.enquiry for each in rows if each.enquiry]
        found = read_enquiries_of(connection, self._at.schema, wanted) if wanted else []
        vault, site = self._at.vault, self._at.site.key
        return {each.enquiry: enquiry_words(vault, site, each) for each in found}

    def said(
        self, row: RequestRow, fact: RequestFact, portal: Mapping[UUID | None, Sequence[str]]
    ) -> str:
        """Return what was said of a fact; the words of the portal stand in its enquiry."""
        if fact.words_sealed:
            return self._at.vault.open(row.person, fact.words_sealed)
        words, number = portal.get(row.enquiry, ()), int(fact.told.get("word") or 0)
        return words[number - 1] if 0 < number <= len(words) else ""

    def tenant_names(self, connection: Connection, tenants: Iterable[str]) -> dict[str, str]:
        """Return the names of tenants ("party/KEY", "account/KEY"); "?" of one that was erased."""
        wanted = sorted(tenants)
        parties = [each.removeprefix(PARTY) for each in wanted if each.startswith(PARTY)]
        accounts = [each.removeprefix(ACCOUNT) for each in wanted if each.startswith(ACCOUNT)]
        schema, vault = self._at.schema, self._at.vault
        found: dict[str, str] = {}
        if parties:
            for key, facts in read_parties(connection, schema, vault, parties).items():
                found[f"{PARTY}{key}"] = "?" if facts is None else facts.legal_name
        if accounts:
            rows: list[Row] = connection.execute(
                f"SELECT account, person, name_sealed FROM {schema}.account "
                "WHERE account = ANY(%s)",
                (accounts,),
            ).fetchall()
            for account, person, sealed in rows:
                found[f"{ACCOUNT}{account}"] = vault.open(person, sealed)
        return found

    def calls(
        self,
        connection: Connection,
        rows: Sequence[CallRow],
        tenants: Mapping[UUID, str] | None = None,
    ) -> list[CallLine]:
        """Return call-backs with who makes them, and with tenants by request."""
        names = self._at.person_names(connection, sorted({each.person for each in rows}, key=str))
        now = self._at.clock.now()
        return [
            CallLine(
                row=each,
                person_name=names.get(each.person, "?"),
                missed=each.missed(now),
                tenant_name=(tenants or {}).get(each.request, ""),
            )
            for each in rows
        ]

    def forms(
        self,
        connection: Connection,
        scope: Scope,
        levels: Mapping[int, LevelsRow],
        kept: LevelSet | None = None,
    ) -> RequestForms:
        """Return what the forms offer; nothing for who may not serve.

        Args:
            connection: The one that is read on.
            scope: Who asks.
            levels: By version.
            kept: What holds for the request whose page it is.
        """
        if not scope.may(Right.SERVE):
            return RequestForms()
        schema, today = self._at.schema, local_day(self._at.clock.now(), self._at.site.zone)
        held = levels_on(levels, today)
        return RequestForms(
            people=self._at.people_with(connection, Right.SERVE),
            levels=held.levels.levels if held else (),
            checklists={each.key: each.name for _, each in read_checklists(connection, schema)},
            articles=tuple(read_articles(connection, schema)) if kept else (),
            complaints=kept.complaints if kept else (),
            units=kept.units if kept else (),
        )
