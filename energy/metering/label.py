"""In: the text of a label's QR code. Out: the meter that it names, and back. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"meterline:([^/#\s]{1,80})/([^/#\s]{1,80})(?:#(.{1,80}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What stands on a meter's label."""

    site: str
    point: str
    serial: str
    """ "" where no meter served the point when it was printed."""


def label_text(site: str, point: str, serial: str) -> str:
    """Return what the QR code of a meter says: site, point and, where one serves, its serial."""
    return f"meterline:{site}/{point}" + (f"#{serial}" if serial else "")


def read_label(text: str) -> Label | None:
    """Return what a scanned text says; None where it is no label of ours."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        return None
    return Label(site=match[1], point=match[2], serial=match[3] or "")
