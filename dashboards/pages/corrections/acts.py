"""In: what an approver typed about a correction. Out: it decided, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from billing.receivables.errors import PaymentError
from dashboards.pages.parts import Parts
from dashboards.viewer import Viewer

ACCEPT, REJECT = "accept-correction", "reject-correction"


def accept(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Accept the correction called `about`.

    Raises:
        RefusedError: The command was refused.
    """
    parts.commands.money.accept_correction(viewer.scope, about, typed.get("why", ""))
    return viewer.say("corrections.accepted", name=about)


def reject(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Reject the correction called `about`, with a reason.

    Raises:
        PaymentError: No reason is given.
        RefusedError: The command was refused.
    """
    if not typed.get("why"):
        raise PaymentError.of("no_reason")
    parts.commands.money.reject_correction(viewer.scope, about, typed["why"])
    return viewer.say("corrections.rejected", name=about)


ACTS: dict[str, Callable[[Parts, Viewer, str, Mapping[str, str]], str]] = {
    ACCEPT: accept,
    REJECT: reject,
}
