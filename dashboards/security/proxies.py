"""In: a request that a reverse proxy passed on. Out: the same as its sender sent it. Pure.

What `X-Forwarded-*` says counts only where a trusted proxy is the sender: anybody else could write
there what address they like, and with it what the address ranges and the limits ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dashboards.security.rules import Network, is_within

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Application = Callable[[Any, Any], Iterable[bytes]]


class TrustedProxies:
    """A WSGI application behind proxies that may say who asks."""

    def __init__(self, application: Application, networks: Sequence[Network]) -> None:
        """Stand before an application.

        Args:
            application: What answers.
            networks: Where the proxies are.
        """
        self._application = application
        self._networks = tuple(networks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if is_within(str(environ.get("REMOTE_ADDR", "")), self._networks):
            self._believe(environ)
        return self._application(environ, start_response)

    def _believe(self, environ: WSGIEnvironment) -> None:
        environ["REMOTE_ADDR"] = sender(
            str(environ.get("HTTP_X_FORWARDED_FOR", "")),
            str(environ["REMOTE_ADDR"]),
            self._networks,
        )
        scheme = str(environ.get("HTTP_X_FORWARDED_PROTO", "")).rpartition(",")[2].strip()
        if scheme in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme
        host = str(environ.get("HTTP_X_FORWARDED_HOST", "")).rpartition(",")[2].strip()
        if host:
            environ["HTTP_HOST"] = host


def sender(forwarded_for: str, peer: str, trusted: Sequence[Network]) -> str:
    """Return who sent a request: the last address that is no trusted proxy's.

    Args:
        forwarded_for: The header; each proxy adds the address it was asked from at the end.
        peer: Who is connected.
        trusted: Where the proxies are.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    for hop in (peer, *reversed(hops)):
        if not is_within(hop, trusted):
            return hop
    return hops[0] if hops else peer
