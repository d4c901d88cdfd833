"""In: a site's sign-in rules as a document. Out: them checked, as one frozen value. Pure.

A site that set none has the defaults: a second factor for approvers and administrators, a lock
after ten failures, no address ranges.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from dashboards.security.scope import Role
from energy.base.errors import RefusedError

Network = IPv4Network | IPv6Network
_NUMBERS = {
    "lock_failures": (3, 100),
    "lock_within_min": (1, 1440),
    "lock_min": (1, 10_080),
    "shift_h": (1, 24),
    "shift_at_h": (0, 23),
    "phone_days": (1, 30),
}
"""Least and most of each whole number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRules:
    """Who needs what to sign in at a site, from where, and for how long."""

    second_factor: frozenset[Role] = frozenset({Role.BILLING_APPROVER, Role.ADMIN})
    """Roles that need one."""
    addresses: Mapping[Role, tuple[Network, ...]] = field(default_factory=dict)
    """Ranges in which a role holds; a role without any holds everywhere."""
    lock_failures: int = 10
    lock_within_min: int = 15
    lock_min: int = 30
    """How long a name is locked. [min]"""
    shift_h: int = 12
    """A shift of the command centre; a session at its desk lasts an hour longer. [h]"""
    shift_at_h: int = 8
    """Local hour at which each day's first shift begins. [h]"""
    phone_days: int = 7
    """How long a technician's own phone stays signed in. [d]"""

    @property
    def within(self) -> timedelta:
        """Return over which time failures count."""
        return timedelta(minutes=self.lock_within_min)

    @property
    def locked_for(self) -> timedelta:
        """Return how long a lock lasts."""
        return timedelta(minutes=self.lock_min)

    def holding(self, roles: Collection[Role], address: str) -> frozenset[Role]:
        """Return those of some roles that hold at an address."""
        return frozenset(
            role
            for role in roles
            if role not in self.addresses or is_within(address, self.addresses[role])
        )

    def wants_factor(self, roles: Collection[Role]) -> bool:
        """Return whether any of some roles needs a second factor."""
        return not self.second_factor.isdisjoint(roles)


def is_within(address: str, networks: Collection[Network]) -> bool:
    """Return whether an address lies in one of some ranges; what is no address lies in none."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in networks)


def networks_of(texts: object) -> tuple[Network, ...]:
    """Return address ranges.

    Args:
        texts: A list of texts such as "10.1.0.0/16".

    Raises:
        RefusedError: One of them is no range.
    """
    try:
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            return tuple(ip_network(text) for text in texts)
    except ValueError:
        pass  # told below, with what was given
    raise RefusedError.of("rules.addresses", given=str(texts))


def rules_of(document: Mapping[str, Any]) -> SignInRules:
    """Return the rules of a document: what it leaves out has its default.

    Raises:
        RefusedError: A key is unknown or a value is none.
    """
    chosen: dict[str, Any] = {}
    for key, value in document.items():
        if key == "second_factor":
            chosen[key] = frozenset(_roles(value))
        elif key == "addresses" and isinstance(value, dict):
            roles = _roles(list(value))
            chosen[key] = dict(zip(roles, map(networks_of, value.values()), strict=True))
        elif key in _NUMBERS:
            least, most = _NUMBERS[key]
            if type(value) is not int or not least <= value <= most:
                raise RefusedError.of("rules.number", key=key, least=least, most=most)
            chosen[key] = value
        else:
            known = ", ".join(("second_factor", "addresses", *_NUMBERS))
            raise RefusedError.of("rules.key", key=key, known=known)
    return SignInRules(**chosen)


def _roles(names: object) -> list[Role]:
    known = {str(role): role for role in Role}
    if not isinstance(names, list) or not all(name in known for name in names):
        raise RefusedError.of("rules.role", given=str(names), known=", ".join(known))
    return [known[name] for name in names]
