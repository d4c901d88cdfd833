"""In: `field retire|change-ratio|calibrate|close`. Out: the act in the journal. I/O: Modbus."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from energy.base.roles import WRITER
from scripts.commands.asked import runs
from scripts.commands.field_options import (
    asked,
    desk_of,
    displays_given,
    documents_of,
    judged,
    percent_of,
    print_checks,
    print_done,
    print_filed,
    print_kept,
    ratio_of,
    remarks_of,
)
from scripts.commands.field_pulse import commission_pulse_
from scripts.commands.field_sight import seen_at
from scripts.commands.frame import opened
from scripts.commands.printing import print_json
from scripts.commands.tree import FINDINGS, Json, misused

if runs():
    from processes.technician_acts import Calibrate, ChangeRatio, Close, Prove, Retire
    from processes.technician_papers import Certificate
    from processes.technician_values import Removed

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def add_records(app: typer.Typer) -> None:
    """Add the verbs of a meter's records to the group."""
    app.command("commission-pulse")(commission_pulse_)
    app.command("retire")(retire_)
    app.command("change-ratio")(change_ratio_)
    app.command("prove")(prove_)
    app.command("calibrate")(calibrate_)
    app.command("close")(close_)


def retire_(
    ctx: typer.Context,
    point: str | None = None,
    final_display: list[str] | None = None,
    reason: str | None = None,
    technician: str = "",
    witness: str = "",
    seal: list[str] | None = None,
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Take a meter away for good, with its final reading; its history stays."""
    with opened(ctx, WRITER) as at:
        remarks = remarks_of(
            at, technician=technician, witness=witness, seal=seal, note=note, photo=photo
        )
        removed = Removed(
            displays=displays_given(at, final_display, "final-display"),
            reason=asked(at, reason, "reason"),
        )
        act = Retire(point=asked(at, point, "point"), removed=removed, remarks=remarks)
        done = judged(desk_of(at).act(act))
        if done.again and not as_json:
            print(at.text("field.retired_before", point=done.point, at=done.at))
            return
        print_done(at, done, as_json=as_json)
        if not as_json:
            print(at.text("field.retired", point=done.point))
            print_kept(at)


def change_ratio_(
    ctx: typer.Context,
    point: str | None = None,
    multiplier: str | None = None,
    ratio: str | None = None,
    reason: str | None = None,
    display: list[str] | None = None,
    load: str | None = None,
    clamp: str | None = None,
    technician: str = "",
    witness: str = "",
    seal: list[str] | None = None,
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Let another ratio of the transformers count from now on; the meter stays."""
    with opened(ctx, WRITER) as at:
        in_device = ratio_of(ratio, "--ratio")
        if in_device is None:
            multiplier = asked(at, multiplier, "multiplier")
        desk, point = desk_of(at), asked(at, point, "point")
        act = ChangeRatio(
            point=point,
            sighted=seen_at(at, desk, point, ratio=None, load=load, clamp=clamp),
            multiplier=ratio_of(multiplier),
            in_device=in_device,
            reason=asked(at, reason, "reason"),
            displays=tuple(display or ()),
            remarks=remarks_of(
                at, technician=technician, witness=witness, seal=seal, note=note, photo=photo
            ),
        )
        done = judged(desk.act(act))
        if done.again and not as_json:
            print(at.text("field.ratio_before", point=done.point, at=done.at))
            return
        print_done(at, done, as_json=as_json)
        if not as_json:
            print_kept(at)


def prove_(
    ctx: typer.Context,
    point: str,
    ratio: str | None = None,
    load: str | None = None,
    clamp: str | None = None,
    display: list[str] | None = None,
    technician: str = "",
    witness: str = "",
    seal: list[str] | None = None,
    photo: list[Path] | None = None,
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Prove the multiplier of a meter that came by a table; bills wait for it."""
    with opened(ctx, WRITER) as at:
        desk = desk_of(at)
        act = Prove(
            point=point,
            displays=tuple(display or ()),
            sighted=seen_at(at, desk, point, ratio=ratio, load=load, clamp=clamp),
            remarks=remarks_of(
                at, technician=technician, witness=witness, seal=seal, note=note, photo=photo
            ),
        )
        proved = judged(desk.act(act))
        if as_json:
            print_json(proved)
        elif proved.again:
            print(at.text("field.proved_before", point=point, multiplier=proved.multiplier))
        else:
            print_checks(at, proved.checks)
            print(at.text("field.proved", point=point, multiplier=proved.multiplier))
            print_kept(at)


def calibrate_(
    ctx: typer.Context,
    point: str,
    certificate: Annotated[Path, typer.Option()],
    laboratory: str | None = None,
    tested_on: Day = None,
    valid_until: Day = None,
    error: str | None = None,
    technician: str = "",
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """File the calibration certificate of the meter at a point."""
    with opened(ctx, WRITER) as at:
        if tested_on is None or valid_until is None:
            raise misused("both_days")
        act = Calibrate(
            point=point,
            certificate=Certificate(
                document=documents_of(at, [certificate])[0],
                laboratory=asked(at, laboratory, "laboratory"),
                tested_on=tested_on.date(),
                valid_until=valid_until.date(),
                error_percent=percent_of(error),
            ),
            remarks=remarks_of(at, technician=technician, note=note),
        )
        filed = judged(desk_of(at).act(act))
        print_filed(at, filed, as_json=as_json)
        if filed.expired:
            if not as_json:
                print(at.text("field.expired", day=valid_until.date()))
            raise typer.Exit(FINDINGS)


def close_(
    ctx: typer.Context,
    point: str,
    photo: list[Path] | None = None,
    technician: str = "",
    note: str = "",
    *,
    as_json: Json = False,
) -> None:
    """Close the record of what was done last at a point, with photos of the signed sheet."""
    with opened(ctx, WRITER) as at:
        remarks = remarks_of(at, technician=technician, note=note, photo=photo)
        filed = judged(desk_of(at).act(Close(point=point, remarks=remarks)))
        print_filed(at, filed, as_json=as_json)
        if not as_json and not filed.again:
            print(at.text("field.closed", act=at.text(f"did.{filed.act}")))
