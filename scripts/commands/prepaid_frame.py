"""In: words of a row, a site. Out: amounts, the offices of prepaid, the act of a person. I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID, uuid4

from scripts.commands.asked import runs
from scripts.commands.frame import Opened

if TYPE_CHECKING:
    from dashboards.security.scope import Right

if runs():
    from billing.documents.contents import Party
    from billing.prepaid.office import PrepaidOffice
    from billing.prepaid.server_account import Act

DAY = ["%Y-%m-%d"]


def office_of(at: Opened) -> PrepaidOffice:
    """Return the office of prepaid accounts."""
    return PrepaidOffice(at.books, at.system.clock)


def act_of(at: Opened, by: str | None, right: Right, command: UUID | None = None) -> Act:
    """Return an act of now by a person who may.

    Raises:
        RefusedError: There is no such person.
        NotPermittedError: The person lacks the role.
    """
    person = at.person(by, right)
    at.settle("books")
    return office_of(at).act(person, command or uuid4())


def paper_language(at: Opened) -> Literal["en", "zh"]:
    """Return the language of papers: that of the person at the terminal."""
    return "zh" if at.language == "zh" else "en"


def party_of(at: Opened, account: str) -> Party:
    """Return whom a paper is written to, as the vault opens it."""
    held, vault = at.books.account(account), at.system.vault
    return Party(
        account=account,
        name=vault.open(held.person, held.name_sealed),
        address=vault.open(held.person, held.address_sealed),
    )
