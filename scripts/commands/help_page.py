"""In: a verb of the command row. Out: its help page as text, as wide as the terminal. Pure.

click's and rich's own pages know one language and break Chinese anywhere; these do neither.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path

import click

from energy.base.text import help_text
from scripts.commands.help_words import key_of, place_of, says, word

MOST_COLUMNS = 100
"""Wider than this no page is read well."""
MOST_NAMES = 30
"""Columns that names of options may take beside their texts; a longer one has its own row."""
INDENT, GUTTER = 2, 2
_UNITS = re.compile(r"\s+|[\u2e80-\uffef]|[^\s\u2e80-\uffef]+")
_NUMBER = r"-?[\d.]*\d"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?")
_BOUNDS = re.compile(rf"(?P<least>{_NUMBER})<=x<=(?P<most>{_NUMBER})|\bx>=(?P<only>{_NUMBER})")
_NEVER_FIRST = frozenset("，。；：、？！）】》”’%…")
_NEVER_LAST = frozenset("（【《“‘")


def page_of(ctx: click.Context, language: str, columns: int) -> str:
    """Return the help page of a context's command.

    Args:
        ctx: Of the verb or group.
        language: Of the reader.
        columns: Of the terminal.
    """
    width = min(columns, MOST_COLUMNS)
    command, place = ctx.command, place_of(ctx)
    blocks = [usage_of(ctx, language)]
    blocks += ["\n".join(wrapped(each, width)) for each in says(place, language).split("\n\n")]
    for title, wanted in (("arguments", click.Argument), ("options", click.Option)):
        rows = [
            (_name(each, language), _meaning(each, ctx, place, language))
            for each in command.get_params(ctx)
            if isinstance(each, wanted)
        ]
        blocks += _block(word(language, title), rows, width)
    if isinstance(command, click.Group):
        above = place if ctx.parent else ()
        verbs = command.list_commands(ctx)
        rows = [(verb, says((*above, verb), language).split("\n\n")[0]) for verb in verbs]
        blocks += _block(word(language, "verbs"), rows, width)
    return "\n\n".join(blocks) + "\n"


def usage_of(ctx: click.Context, language: str) -> str:
    """Return the row that shows how a verb is called."""
    words = [ctx.command_path, word(language, "option_mark")]
    words += [_name(p, language) for p in ctx.command.params if isinstance(p, click.Argument)]
    if isinstance(ctx.command, click.Group):
        words.append(word(language, "verb_mark"))
    return word(language, "usage", row=" ".join(words))


def refusal_of(error: click.ClickException, language: str) -> str:
    """Return what a person reads who typed a row that cannot be understood."""
    if isinstance(error, click.BadParameter) and error.param is not None:
        error.message = _day_refused(error.message, error.param.type, language)
    message = error.format_message()
    message = _BOUNDS.sub(lambda found: _bounds(found, language), message)
    if language == "zh":
        message = message.removesuffix(".") + "。" if message.endswith(".") else message
        message = message.replace("。 ", "。")
    text = word(language, "error", message=message)
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if ctx is None:
        return text
    look = word(language, "look", row=f"{ctx.command_path} --help")
    return f"{usage_of(ctx, language)}\n{look}\n\n{text}"


def _day_refused(message: str, kind: click.ParamType, language: str) -> str:
    """Return what is told of a day that is none; any other message as it is."""
    typed = re.match(r"'([^']*)'", message)
    if not isinstance(kind, click.DateTime) or typed is None:
        return message
    if _DAY.fullmatch(typed[1]):
        return word(language, "day_none", value=typed[1])
    written = [each.replace("%H:%M", "HH:MM") for each in kind.formats]
    forms = [each.replace("%Y-%m-%d", "YYYY-MM-DD") for each in written]
    return word(language, "day_form", value=typed[1], forms=" / ".join(forms))


def _bounds(found: re.Match[str], language: str) -> str:
    """Return the bounds of a number as a person says them: click writes 1<=x<=9, or x>=1."""
    if found["most"] is not None:
        return word(language, "range", least=found["least"], most=found["most"])
    return word(language, "least", least=found["only"])


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in rows: words stay whole, Chinese breaks between any two signs.

    Args:
        text: One paragraph.
        width: Most columns of a row; a Chinese sign takes two.
    """
    rows = [""]
    for unit in _unbroken(text):
        if unit.isspace():
            rows[-1] += " " if rows[-1] else ""
        elif columns_of(rows[-1] + unit) <= width or not rows[-1].strip():
            rows[-1] += unit
        else:
            rows[-1] = rows[-1].rstrip()
            rows.append(unit)
    rows[-1] = rows[-1].rstrip()
    return rows


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _unbroken(text: str) -> Iterator[str]:
    """Yield what must not be torn apart: a word, a sign with the mark behind or before it."""
    held = ""
    for unit in _UNITS.findall(text):
        if held and (unit in _NEVER_FIRST or held[-1] in _NEVER_LAST):
            held += unit
            continue
        if held:
            yield held
        held = unit
    if held:
        yield held


def _block(title: str, rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Return a titled list of names and meanings; nothing for none."""
    if not rows:
        return []
    widths = [columns_of(name) for name, _ in rows]
    names = max((each for each in widths if each <= MOST_NAMES), default=MOST_NAMES)
    left = INDENT + names + GUTTER
    printed = [click.style(title, bold=True)]
    for (name, meaning), taken in zip(rows, widths, strict=True):
        lines = wrapped(meaning, max(width - left, 20))
        head = " " * INDENT + name
        if taken > names:
            printed.append(head)
        else:
            printed.append(head + " " * (left - INDENT - taken) + lines.pop(0))
        printed += [" " * left + line for line in lines]
    return ["\n".join(printed)]


def _name(parameter: click.Parameter, language: str) -> str:
    """Return how a parameter is written: --unit NUMBER."""
    if isinstance(parameter, click.Argument):
        name = (parameter.name or "").rstrip("_").upper()
        return name if parameter.required else f"[{name}]"
    named = ", ".join(parameter.opts)
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return named
    return f"{named} {_kind(parameter.type, language)}"


def _kind(kind: click.ParamType, language: str) -> str:
    match kind:
        case click.Choice():
            return "|".join(kind.choices)
        case click.DateTime():
            return word(language, "date")
        case click.types.IntParamType() | click.types.FloatParamType():
            return word(language, "number")
        case click.Path():
            return word(language, "path")
    return word(language, "text")


def _meaning(
    parameter: click.Parameter, ctx: click.Context, place: Sequence[str], language: str
) -> str:
    """Return what a parameter means, with its default and its bounds."""
    text = help_text(language, key_of(place, parameter.name or ""))
    extras: list[str] = []
    if isinstance(parameter.envvar, str):
        extras.append(word(language, "variable", name=parameter.envvar))
    kind = parameter.type
    if isinstance(kind, (click.IntRange, click.FloatRange)):
        bounds = "least" if kind.max is None else "range"
        extras.append(word(language, bounds, least=kind.min, most=kind.max))
    default = parameter.get_default(ctx, call=False)
    known = isinstance(default, (str, int, float, Path, Enum)) and default is not False
    if known and default != "":
        value = default.value if isinstance(default, Enum) else default
        extras.append(word(language, "default", value=value))
    if parameter.required and isinstance(parameter, click.Option):
        extras.append(word(language, "required"))
    joined = word(language, "between").join(extras)
    return text + (word(language, "extras", extras=joined) if extras else "")
