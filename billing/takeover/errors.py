"""In: what a command of the take-over was refused for. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- TakeOverError       a file cannot be taken, or an act does not fit the state
    +- TakeOverPersonError the second signature must be another person's
    +- ParallelRunError    an invoice would be issued before the parallel run was released
"""

from __future__ import annotations

from energy.base.errors import RefusedError


class TakeOverError(RefusedError):
    """A take-over cannot go on so."""

    code = "takeover"


class TakeOverPersonError(RefusedError):
    """Who loaded a workbook or compared bills cannot sign for it, too."""

    code = "takeover.person"


class ParallelRunError(RefusedError):
    """No invoice is issued while the old system still bills."""

    code = "takeover.parallel_run"
