"""In: `alert silence`, `alert unsilence`, `alert sound-test`. Out: the sound's facts. I/O: desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import DONE, FINDINGS, Json

if runs():
    from dashboards.queries.sound_rows import SoundBoard
    from dashboards.security.rules import rules_of
    from dashboards.security.scope import Right
    from energy.alerting.sounding.desk import SoundDesk
    from energy.alerting.sounding.errors import SoundError
    from energy.alerting.sounding.shift import even_begins, shift_at
    from energy.alerting.sounding.sound_test import PATIENCE
    from energy.journal.access import Access
    from energy.system import WEB, WRITER


def add_sound(app: typer.Typer) -> None:
    """Add the verbs on the sound of alerts."""
    app.command()(silence)
    app.command()(unsilence)
    app.command("sound-test")(sound_test)


def silence(ctx: typer.Context, minutes: int, by: str | None = None) -> None:
    """Silence every desk and wall for some minutes; a new critical alert ends it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        # The ids are those of the page's buttons: pressed and typed for the same it is one act.
        said = (str(minutes), _board(at).silence_seen, str(person))
        _desk(at).silence(minutes, by=person, command_id=id_of("command", "silence", *said))
        at.settle("operations")
        made = _board(at).silence
        assert made is not None, "it was just stored"
        ends = made.ends_at.astimezone(at.site.zone)
        print(at.text("sound.silent", until=ends, by=made.by))


def unsilence(ctx: typer.Context, by: str | None = None) -> None:
    """Let alerts be heard again before the silence ends."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        said = (_board(at).silence_seen, str(person))
        _desk(at).resume(by=person, command_id=id_of("command", "resume sound", *said))
        at.settle("operations")
        print(at.say("sound.not_silent"))


def sound_test(
    ctx: typer.Context,
    screen: Annotated[str, typer.Argument()] = "",
    by: str | None = None,
    *,
    heard: Annotated[bool, typer.Option("--heard")] = False,
    as_json: Json = False,
) -> None:
    """Let a screen play its tones, or say that they were heard; without one the shift is listed.

    Exit code 1: a screen was not heard in this shift.
    """
    if not screen:
        with opened(ctx, WEB) as at:
            _list(at, as_json=as_json)
        return
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        board = _board(at)
        if screen not in board.screens:
            raise SoundError.of("screen", screen=screen)
        if heard:
            begun = board.begun(screen, at.system.clock.now() - PATIENCE)
            last = begun or next((each for each in board.tests if each.screen == screen), None)
            if last is None:
                raise SoundError.of("no_test")
            command = id_of("command", "hear sound", str(last.test), str(person))
            _desk(at).hear(last.test, by=person, command_id=command)
        else:
            said = (screen, board.test_seen(screen), str(person))
            command = id_of("command", "test sound", *said)
            _desk(at).begin_test(screen, by=person, command_id=command)
        at.settle("operations")
        key = "sound.heard" if heard else "sound.plays"
        print(at.text(key, screen=screen, most=int(PATIENCE.total_seconds()) // 60))


def _list(at: Opened, *, as_json: bool) -> None:
    """Print the screens with their tests in the shift that lasts.

    Raises:
        typer.Exit: With 1 where one was not heard.
    """
    board, zone, now = _board(at), at.site.zone, at.system.clock.now()
    rules = rules_of(
        Access(at.system.database, at.system.clock, at.system.vault).rules(at.site.key)
    )
    shift = shift_at(now, zone, board.begins or even_begins(rules.shift_h, rules.shift_at_h))
    rows = []
    for screen in board.screens:
        heard, begun = board.heard(screen, shift.start), board.begun(screen, shift.start)
        by, since = (heard.heard_by, heard.heard_at) if heard else ("", None)
        if begun is not None and heard is None:
            by, since = begun.begun_by, begun.begun_at
        rows.append({"screen": screen, "heard": heard is not None, "by": by, "at": since})
    if as_json:
        print_json({"begins": shift.start, "ends": shift.end, "screens": rows})
    else:
        first, last = (f"{each.astimezone(zone):%H:%M}" for each in (shift.start, shift.end))
        print(at.say("sound.shift", first=first, last=last))
        words = {True: at.text("sound.was_heard"), False: at.text("sound.not_heard")}
        table = [
            (row["screen"], words[bool(row["heard"])], row["by"], _local(row["at"], zone))
            for row in rows
        ]
        head = [at.text(f"sound_head.{key}") for key in ("screen", "state", "by", "at")]
        print_table(head, table, nothing=at.say("sound.none"))
    raise typer.Exit(DONE if all(row["heard"] for row in rows) else FINDINGS)


def _local(at: object, zone: ZoneInfo) -> datetime | None:
    return at.astimezone(zone) if isinstance(at, datetime) else None


def _board(at: Opened) -> SoundBoard:
    return at.queries.sound(at.scope).rows


def _desk(at: Opened) -> SoundDesk:
    return SoundDesk(at.system.database, at.site.key, at.site.schema, at.system.clock)
