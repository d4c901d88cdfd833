"""In: nothing. Out: what is chosen of a group's usage, without the tables it is read from. Pure."""

from __future__ import annotations

from enum import StrEnum

TIMEOUT_S = 2.0
"""Longest time one site is waited for. [s]"""


class GroupBy(StrEnum):
    """How finely a group's usage is summed in time."""

    DAY = "day"
    MONTH = "month"
