"""In: nothing. Out: the causes that an alert may be closed with. Pure.

A short list, so that causes can be counted: what fits none is `other`, with words.
"""

from __future__ import annotations

from enum import StrEnum


class AlertCause(StrEnum):
    """What the cause of an alert was, as who closes it says."""

    FAULT = "fault"
    """Something broke, and was mended or switched off."""
    LOAD = "load"
    """More or less was used than usual, and nothing is broken."""
    WORK = "work"
    """Work on site, planned or not."""
    SUPPLIER = "supplier"
    """The grid or another supplier."""
    WEATHER = "weather"
    DEVICE = "device"
    """The meter, its sensor or its line to us."""
    RULE = "rule"
    """The rule is set wrong: it should not have raised it."""
    UNKNOWN = "unknown"
    """It was looked for and not found."""
    OTHER = "other"
    """None of these: the words say it."""
