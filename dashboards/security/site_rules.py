"""In: the directory. Out: the sign-in rules of one site, read now and then. I/O by a port."""

from __future__ import annotations

import threading

from dashboards.security.people import Access
from dashboards.security.rules import SignInRules, rules_of
from energy.base.clock import monotonic_s

HELD_S = 5.0
"""How long rules are used before they are read again. [s]"""


class SiteRules:
    """The rules of a site's sign-in, as an administrator last set them."""

    def __init__(self, access: Access, site: str) -> None:
        """Read nothing yet."""
        self._access = access
        self._site = site
        self._lock = threading.Lock()
        self._rules = SignInRules()
        self._due_s = 0.0

    def now(self) -> SignInRules:
        """Return the rules; at most a few seconds old."""
        with self._lock:
            if monotonic_s() >= self._due_s:
                self._rules = rules_of(self._access.rules(self._site))
                self._due_s = monotonic_s() + HELD_S
            return self._rules
