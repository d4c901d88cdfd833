"""In: nothing. Out: questions about switching orders; each takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol

from dashboards.queries.rows import Answer
from dashboards.queries.switching_rows import (
    SwitchingBoard,
    SwitchingChoices,
    SwitchingPage,
    TemplatePage,
)
from dashboards.security.scope import Scope
from energy.service.switching.reads import TemplateRow


class SwitchingQueries(Protocol):
    """Questions about switching orders and permits.

    Accounts are told to who acknowledges alerts or reads bills.
    """

    def switching(self, scope: Scope) -> Answer[SwitchingBoard]:
        """Return the orders that are open and over, permits out, requests that wait."""
        ...

    def switching_order(self, scope: Scope, number: str) -> Answer[SwitchingPage] | None:
        """Return the order of a number; None: there is none."""
        ...

    def switching_choices(self, scope: Scope) -> SwitchingChoices:
        """Return what a new order can be made of; for who may write one."""
        ...

    def switching_templates(self, scope: Scope) -> tuple[TemplateRow, ...]:
        """Return the newest version of each template."""
        ...

    def switching_template(self, scope: Scope, key: str) -> TemplatePage | None:
        """Return the newest version of a template; None: there is no such template."""
        ...

    def switching_paper(self, scope: Scope, number: str, language: str) -> bytes | None:
        """Return the paper of an order for the room, as PDF; None: there is no such order."""
        ...
