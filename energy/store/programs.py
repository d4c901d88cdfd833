"""In: a PostgreSQL program and its arguments. Out: what it said, or an error with it. I/O.

For the programs that only talk to a server or read files (pg_basebackup, pg_dump, psql): they run
as whoever started us. What must run as the server's account goes through `privilege.Account`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from energy.store.binaries import Binaries
from energy.store.errors import StoreError

_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "HOME")
_SHOWN_ROWS = 15


class ProgramError(StoreError):
    """A program of PostgreSQL ended with an error."""

    code = "store.program"


def run_program(
    binaries: Binaries, name: str, arguments: Sequence[str], *, purpose: str, next_step: str
) -> str:
    """Run a program to its end and return what it wrote.

    Args:
        binaries: Where the programs lie.
        name: Program, such as `pg_dump`.
        arguments: Its arguments.
        purpose: What it was to do, the beginning of the error's sentence.
        next_step: What the person does when it fails.

    Raises:
        ProgramError: It is not there, or ended with an error.
    """
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    try:
        done = subprocess.run(
            [binaries.program(name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            env=environment | {"LC_ALL": "C.UTF-8"},
            umask=0o077,
        )
    except OSError as error:
        raise ProgramError(
            f"{purpose}: {binaries.program(name)} does not run ({error}). {next_step}"
        ) from error
    if done.returncode != 0:
        rows = "\n".join(f"  {row}" for row in done.stdout.splitlines()[-_SHOWN_ROWS:])
        raise ProgramError(f"{purpose}: {name} failed. {next_step}\nIt wrote:\n{rows}")
    return done.stdout
