"""In: what a person typed about the take-over. Out: it decided, and what to say. I/O by ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from billing.receivables.errors import PaymentError
from dashboards.pages.parts import Parts
from dashboards.viewer import Viewer

DROP, RELEASE, SIGN = "drop-take-over", "release-take-over", "sign-take-over"
SHORT = 12
"""Digits of a hash that are shown."""


def drop(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """Give up the workbook whose hash is `about`.

    Raises:
        RefusedError: No reason is given, or the command was refused.
    """
    if not typed.get("why"):
        raise PaymentError.of("no_reason")
    parts.commands.takeover.drop(viewer.scope, about, typed["why"])
    return viewer.say("takeover_page.dropped", sha256=about[:SHORT])


def sign(parts: Parts, viewer: Viewer, about: str, _typed: Mapping[str, str]) -> str:
    """Wish that the workbook whose hash is `about` is signed and written.

    Raises:
        RefusedError: The command was refused.
    """
    parts.commands.takeover.sign(viewer.scope, about)
    return viewer.say("takeover_page.signing", sha256=about[:SHORT])


def release(parts: Parts, viewer: Viewer, about: str, typed: Mapping[str, str]) -> str:
    """End the parallel run over the comparison whose hash is `about`.

    Raises:
        RefusedError: The command was refused.
    """
    parts.commands.takeover.release(viewer.scope, about, typed.get("why", ""))
    return viewer.say("takeover_page.released")


ACTS: dict[str, Callable[[Parts, Viewer, str, Mapping[str, str]], str]] = {
    DROP: drop,
    RELEASE: release,
    SIGN: sign,
}
