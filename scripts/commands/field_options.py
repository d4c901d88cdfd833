"""In: what a technician types. Out: values of the field commands, and their result on the screen.

The options that several field commands share, asked for where somebody sits at the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from energy.base.units import Utility
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, required
from scripts.commands.printing import pause_with_bar, print_facts, print_json, print_table
from scripts.commands.tree import misused

if runs():
    from adapters.number_text import MAX_DIGITS, exact_number, exact_ratio
    from energy.metering.channel import Side
    from processes.field_documents import Document, read_document
    from processes.laptop_installation import LaptopInstallation
    from processes.technician_checks import Check
    from processes.technician_desk import FieldDesk, Pause
    from processes.technician_papers import Filed
    from processes.technician_values import SIDES, Done, Remarks, Witnesses

T = TypeVar("T")
if TYPE_CHECKING:
    from processes.technician_site import SiteDesk

Watch = Annotated[int, typer.Option(min=0, max=3600)]


def desk_of(at: Opened) -> FieldDesk:
    """Return the desk of a technician: at the site meant, or the laptop's."""
    laptop = laptop_of(at)
    return site_desk_of(at) if laptop is None else laptop.desk(_pause(at))


def site_desk_of(at: Opened) -> SiteDesk:
    """Return the desk with the journal behind it.

    Raises:
        NotHereError: This is a laptop.
    """
    system = at.system  # a laptop refuses here
    from processes.technician_site import SiteDesk

    return SiteDesk(
        system,
        at.site,
        plan_file=at.installation.plan_file_of(at.site.key),
        environment=at.installation.environment,
        pause=_pause(at),
    )


def laptop_of(at: Opened) -> LaptopInstallation | None:
    """Return the laptop this is; None at an installation."""
    found: object = at.installation
    return found if isinstance(found, LaptopInstallation) else None


def judged(done: T | None) -> T:
    """Return what became of an act that every desk judges at once."""
    assert done is not None, "only acts that come later are not judged"
    return done


def print_kept(at: Opened) -> None:
    """Print under which number a laptop has kept what was just done."""
    laptop = laptop_of(at)
    if laptop is not None:
        print(at.text("laptop.kept", number=laptop.home.commands()[-1].number))


def print_unjudged(at: Opened) -> None:
    """Print that a laptop has kept what only the server can judge."""
    laptop = laptop_of(at)
    assert laptop is not None, "an installation judges at once"
    print(at.text("laptop.kept_unjudged", number=laptop.home.commands()[-1].number))


def _pause(at: Opened) -> Pause:
    def pause(seconds: int) -> None:
        pause_with_bar(at.text("field.watching", seconds=seconds), seconds)

    return pause


def asked(at: Opened, value: str | None, option: str) -> str:
    """Return what was given, or ask for it at a terminal."""
    return required(value, f"--{option}", at.text(f"ask.{option.replace('-', '_')}"))


def displays_given(at: Opened, given: list[str] | None, option: str) -> tuple[str, ...]:
    """Return the displays, the billed one asked for where none was given."""
    return tuple(given) if given else (asked(at, None, option),)


def unit_given(at: Opened, unit: int | None) -> int:
    """Return the unit number.

    Raises:
        click.UsageError: It is no number.
    """
    text = asked(at, None if unit is None else str(unit), "unit")
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise misused("no_number", option="--unit", value=text[:MAX_DIGITS])
    return int(text)


def utility_of(text: str) -> str:
    """Return a utility.

    Raises:
        click.UsageError: It is none.
    """
    if text not in set(Utility):
        raise misused("none_of", option="--utility", value=text, known=", ".join(Utility))
    return text


def side_of(text: str | None) -> Side | None:
    """Return the side of the transformers; a register without any counts what flows.

    Raises:
        click.UsageError: It is none.
    """
    if text is not None and text not in SIDES:
        raise misused("none_of", option="--side", value=text, known=", ".join(SIDES))
    return None if text is None else SIDES[text]


def ratio_of(text: str | None, option: str = "--multiplier") -> Fraction | None:
    """Return a ratio as it may be at a meter; None when it was not given.

    Raises:
        click.UsageError: It is none, or beyond what there is.
    """
    if text is None:
        return None
    ratio = exact_ratio(text)
    if ratio is None:
        raise misused("no_ratio", option=option, value=text[:MAX_DIGITS])
    return ratio


def documents_of(at: Opened, photos: Sequence[Path] | None) -> tuple[Document, ...]:
    """Return photos as documents, before any device is asked.

    Raises:
        DocumentRefusedError: One cannot be kept.
    """
    most_mb = at.installation.config.attachment_mb
    return tuple(read_document(path, most_mb=most_mb) for path in photos or ())


def remarks_of(
    at: Opened,
    *,
    technician: str = "",
    witness: str = "",
    seal: Sequence[str] | None = None,
    note: str = "",
    location: str = "",
    photo: Sequence[Path] | None = None,
) -> Remarks:
    """Return what belongs into the record of an act.

    Raises:
        DocumentRefusedError: A photo cannot be kept.
    """
    return Remarks(
        people=Witnesses(technician=technician, witness=witness),
        seals=tuple(seal or ()),
        note=note,
        location=location,
        photos=documents_of(at, photo),
    )


def print_done(at: Opened, done: Done, *, as_json: bool) -> None:
    """Print what a command did at a meter."""
    if as_json:
        print_json(done)
        return
    if done.again:
        print(at.text("field.again", point=done.point, serial=done.serial, at=done.at))
        return
    print_checks(at, done.checks)
    rows: list[tuple[str, object]] = [
        (at.text("head.point"), done.point),
        (at.text("head.serial"), done.serial),
        (at.text("head.at"), done.at),
        *_position(at, done.position),
    ]
    rows += [(f"{at.text('head.last_count')} {q}", n) for q, n in done.final_counts.items()]
    rows += [(f"{at.text('head.first_count')} {q}", n) for q, n in done.counts.items()]
    print_facts(rows)


def print_collected(at: Opened, done: Done) -> None:
    """Print whether the collector reads the device from now on, or where the laptop kept it."""
    if laptop_of(at) is not None:
        print_kept(at)
        return
    print(at.text("field.collected" if done.collected else "field.not_collected"))


def print_filed(at: Opened, filed: Filed, *, as_json: bool) -> None:
    """Print what became of a paper."""
    if as_json:
        print_json(filed)
        return
    print_facts(
        [
            (at.text("head.point"), filed.point),
            (at.text("head.serial"), filed.serial),
            *([] if filed.again else _position(at, filed.position)),
            *((at.text("head.sha256"), sha256) for sha256 in filed.documents),
        ]
    )
    if filed.again:
        print(at.text("field.filed_before"))
    else:
        print_kept(at)


def _position(at: Opened, position: int) -> list[tuple[str, object]]:
    """Return the row of a position; none on a laptop, where an act waits for its own."""
    return [] if laptop_of(at) is not None else [(at.text("head.position"), position)]


def print_checks(at: Opened, checks: Sequence[Check]) -> None:
    """Print checks as a table."""
    heads = [at.text(f"head.{key}") for key in ("check", "outcome", "text")]
    rows = []
    for check in checks:
        name, text = check.told(at.language)
        rows.append((name, at.text(f"checked.{check.outcome}"), text))
    print_table(heads, rows)


def percent_of(text: str | None) -> Fraction | None:
    """Return a percentage as typed, with its sign or without; None where none was.

    Raises:
        UsageError: It is no exact number.
    """
    if text is None:
        return None
    number = exact_number(text.strip().removesuffix("%").strip())
    if number is None:
        raise misused("no_percent", value=text)
    return number
