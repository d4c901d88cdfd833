"""In: an OpenID Connect provider's address. Out: who signed in there, proved. I/O: HTTPS.

Authorization code flow with PKCE (RFC 7636), state and nonce; the ID token's signature is checked
with the provider's published keys (OpenID Connect Core 1.0, 3.1.3.7).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from energy.base.clock import Clock
from energy.base.errors import ConfigError, RefusedError

TIMEOUT_S = 5.0
"""Longest wait for an answer of the provider. [s]"""
ALGORITHMS = ["RS256", "ES256"]
"""A token signed otherwise, or not at all, is none."""
SKEW_S = 60
"""How far the provider's clock may be off. [s]"""
STRONG = frozenset({"mfa", "otp", "hwk", "swk", "sms"})
"""Ways of signing in (RFC 8176) that are a second factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """Which provider, and what its groups mean here."""

    issuer: str
    client: str
    secret: str
    roles: Mapping[str, str]
    """Group at the provider -> role here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that was sent to the provider."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Who signed in at the provider."""

    subject: str
    name: str
    roles: tuple[str, ...]
    strong: bool
    """Whether the provider asked a second factor."""


@dataclass
class Provider:
    """An OpenID Connect provider."""

    settings: ProviderSettings
    clock: Clock
    _found: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, back: str) -> Begun:
        """Return where to send a person, and what to remember.

        Args:
            back: Our address that the provider sends the person back to.

        Raises:
            RefusedError: The provider does not answer.
        """
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        with self._session(back) as session:
            address, state = session.create_authorization_url(
                self._document()["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        return Begun(address=address, state=state, nonce=nonce, verifier=verifier)

    def finish(self, back: str, code: str, *, nonce: str, verifier: str) -> Proved:
        """Return who signed in.

        Args:
            back: As at the beginning.
            code: What the provider sent.
            nonce: As remembered.
            verifier: As remembered.

        Raises:
            RefusedError: The provider does not answer, or what it says is no proof.
        """
        document = self._document()
        try:
            with self._session(back) as session:
                token = session.fetch_token(
                    document["token_endpoint"],
                    code=code,
                    code_verifier=verifier,
                    timeout=TIMEOUT_S,
                )
                published: Any = self._json(session, document["jwks_uri"])
                keys = KeySet.import_key_set(published)
            claims = jwt.decode(str(token.get("id_token", "")), keys, algorithms=ALGORITHMS).claims
            self._check(claims, nonce)
        except (OAuthError, JoseError, RequestException, ValueError) as error:
            raise RefusedError.of("provider.no_proof", why=type(error).__name__) from error
        return self._proved(claims)

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        now = int(self.clock.now().timestamp())
        registry = jwt.JWTClaimsRegistry(
            now=now,
            leeway=SKEW_S,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        registry.validate(claims)
        if claims.get("azp", self.settings.client) != self.settings.client:
            raise ValueError("issued to somebody else")

    def _proved(self, claims: dict[str, Any]) -> Proved:
        groups = claims.get("groups", [])
        known = self.settings.roles
        roles = {known[group] for group in groups if isinstance(group, str) and group in known}
        methods = claims.get("amr", [])
        return Proved(
            subject=str(claims["sub"]),
            name=str(claims.get("name") or claims["sub"])[:200],
            roles=tuple(sorted(roles)),
            strong=isinstance(methods, list) and not STRONG.isdisjoint(map(str, methods)),
        )

    def _document(self) -> dict[str, Any]:
        """Return what the provider says of itself; asked once."""
        with self._lock:
            if not self._found:
                with self._session("") as session:
                    try:
                        found = self._json(
                            session, f"{self.settings.issuer}/.well-known/openid-configuration"
                        )
                    except (RequestException, ValueError) as error:
                        raise RefusedError.of("provider.away") from error
                if found.get("issuer") != self.settings.issuer:
                    raise RefusedError.of("provider.no_proof", why="issuer")
                self._found = found
            return self._found

    def _session(self, back: str) -> OAuth2Session:
        return OAuth2Session(
            self.settings.client,
            self.settings.secret,
            scope="openid profile",
            redirect_uri=back,
            code_challenge_method="S256",
        )

    @staticmethod
    def _json(session: OAuth2Session, address: str) -> dict[str, Any]:
        answer = session.request("GET", address, withhold_token=True, timeout=TIMEOUT_S)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def provider_settings(issuer: str, client: str, secret: str, roles: str) -> ProviderSettings | None:
    """Return the provider of the configuration; None where none is set.

    Args:
        issuer: Its address.
        client: What we are called there.
        secret: What proves us there.
        roles: "group=role, other=role".

    Raises:
        ConfigError: A part is missing, or the address is no HTTPS.
    """
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname != "127.0.0.1":
        raise ConfigError(f"oidc_issuer = {issuer!r} must begin with https://.")
    pairs = dict(pair.strip().split("=", 1) for pair in roles.split(",") if "=" in pair)
    if not client or not pairs:
        raise ConfigError('oidc_issuer needs oidc_client and oidc_roles ("group=role, ...").')
    return ProviderSettings(issuer=issuer.rstrip("/"), client=client, secret=secret, roles=pairs)
