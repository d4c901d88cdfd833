"""In: `--by`, a terminal or METERLINE_PASSWORD. Out: who has signed in for a laptop's work. I/O."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import UUID

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, interactive, required

if runs():
    from processes.laptop_errors import LaptopError

if TYPE_CHECKING:  # the server's side: a laptop lacks what it needs
    from processes.laptop_sign_in import Signed

PASSWORD = "METERLINE_PASSWORD"  # noqa: S105 - a name
"""Environment variable with the password of who brings a bundle in, where nobody is asked."""


def signed_by(at: Opened, person: UUID | None, by: str | None) -> Signed:
    """Return who answers for a bundle: whose pack it is, or whoever says so, with a password.

    Raises:
        SignInError: It is another's, or the password does not fit.
        NotPermittedError: The person lacks the role.
        click.UsageError: Nobody is named and nobody can be asked.
    """
    from processes.laptop_sign_in import signed_in

    owner = None if person is None else at.system.people.get(person)
    sign_in, password = _password(
        at, by or (None if owner is None else owner.sign_in), "nobody_signed"
    )
    return signed_in(at.system, at.site, person, sign_in=sign_in, password=password)


def decided_by(at: Opened, by: str | None) -> UUID:
    """Return who decides on a command in review, with a password.

    Raises:
        SignInError: The password does not fit.
        NotPermittedError: The person does not decide on readings.
        click.UsageError: Nobody is named and nobody can be asked.
    """
    from processes.laptop_sign_in import decider

    sign_in, password = _password(at, by, "nobody_decides")
    return decider(at.system, at.site, sign_in=sign_in, password=password)


def _password(at: Opened, named: str | None, lacking: str) -> tuple[str, str]:
    """Return sign-in and password, asked for where they are not given."""
    sign_in = required(named, "--by", at.text("ask.by"))
    password = os.environ.get(PASSWORD)
    if password is None and interactive():
        question = at.text("ask_laptop.password", sign_in=sign_in)
        password = str(typer.prompt(question, hide_input=True))
    if password is None:
        raise LaptopError.of(lacking)
    return sign_in, password
