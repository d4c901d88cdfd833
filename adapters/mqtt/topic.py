"""In: a topic filter of the site file, a message's topic. Out: the device, or None. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TOPIC = 512
"""Longest topic accepted. [character]"""
_LEVEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")


class TopicFilterError(ValueError):
    """A topic filter cannot name devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTopic:
    """A filter with one "+": the level that names the device."""

    filter: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @staticmethod
    def of(text: str) -> DeviceTopic:
        """Return the filter written in a text, for example "meterline/cambridge/pulses/+".

        Raises:
            TopicFilterError: It does not hold exactly one "+", or holds other wildcards.
        """
        levels = text.split("/")
        fixed = [level for level in levels if level != "+"]
        if levels.count("+") != 1 or not all(_LEVEL.fullmatch(level) for level in fixed):
            raise TopicFilterError(
                f'Topic filter {text!r} must hold exactly one level "+" (the device) and plain '
                'names otherwise, for example "meterline/SITE/pulses/+".'
            )
        place = levels.index("+")
        return DeviceTopic(
            filter=text, before=tuple(levels[:place]), after=tuple(levels[place + 1 :])
        )

    def device(self, topic: str) -> str | None:
        """Return the device a topic names; None when the topic does not fit the filter."""
        if len(topic) > MAX_TOPIC:
            return None
        levels = topic.split("/")
        place = len(self.before)
        fits = (
            len(levels) == place + 1 + len(self.after)
            and tuple(levels[:place]) == self.before
            and tuple(levels[place + 1 :]) == self.after
        )
        return levels[place] if fits and _LEVEL.fullmatch(levels[place]) else None
