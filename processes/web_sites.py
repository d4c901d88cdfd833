"""In: requests for the dashboards of several sites. Out: each by its site's own server. I/O: reads.

One process and one pool serve all sites: the first label of the host's name is the site's key
("-" stands for "_"): `north-field.energy.example` is the site `north_field`. Cookies belong to a
host, so each site has its own sign-in. A site's server is built at its first request.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask

from energy.base.clock import monotonic_s
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from energy.store.sites import Site, list_sites

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SITES_EVERY_S = 2.0
"""How often the directory is asked for new sites at most. [s]"""


class SiteServers:
    """A WSGI application that gives each request to the server of its site."""

    def __init__(self, database: Database, make: Callable[[Site], Flask]) -> None:
        """Build no server yet.

        Args:
            database: The process's pool.
            make: Returns the server of a site.
        """
        self._database = database
        self._make = make
        self._lock = threading.Lock()
        self._servers: dict[str, Flask] = {}
        self._sites: dict[str, Site] = {}
        self._due_s = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        try:
            server = self._server(site_key(str(environ.get("HTTP_HOST", ""))))
        except DATABASE_AWAY:
            return _plain(start_response, "503 Service Unavailable", {"ok": False})
        if server is not None:
            return server(environ, start_response)
        if environ.get("PATH_INFO") == "/health":
            return _plain(start_response, "200 OK", {"ok": True, "sites": len(self._sites)})
        return _plain(start_response, "404 Not Found", {"error": "the host names no site"})

    def _server(self, key: str) -> Flask | None:
        with self._lock:
            if key not in self._servers:
                site = self._site(key)
                if site is None:
                    return None
                self._servers[key] = self._make(site)
            return self._servers[key]

    def _site(self, key: str) -> Site | None:
        if key not in self._sites and monotonic_s() >= self._due_s:
            self._sites = {site.key: site for site in list_sites(self._database)}
            self._due_s = monotonic_s() + SITES_EVERY_S
        return self._sites.get(key)


def site_key(host: str) -> str:
    """Return the key of the site that a Host header names.

    Args:
        host: For example "north-field.energy.example:8050".
    """
    return host.partition(":")[0].partition(".")[0].lower().replace("-", "_")


def _plain(start_response: StartResponse, status: str, told: dict[str, object]) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [json.dumps(told).encode()]
