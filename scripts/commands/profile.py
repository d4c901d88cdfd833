"""In: `profile list|show|check|docs`. Out: what is known of products, or the faults of a map.

I/O: the terminal, a file. No verb needs a database or a device.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.frame import installation_of
from scripts.commands.printing import harmless, plain, print_facts, print_json, print_table, worded
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from processes.profile_page import profiles_page
    from processes.profile_reads import (
        ProfileSheet,
        every_sheet,
        file_sheet,
        folder_of,
        sheet,
        shipped,
        text_of,
    )

app = group("profile")
_WORDS = {
    "utility": "utility",
    "kind": "kind",
    "side": "profile.word",
    "word_order": "profile.word",
    "trust": "profile.word",
}
"""Parts of the catalogue with the words for what a profile says; ids of quantities are typed."""


@app.command("list")
def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show every profile: those that ship and a site's own."""
    language = installation_of(ctx).config.language
    sheets, faulty = every_sheet()
    if as_json:
        print_json([_heading(each) for each in sheets])
    else:
        _print_list(language, sheets)
    for error in faulty:
        typer.echo(harmless(f"{error.code}: {error.told(language)}"), err=True)
    if faulty:
        raise typer.Exit(FINDINGS)


def _print_list(language: str, sheets: Sequence[ProfileSheet]) -> None:
    names = ("profile", "protocol", "products", "utility", "link", "trust", "bills", "origin")
    rows = [
        (
            each.profile, each.protocol, f"{each.vendor} {', '.join(each.models)}",
            worded(language, "utility", each.utility), ", ".join(each.link),
            worded(language, "profile.word", each.trust),
            ", ".join(each.bills) or None,
            t(language, "cli.profile.own" if each.own else "cli.profile.shipped"),
        )
        for each in sheets
    ]  # fmt: skip
    print_table([t(language, f"cli.profile.{key}") for key in names], rows)


@app.command()
def show(
    ctx: typer.Context,
    profile: str,
    *,
    toml: Annotated[bool, typer.Option("--toml")] = False,
    as_json: Json = False,
) -> None:
    """Show one profile: where each quantity lies, and how sure that is."""
    language = installation_of(ctx).config.language
    if toml:
        print(text_of(profile), end="")
    elif as_json:
        print_json({**_heading(sheet(profile)), "points": sheet(profile).points})
    else:
        _print_sheet(language, sheet(profile))


@app.command()
def check(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    *,
    as_json: Json = False,
) -> None:
    """Check a profile of your own; every problem is listed at once."""
    language = installation_of(ctx).config.language
    read = file_sheet(file)
    if as_json:
        print_json({**_heading(read), "points": read.points})
        return
    _print_sheet(language, read)
    told = {"profile": read.profile, "points": len(read.points)}
    print(t(language, "cli.profile.sound", folder=folder_of(read.protocol), **told))


@app.command()
def docs(ctx: typer.Context) -> None:
    """Print the page of the profiles that ship (docs/profiles.md)."""
    installation_of(ctx)
    print(profiles_page(sheet(name) for name in shipped()), end="")


def _heading(read: ProfileSheet) -> dict[str, object]:
    fields = plain(read)
    del fields["points"]
    return {**fields, "bills": read.bills}


def _print_sheet(language: str, read: ProfileSheet) -> None:
    rows = []
    for key, value in _heading(read).items():
        values = value if isinstance(value, list) else [value]
        name = t(language, f"cli.profile.{key}")
        part = _WORDS.get(key, "")
        rows += [(name, worded(language, part, each)) for each in values if each and key != "own"]
    print_facts(rows)
    print()
    names = ("quantity", "fc", "register", "type", "step", "unit", "kind", "side", "trust", "note")
    print_table(
        [t(language, f"cli.profile.{key}") for key in names],
        [
            tuple(worded(language, _WORDS.get(key, ""), getattr(point, key)) for key in names)
            for point in read.points
        ],
        right=(1, 2, 4),
    )
    if read.unsettled:
        print(t(language, "cli.profile.unsettled", quantities=", ".join(read.unsettled)))
    if "unknown" in read.side:
        print(t(language, "cli.profile.side_unknown"))
