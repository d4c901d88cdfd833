"""In: `meter list|show|history|document`. Out: a site's meters and their papers. I/O: reads.

The verbs that state something stand in meter_life.py and meter_papers.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import typer

from billing.money import display_text, exact_text
from energy.base.errors import RefusedError, UnknownMeterError
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.meter_life import add_life, print_life
from scripts.commands.meter_papers import add_papers
from scripts.commands.printing import (
    cell,
    in_zone,
    percent,
    plain,
    print_facts,
    print_json,
    print_table,
    worded,
)
from scripts.commands.tree import Json, group

if runs():
    from dashboards.queries.rows import Answer, MeterPage
    from energy.journal.application import JournalApplication
    from energy.metering.channel import Channel
    from energy.metering.meter import meter_id
    from energy.system import WEB
    from energy.views.meter_facts import CertificateRow, FactRow, certificates_of, facts_of
    from energy.views.point_rows import SegmentRow, channels_of, record_at, segments_of
    from processes.completeness_reads import point_scores
    from processes.field_documents import SUFFIXES, kept_document
    from processes.meter_acts import Act, acts_of
    from processes.meter_life.segments import life_of
    from processes.technician_record import signed_by

app = group("meter")
READINGS = 8
SHORT = 12
"""Digits of a hash that are shown; any beginning that names one document will do."""
SEALED = ("technician", "witness")
"""Parts of a record that hold sealed names."""


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    as_json: Json = False,
) -> None:
    """List the metering points with their newest reading."""
    with opened(ctx, WEB) as at:
        answer = at.queries.meters(at.scope)
        if as_json:
            print_json(answer)
            return
        scores = point_scores(at.system.database, at.site, at.system.clock)
        keys = ("point", "name", "utility", "serial", "profile", "reading", "unit", "at", "quality")
        rows = [
            (
                *(m.point, m.name, worded(at.language, "utility", m.utility), m.serial),
                *(m.profile, m.last, m.unit, in_zone(m.last_at, at.site.zone)),
                worded(at.language, "quality", m.quality),
                percent(scores.get(m.point)),
            )
            for m in answer.rows
        ]
        heads = [at.text(f"head.{key}") for key in (*keys, "complete")]
        print_table(heads, rows, right=(5, 9), below=(1, 2, 3, 4, 7, 8, 9))
        print(_as_of(at, answer))


@app.command()
def show(
    ctx: typer.Context,
    point: str,
    *,
    as_json: Json = False,
) -> None:
    """Show a metering point: plate, channels, segments, last readings."""
    with opened(ctx, WEB) as at:
        answer = at.queries.meter(at.scope, point)
        if answer is None:
            raise UnknownMeterError(point)
        with at.system.database.connection() as connection:
            segments = segments_of(connection, at.site.schema, point)
            channels = {c.number: c for c in channels_of(connection, at.site.schema, point)}
            record = record_at(connection, at.site.schema, point)
            serial = answer.rows.plate.serial or ""
            facts = facts_of(connection, at.site.schema, serial)
            certificates = certificates_of(connection, at.site.schema, serial)
        if as_json:
            record = {key: each for key, each in record.items() if key not in SEALED}
            told = {"meter": answer, "segments": segments, "record": record}
            print_json(told | {"facts": facts, "certificates": certificates})
            return
        _print_plate(at, answer.rows, record)
        _print_facts(at, facts, certificates)
        _print_tables(at, answer.rows, segments, channels)
        print(_as_of(at, answer))


@app.command()
def history(
    ctx: typer.Context,
    point: str,
    *,
    as_json: Json = False,
) -> None:
    """Show what was done at a metering point, act by act, with the hashes of its documents."""
    with opened(ctx, WEB) as at:
        metering = JournalApplication(
            at.system.database, at.site.schema, "metering", at.system.clock
        )
        if metering.find(meter_id(at.site.key, point)) is None:
            raise UnknownMeterError(point)
        acts = acts_of(metering, at.site.key, point)
        if as_json:
            print_json([_without_names(act) for act in acts])
            return
        keys = ("at", "act", "serial", "multiplier", "reason", "technician", "documents")
        rows = [
            (
                act.at.astimezone(at.site.zone),
                at.text(f"did.{act.did}"),
                act.serial,
                act.multiplier,
                _told(at, act),
                signed_by(at.system.vault, act.record, "technician"),
                ", ".join(sha256[:SHORT] for sha256 in act.documents),
            )
            for act in acts
        ]
        print_table([at.text(f"head.{key}") for key in keys], rows, below=(3, 4, 5, 6))
        print()
        print_life(at, life_of(at.system.database, at.site, point))


@app.command()
def document(
    ctx: typer.Context,
    sha256: str,
    file: Path | None = None,
) -> None:
    """Write a kept photo, certificate or signed sheet to a file."""
    with opened(ctx, WEB) as at:
        digest, media_type, content = kept_document(at.system.database, at.site, sha256)
        target = file or Path(digest[:SHORT] + SUFFIXES.get(media_type, ".bin"))
        if target.exists():
            raise RefusedError.of("file.there", target=target)
        target.write_bytes(content)
        print(at.text("field.written", file=target, octets=len(content)))


add_life(app)
add_papers(app)


def _told(at: Opened, act: Act) -> str:
    """Return why it was done, with the seals and facts that it left."""
    facts: Mapping[str, str] = act.paper.get("facts", {})
    if not facts and act.record.get("seal"):
        facts = {"seal": str(act.record["seal"])}
    told = [f"{at.text(f'fact.{name}')} {value}" for name, value in facts.items()]
    return "; ".join([*([act.reason] if act.reason else []), *told])


def _without_names(act: Act) -> dict[str, object]:
    fields: dict[str, object] = plain(act)
    fields["record"] = {key: each for key, each in act.record.items() if key not in SEALED}
    return fields


def _as_of(at: Opened, answer: Answer[Any]) -> str:
    """Return how old what was printed is; a computed point has no reading."""
    if answer.age_s is None:
        return at.text("as_of_unread", position=answer.as_of)
    return at.text("as_of", position=answer.as_of, age=answer.age_s)


def _print_plate(at: Opened, page: MeterPage, record: Mapping[str, Any]) -> None:
    plate = page.plate
    rows = [
        ("point", plate.point),
        ("name", plate.name),
        ("place", plate.place),
        ("utility", worded(at.language, "utility", plate.utility)),
        ("serial", plate.serial),
        ("profile", plate.profile),
        ("source", plate.source),
        ("address", plate.address),
        ("multiplier", plate.multiplier),
        ("seal", plate.seal),
        ("commissioned", in_zone(plate.commissioned_at, at.site.zone)),
        *_papers(at, record),
    ]
    print_facts([(at.text(f"head.{key}"), value) for key, value in rows])


def _print_facts(
    at: Opened, facts: Sequence[FactRow], certificates: Sequence[CertificateRow]
) -> None:
    """Print what is stated of the meter now, and the errors of its newest certificate."""
    newest = {fact.name: fact.value for fact in facts}
    rows = [(at.text(f"fact.{name}"), value) for name, value in newest.items()]
    curve = next((each for each in certificates if each.errors), None)
    if curve is not None:
        errors = [
            f"{load} {curve.unit}: {before}" + (f" ({after})" if after else "")
            for load, before, after in curve.errors
        ]
        rows.append((at.text("head.error_curve"), "; ".join(errors)))
    if rows:
        print()
        print_facts(rows)


def _papers(at: Opened, record: Mapping[str, Any]) -> list[tuple[str, object]]:
    """Return what the record and its papers say, as far as there is something."""
    calibration, closed = record.get("calibration"), record.get("closed")
    control = record.get("control")
    rows: list[tuple[str, object]] = []
    if record.get("location"):
        rows.append(("location", record["location"]))
    photos = [str(photo["sha256"])[:SHORT] for photo in record.get("photos", ())]
    if photos:
        rows.append(("documents", ", ".join(photos)))
    if calibration:
        rows.append(("calibration", calibration["valid_until"]))
        rows.append(("laboratory", calibration["laboratory"]))
        rows.append(("calibration_error", _decimal(calibration["error_percent"])))
    if control:
        rows.append(("control", f"{_decimal(control['display'])} ({_local(at, control['at'])})"))
    if closed:
        sheets = ", ".join(str(sha256)[:SHORT] for sha256 in closed["sheets"])
        when = _local(at, closed["at"])
        rows.append(("record", at.text("field.closed_with", at=when, sheets=sheets)))
    return rows


def _local(at: Opened, instant: str) -> str:
    return cell(in_zone(instant, at.site.zone))


def _decimal(ratio: str | None) -> str | None:
    return None if ratio is None else exact_text(Fraction(ratio))


def _print_tables(
    at: Opened, page: MeterPage, segments: list[SegmentRow], channels: Mapping[int, Channel]
) -> None:
    zone = at.site.zone

    def said(part: str, code: object) -> object:
        return worded(at.language, part, code)

    print()
    keys = ("channel", "quantity", "kind", "reading", "unit", "at", "quality")
    rows: list[tuple[object, ...]] = [
        (
            *(r.channel, said("quantity", r.quantity), said("kind", r.kind), r.last, r.unit),
            *(in_zone(r.last_at, zone), said("quality", r.quality)),
        )
        for r in page.registers
    ]
    heads = [at.text(f"head.{key}") for key in keys]
    print_table(heads, rows, right=(0, 3), below=(2, 5, 6))
    print()
    ends = ("first_shown", "last_shown", "unit")
    parts: list[tuple[object, ...]] = [
        (
            *(s.serial, said("quantity", s.quantity)),
            *(in_zone(s.start, zone), in_zone(s.end, zone)),
            s.multiplier,
            *(_shown(each, channels[s.channel]) for each in (s.start_count, s.end_count)),
            channels[s.channel].facts.unit,
        )
        for s in segments
    ]
    heads = [at.text(f"head.{key}") for key in ("serial", "quantity", "from", "to", "multiplier")]
    heads += [at.text(f"head.{key}") for key in ends]
    print_table(heads, parts, right=(5, 6), below=(3, 4, 5, 6, 7))
    print()
    shown = ("at", "quantity", "reading", "unit", "quality", "position")
    newest: list[tuple[object, ...]] = [
        (
            *(in_zone(r.at, zone), said("quantity", r.quantity), r.value, r.unit),
            *(said("quality", r.quality), r.position),
        )
        for r in page.readings[:READINGS]
    ]
    heads = [at.text(f"head.{key}") for key in shown]
    print_table(heads, newest, right=(2, 5), below=(4, 5))


def _shown(count: int | None, channel: Channel) -> str | None:
    """Return a count as the display shows it. [unit]."""
    return None if count is None else display_text(count, channel.facts.resolution)
