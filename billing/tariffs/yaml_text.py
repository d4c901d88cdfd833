"""In: the text of a YAML file. Out: tables, lists, texts, whole numbers, true, false, null. Pure.

The scalars of YAML 1.2's core and none of YAML 1.1's surprises: `11:00`, `yes`, `2025-01-01` and
`07-01` stay texts. Tags, anchors, aliases, a key that stands twice and a second document are
refused: a tariff is read the same by everybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from billing.checked_table import BareNumber

LONGEST = 500_000
"""Of a file. [sign]"""
DEEPEST = 32
"""Tables and lists within each other."""
_PARSER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where the wheel has it, 20 times as fast; only its events are taken."""
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|nan)", re.IGNORECASE
)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class NoYamlError(ValueError):
    """A text is no YAML that is read here; says why and where."""


@dataclass(slots=True)
class _Open:
    """A table or list that is still being read."""

    made: dict[str, object] | list[object]
    key: str | None = field(default=None)
    """Of a table: the key whose value comes next."""

    def take(self, value: object, mark: object) -> None:
        """Put what was read in its place."""
        if isinstance(self.made, list):
            self.made.append(value)
        elif self.key is None:
            if not isinstance(value, str):
                raise NoYamlError(f"a key must be a plain word{_where(mark)}")
            if value in self.made:
                raise NoYamlError(f"{value!r} stands twice{_where(mark)}")
            self.key = value
        else:
            self.made[self.key] = value
            self.key = None


def yaml_of(text: str) -> dict[str, object]:
    """Return the table that a text is.

    Args:
        text: YAML.

    Raises:
        NoYamlError: It is none, or uses what is not read here.
    """
    if len(text) > LONGEST:
        raise NoYamlError(f"it is longer than {LONGEST} signs")
    try:
        made = _built(text)
    except yaml.MarkedYAMLError as error:
        raise NoYamlError(f"{error.problem or error.context}{_where(error.problem_mark)}") from None
    except yaml.YAMLError as error:
        raise NoYamlError(str(error).partition("\n")[0]) from None
    if not isinstance(made, dict):
        raise NoYamlError("it is no table; begin with `tariff: NAME`")
    return made


def _built(text: str) -> object:
    stack = [_Open([])]
    for event in yaml.parse(text, Loader=_PARSER):
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise NoYamlError(f"aliases (*name) are not read; write it out{_where(mark)}")
        if isinstance(event, yaml.NodeEvent):
            _check_plain(event)
        if isinstance(event, yaml.ScalarEvent):
            is_key = isinstance(stack[-1].made, dict) and stack[-1].key is None
            stack[-1].take(event.value if is_key else _scalar(event), mark)
        elif isinstance(event, yaml.MappingStartEvent):
            stack.append(_Open({}))
        elif isinstance(event, yaml.SequenceStartEvent):
            stack.append(_Open([]))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            made = stack.pop().made
            stack[-1].take(made, mark)
        if len(stack) > DEEPEST:
            raise NoYamlError(f"tables and lists lie too deep in each other{_where(mark)}")
    documents = stack[0].made
    if len(documents) > 1:
        raise NoYamlError("it holds more than one document (---)")
    return documents[0] if isinstance(documents, list) and documents else None


def _check_plain(event: yaml.NodeEvent) -> None:
    tag = getattr(event, "tag", None)
    if tag is not None:
        raise NoYamlError(f"tags ({tag}) are not read; leave it out{_where(event.start_mark)}")
    if event.anchor is not None:
        raise NoYamlError(
            f"anchors (&{event.anchor}) are not read; write it out{_where(event.start_mark)}"
        )


def _scalar(event: yaml.ScalarEvent) -> object:
    value: str = event.value
    if event.style:  # plain scalars have none, or an empty one
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _WHOLE.fullmatch(value):
        return int(value)
    if _NUMBER.fullmatch(value):
        return BareNumber(value)
    return value


def _where(mark: object) -> str:
    """Return where in the file; the marks of libyaml are no class of the other's."""
    line, column = getattr(mark, "line", None), getattr(mark, "column", None)
    if line is None or column is None:
        return ""
    return f" (at line {line + 1}, column {column + 1})"
