"""In: what a command on papers was refused for. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- DeliveryError   a paper cannot be queued, handed out, sent or said to have come back
"""

from __future__ import annotations

from energy.base.errors import RefusedError


class DeliveryError(RefusedError):
    """A paper is not at the step that a command belongs to, or has nowhere to go."""

    code = "delivery"
    PART = "delivery"
