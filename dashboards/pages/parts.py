"""In: the composition of the web process. Out: what the callbacks of every page share. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboards.accounts import Accounts
from dashboards.commands import Commands
from dashboards.queries.ports import Queries
from dashboards.security.rules import SignInRules
from dashboards.settings import WebSettings
from energy.base.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Settings, questions, commands, accounts, clock, the site's rules."""

    settings: WebSettings
    queries: Queries
    commands: Commands
    accounts: Accounts
    clock: Clock
    rules: Callable[[], SignInRules] = SignInRules
    """How the command centre divides its day, among others."""
