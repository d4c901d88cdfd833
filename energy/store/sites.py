"""In: the directory schema. Out: the sites of this installation. I/O: PostgreSQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from energy.base.errors import RefusedError
from energy.store.pool import Database

DIRECTORY = "directory"
"""Schema shared by all sites."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site: an airport, a campus or a terminal with its own books."""

    key: str
    name: str
    zone: ZoneInfo
    currency: str
    language: str

    @property
    def schema(self) -> str:
        """Return the name of the site's schema."""
        return f"site_{self.key}"


class UnknownSiteError(RefusedError):
    """A command named a site that is not in the directory."""

    code = "site.unknown"


def valid_key(key: str) -> bool:
    """Return whether a text may be a site's key: it becomes a schema name."""
    return _KEY.fullmatch(key) is not None


def list_sites(database: Database) -> list[Site]:
    """Return all sites by key."""
    with database.connection() as connection:
        rows = connection.execute(
            f"SELECT key, name, zone, currency, language FROM {DIRECTORY}.site ORDER BY key"
        ).fetchall()
    return [
        Site(
            key=str(key),
            name=str(name),
            zone=ZoneInfo(str(zone)),
            currency=str(currency),
            language=str(language),
        )
        for key, name, zone, currency, language in rows
    ]


def the_site(database: Database, key: str) -> Site:
    """Return a site by key; the only one when the key is empty.

    Raises:
        UnknownSiteError: There is no such site, or several and no key.
    """
    sites = list_sites(database)
    if key:
        for site in sites:
            if site.key == key:
                return site
        known = ", ".join(site.key for site in sites) or "none"
        raise UnknownSiteError.of("site.unknown", key=key, known=known)
    if len(sites) == 1:
        return sites[0]
    if not sites:
        raise UnknownSiteError.of("site.none")
    known = ", ".join(site.key for site in sites)
    raise UnknownSiteError.of("site.several", known=known)
