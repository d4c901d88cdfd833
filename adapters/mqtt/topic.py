"""In: a topic pattern of a mapping or site file, a message's topic. Out: its named parts. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TOPIC = 512
"""Longest topic accepted. [character]"""
DEVICE = "device"
"""Name of the part that a bare "+" stands for."""
_FIXED = re.compile(r"[A-Za-z0-9$][A-Za-z0-9_.:-]{0,99}")
_LEVEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
_NAMED = re.compile(r"\{([a-z][a-z0-9_]{0,31})\}")


class TopicPatternError(ValueError):
    """A topic pattern cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPattern:
    """A topic whose named levels tell who speaks, e.g. "plant/{gateway}/{device}/up"."""

    text: str
    filter: str
    """What the broker is asked for: "+" for each named level."""
    levels: tuple[str | None, ...]
    """Fixed levels; None where a named one stands."""
    names: tuple[tuple[int, str], ...]
    """Place and name of each named level."""

    @staticmethod
    def of(text: str) -> TopicPattern:
        """Return the pattern written in a text; "+" is short for "{device}".

        Raises:
            TopicPatternError: It holds other wildcards, empty levels, or a name twice.
        """
        levels: list[str | None] = []
        names: list[tuple[int, str]] = []
        for place, level in enumerate(text.split("/")):
            named = _NAMED.fullmatch(f"{{{DEVICE}}}" if level == "+" else level)
            if named is None and not _FIXED.fullmatch(level):
                raise TopicPatternError(
                    f"Topic {text!r}: level {level!r} is neither a plain name nor {{a_part}}. "
                    'Write for example "meterline/SITE/pulses/{device}".'
                )
            levels.append(None if named else level)
            if named:
                names.append((place, named.group(1)))
        found = [name for _, name in names]
        if len(set(found)) != len(found) or len(text) > MAX_TOPIC:
            raise TopicPatternError(
                f"Topic {text[:200]!r} names a part twice or is longer than {MAX_TOPIC}. "
                "Give every part a name of its own."
            )
        return TopicPattern(
            text=text,
            filter="/".join("+" if level is None else level for level in levels),
            levels=tuple(levels),
            names=tuple(names),
        )

    def parts(self, topic: str) -> dict[str, str] | None:
        """Return the named parts of a topic; None when it does not fit the pattern.

        A part is a plain name: no topic brings "..", wildcards, markup or quotes further.
        """
        if len(topic) > MAX_TOPIC:
            return None
        levels = topic.split("/")
        if len(levels) != len(self.levels):
            return None
        for level, fixed in zip(levels, self.levels, strict=True):
            if level != fixed and (fixed is not None or not _LEVEL.fullmatch(level)):
                return None
        return {name: levels[place] for place, name in self.names}
