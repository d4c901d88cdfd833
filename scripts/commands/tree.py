"""In: the words of a row. Out: its verb found and run, its help page, its refusal. I/O: terminal.

A group's module is imported when its verb is asked for: most of a command's start is imports. A
help page imports the signatures alone (`scripts.commands.asked`).

Exit codes: 0 done, 1 findings, 2 refused, 3 no contact.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar, NoReturn, TypeVar

import click
import typer
from typer.core import TyperCommand, TyperGroup

from energy.base.config import load_config, naming
from energy.base.errors import ConfigError, EnergyError
from energy.base.text import LANGUAGES, help_text
from processes.technician_told import NoContactError
from scripts.commands.asked import runs
from scripts.commands.help_page import page_of, refusal_of
from scripts.commands.help_words import speak, word
from scripts.commands.printing import harmless, reader_gone, write_anywhere
from scripts.commands.refusals import file_refused, interruption, no_text

DONE, FINDINGS, REFUSED, NO_CONTACT = 0, 1, 2, 3
Function = TypeVar("Function", bound=Callable[..., Any])
NOBODY_READS = 141
"""Exit code where `| head` has read enough: that of every program of the system."""
Json = Annotated[bool, typer.Option("--json")]
"""Of a verb whose answer machines read, too."""
GLOBAL = ("--data-dir", "--site", "--lang")
"""Options that may stand anywhere in the row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What the global options say."""

    data_dir: Path | None = None
    site: str | None = None
    language: str | None = None
    """Language that was named."""
    spoken: str = "en"
    """Language of the terminal: the named one, else the settings'."""


class Verb(TyperCommand):
    """A verb whose help page is found in the reader's language by where it stands."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the page."""
        _write_page(ctx, formatter)


class Group(TyperGroup):
    """A group of verbs that names its own when one is unknown."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the page."""
        _write_page(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the verbs of the group when one is unknown."""
        known = self.list_commands(ctx)
        if args and args[0] not in known:
            key = "no_verb_of" if ctx.parent else "no_verb"
            language = language_of(ctx)
            close = get_close_matches(args[0], known, n=1)
            near = word(language, "nearest", verb=close[0]) if close else ""
            values = {"verb": args[0], "known": ", ".join(known), "group": ctx.info_name}
            ctx.fail(word(language, key, near=near, **values))
        return super().resolve_command(ctx, args)


class Verbs(Group):
    """The top of the verbs: global options anywhere, errors as messages and exit codes."""

    groups: ClassVar[tuple[str, ...]] = ()
    """Names of the groups, each a module `scripts.commands.<name>` with its `app`."""
    _made: ClassVar[dict[str, click.Command]] = {}

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's own signature
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002
        **extra: Any,
    ) -> Any:
        """Run a row; what cannot be understood is told in the language of the terminal."""
        language = language_meant(sys.argv[1:] if args is None else args)
        speak(language)
        encoding = write_anywhere()
        if language == "zh" and encoding is not None:  # else every row of it is a riddle
            typer.echo(word("en", "narrow", encoding=encoding), err=True)
        extra["obj"] = Meant(spoken=language)
        try:
            require_language(sys.argv[1:] if args is None else args, language)
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except click.ClickException as error:
            if not standalone_mode:
                raise
            typer.echo(harmless(refusal_of(error, language)), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            if not standalone_mode:
                raise
            typer.echo(word(language, "aborted"), err=True)
            sys.exit(1)
        finally:
            if reader_gone():  # else the interpreter itself complains when it ends
                sys.exit(NOBODY_READS)
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else DONE)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the groups and the processes."""
        return [*self.groups, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a group or a process, imported now."""
        if cmd_name not in self.groups:
            return super().get_command(ctx, cmd_name)
        if cmd_name not in self._made:  # asked for twice for each row, and dear to make
            app = import_module(f"scripts.commands.{cmd_name}").app
            self._made[cmd_name] = typer.main.get_command(app)
        return self._made[cmd_name]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let global options stand behind the verb too."""
        return super().parse_args(ctx, hoisted(args))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; what a person can mend is a message, never a traceback."""
        place = (*ctx.protected_args, *ctx.args)[:2]
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("\n" + interruption(place, language_of(ctx)), err=True)
            raise
        except Exception as error:
            if isinstance(error, BrokenPipeError) and reader_gone():
                sys.exit(NOBODY_READS)
            language = language_of(ctx)
            not_here = getattr(ctx.find_root().obj, "not_here", None)
            if isinstance(error, ModuleNotFoundError) and not_here is not None:  # a laptop
                fail(not_here(" ".join(ctx.protected_args)), REFUSED, language)
            if _lost_contact(error):
                fail(error, NO_CONTACT, language)
            if isinstance(error, UnicodeDecodeError):
                fail(no_text(error, language), REFUSED, language)
            if isinstance(error, OSError) and error.filename:
                fail(file_refused(error, language), REFUSED, language)
            if isinstance(error, (EnergyError, OSError)):
                fail(error, REFUSED, language)
            raise


class Words(typer.Typer):
    """A typer whose verbs show our help pages."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Function], Function]:
        """Add a verb."""
        return super().command(name, cls=Verb, **settings)


def keep_quiet() -> None:
    """Let nothing but warnings of the parts below through to the terminal."""
    if not runs():  # a help page warns of nothing
        return
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def group(name: str) -> Words:
    """Return an empty group of verbs."""
    app = Words(name=name, cls=Group, no_args_is_help=True, add_completion=False)
    app.callback()(_nothing)  # keeps a group with one verb a group
    return app


def _nothing() -> None:
    """Have no options of its own."""


def _write_page(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    columns = shutil.get_terminal_size().columns
    formatter.write(page_of(ctx, language_of(ctx), columns))


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the global options first."""
    first: list[str] = []
    rest: list[str] = []
    row = list(arguments)
    while row:
        word = row.pop(0)
        if word == "--":
            rest += [word, *row]
            break
        if word in GLOBAL and row:
            first += [word, row.pop(0)]
        elif word.partition("=")[0] in GLOBAL:
            first.append(word)
        else:
            rest.append(word)
    return first + rest


def language_meant(row: Sequence[str]) -> str:
    """Return the language of the terminal before anything is parsed; English where it is unknown.

    Args:
        row: The words behind the program's name.
    """
    named = _named_language(row)
    if named in LANGUAGES:
        return named
    try:  # what is named is none: it is refused in the language of the settings
        return load_config(environment=naming(None, os.environ)).language
    except ConfigError:
        return "en"


def require_language(row: Sequence[str], language: str) -> None:
    """Refuse a row that names a language that is none; a help page would not ask for it.

    Args:
        row: The words behind the program's name.
        language: In which it is told.

    Raises:
        click.UsageError: It names none of the languages.
    """
    named = _named_language(row)
    if named and named not in LANGUAGES:
        known = {"option": "--lang", "value": named, "known": ", ".join(LANGUAGES)}
        raise click.UsageError(help_text(language, "misused.none_of", **known))


def _named_language(row: Sequence[str]) -> str | None:
    """Return what --lang says in a row; None without it."""
    named: str | None = None
    first = hoisted(row)
    for number, each in enumerate(first):
        option, _, value = each.partition("=")
        if each == "--":
            break
        if option == "--lang":
            named = value if "=" in each else "".join(first[number + 1 : number + 2])
    return named


def fail(error: BaseException, code: int, language: str = "en") -> NoReturn:
    """Print an error on standard error and end with a code.

    Args:
        error: What went wrong.
        code: Exit code.
        language: Of the person at the terminal.
    """
    if isinstance(error, EnergyError):
        typer.echo(harmless(f"{error.code}: {error.told(language)}"), err=True)
    else:
        typer.echo(harmless(str(error)), err=True)
    raise typer.Exit(code)


def language_of(ctx: click.Context) -> str:
    """Return the language of the person at the terminal."""
    found = ctx.find_root().obj
    if found is None or isinstance(found, Meant):
        return found.spoken if found is not None else "en"
    language: str = found.config.language
    return language


def misused(key: str, **values: object) -> click.UsageError:
    """Return the refusal of a row whose options do not make sense.

    Args:
        key: Of the text in `help/words.toml`, part [misused].
        values: What fills its places.
    """
    language = language_of(click.get_current_context())
    return click.UsageError(help_text(language, f"misused.{key}", **values))


def _lost_contact(error: BaseException) -> bool:
    """Return whether somebody did not answer: device, database, broker."""
    if isinstance(error, NoContactError):
        return True
    if "psycopg" not in sys.modules:
        return False
    from processes.installation import lost_contact

    return lost_contact(error)
