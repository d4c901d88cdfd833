"""Step 5a. From: a round that is walked. To: its stops, one stop a screen, the signature. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.pieces import badge, empty, extra, link, notice, page, panel
from dashboards.components.work_pieces import WORK
from dashboards.formats import instant_text
from dashboards.pages.rounds.acts import END, RAISE, SKIP, outside_words
from dashboards.pages.rounds.layout import state
from dashboards.pages.rounds.paths import TELL, VALUE, WALKED, sure_text, walk_path
from dashboards.patrol_sheet import said_limits, said_value
from dashboards.queries.patrol_rows import PatrolWalk
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.service.rounds.errors import LONGEST
from energy.service.rounds.items import LogItem, LogKind, Stop
from energy.service.rounds.kinds import Entry, Raised
from energy.service.rounds.reads import ValueRow
from energy.service.work.levels import Level


def walk_page(
    viewer: Viewer, told: PatrolWalk, levels: Sequence[Level], *, zone: ZoneInfo
) -> Component:
    """Return a round: its stops in order, what is outside its limits, the signature."""
    row = told.row
    assert row.walk is not None, "somebody began it"
    mine = _mine(viewer, told)
    return page(
        viewer.named(row.spec.name),
        [
            html.P(
                [
                    state(viewer, row),
                    " ",
                    viewer.say(
                        "patrol_pages.walk",
                        due=instant_text(viewer.language, row.due_at, zone),
                        name=told.names.get(row.walk.owner, row.walk.owner.hex[:8]),
                    ),
                ]
            ),
            html.Ul(
                [_stop_line(viewer, told, stop) for stop in row.spec.stops],
                className="patrol-list patrol-stops",
            ),
            *_outside(viewer, told, levels),
            act_form(viewer, END, str(row.walk.patrol_round), (), button="patrol_act.end")
            if mine and row.walk.ended_at is None
            else None,
        ],
        name="walk",
        crumbs=link(viewer.say("nav.rounds"), WALKED),
    )


def _mine(viewer: Viewer, told: PatrolWalk) -> bool:
    walk = told.row.walk
    return walk is not None and viewer.scope.may(Right.WORK) and walk.owner == viewer.scope.person


def _stop_line(viewer: Viewer, told: PatrolWalk, stop: Stop) -> Component:
    row, counting = told.row, told.row.counting
    assert row.walk is not None, "somebody began it"
    read = [item for item in stop.items if (stop.key, item.key) in counting]
    skipped = any(each.stop == stop.key for each in row.skips)
    done = all(item.optional or (stop.key, item.key) in counting for item in stop.items)
    tone, key = ("good", "read") if done else ("fair", "skipped") if skipped else ("calm", "open")
    values = [
        f"{viewer.named(item.name)} {_said(viewer, item, counting[stop.key, item.key])}"
        for item in read
    ]
    return html.Li(
        [
            link(viewer.named(stop.name), walk_path(row.walk.patrol_round, stop.key)),
            badge(viewer.say(f"patrol_pages.stop_{key}"), tone),
            html.Span(" · ".join(values), className="patrol-faint") if values else None,
        ]
    )


def _said(viewer: Viewer, item: LogItem, told: ValueRow) -> str:
    mark = " !" if told.outside else ""
    return f"{said_value(item, told.said, viewer.language)} {item.unit}".rstrip() + mark


def _outside(viewer: Viewer, told: PatrolWalk, levels: Sequence[Level]) -> list[Component]:
    """Return what may be made of each value that is outside its limits."""
    row = told.row
    assert row.walk is not None, "somebody began it"
    found = []
    for (stop, value), each in row.counting.items():
        if not each.outside:
            continue
        item = row.spec.stop(stop).item(value)
        made = [one for one in row.raised if (one.stop, one.value) == (stop, value)]
        kinds = {
            str(kind): viewer.say(f"patrol_pages.{kind}")
            for kind in Raised
            if str(kind) not in {one.kind for one in made}
        }
        form = None
        if kinds and levels and viewer.scope.may(Right.WORK):
            about = f"{row.walk.patrol_round}@{stop}@{value}"
            form = act_form(
                viewer,
                RAISE,
                about,
                _raise_fields(viewer, kinds, levels),
                button="patrol_act.raise",
            )
        found.append(
            panel(
                f"{viewer.named(row.spec.stop(stop).name)} · {viewer.named(item.name)}",
                [
                    html.P(outside_words(viewer, item, each.said)),
                    html.P([_made(one.kind, one.number) for one in made]) if made else None,
                    form,
                ],
                name=f"outside-{stop}-{value}",
            )
        )
    return found


def _made(kind: str, number: str) -> Component:
    return link(number, f"{'/incidents' if kind == Raised.INCIDENT else WORK}/{number}")


def _raise_fields(
    viewer: Viewer, kinds: Mapping[str, str], levels: Sequence[Level]
) -> tuple[Field, ...]:
    names = {level.key: viewer.named(level.name) for level in levels}
    return (
        Field(
            name="kind",
            label="patrol_act.kind",
            kind=Kind.FEW,
            choices=kinds,
            value=next(iter(kinds)),
        ),
        Field(
            name="level",
            label="patrol_act.level",
            kind=Kind.CHOICE,
            choices=names,
            value=next(iter(names)),
        ),
        Field(name="what", label="patrol_act.what"),
    )


def stop_page(
    viewer: Viewer, told: PatrolWalk, stop: Stop, sure: Mapping[str, str], *, zone: ZoneInfo
) -> Component:
    """Return one stop: big fields, what was read before, what was told back.

    Args:
        viewer: Who walks.
        told: The round.
        stop: Of it.
        sure: Values that were told back, by key; empty where none were.
        zone: The site's.
    """
    row = told.row
    assert row.walk is not None, "somebody began it"
    walked, place = row.walk.patrol_round, stop.equipment or stop.spot.place or stop.spot.point
    there = {key: each for (at, key), each in row.counting.items() if at == stop.key}
    odd = [
        item
        for item in stop.items
        if item.key in sure
        and item.outside(sure[item.key])
        and sure[item.key] != _said_there(there, item)
    ]
    return page(
        viewer.named(stop.name),
        [
            html.P([f"{viewer.named(row.spec.name)} · {place}"], className="patrol-faint"),
            *(notice(outside_words(viewer, each, sure[each.key]), good=False) for each in odd),
            _tell_form(viewer, told, stop, sure if odd else {}, zone)
            if _mine(viewer, told)
            else empty(viewer.say("patrol_pages.not_yours")),
            _entries(viewer, told, stop, zone),
            act_form(
                viewer,
                SKIP,
                f"{walked}@{stop.key}",
                (Field(name="reason", label="patrol_act.skip_why"),),
                button="patrol_act.skip",
                quiet=True,
            )
            if _mine(viewer, told) and row.walk.ended_at is None and len(there) < len(stop.items)
            else None,
        ],
        name="stop",
        crumbs=link(viewer.say("patrol_said.stops"), walk_path(walked)),
    )


def _tell_form(
    viewer: Viewer, told: PatrolWalk, stop: Stop, sure: Mapping[str, str], zone: ZoneInfo
) -> Component:
    row = told.row
    assert row.walk is not None, "somebody began it"
    there = {key: each for (at, key), each in row.counting.items() if at == stop.key}
    fields = [
        _field(viewer, told, stop, item, sure.get(item.key) or _said_there(there, item), zone)
        for item in stop.items
    ]
    if there:
        fields.append(Field(name="reason", label="patrol_act.reason"))
    fields.append(Field(name="note", label="patrol_act.note", longest=LONGEST))
    walked = row.walk.patrol_round
    form = act_form(
        viewer,
        TELL,
        f"{walked}@{stop.key}@{sure_text(sure)}",
        fields,
        button="patrol_act.sure" if sure else "patrol_act.tell",
    )
    return html.Div(
        [html.P(viewer.say("patrol_pages.kept"), className="patrol-kept", hidden=True), form],
        className="patrol-form",
        **extra(data_kept=f"{walked}/{stop.key}"),
    )


def _said_there(there: Mapping[str, ValueRow], item: LogItem) -> str:
    return there[item.key].said if item.key in there else ""


def _field(
    viewer: Viewer, told: PatrolWalk, stop: Stop, item: LogItem, value: str, zone: ZoneInfo
) -> Field:
    unit = f" [{item.unit}]" if item.unit else ""
    label = f"{viewer.named(item.name)}{unit}"
    limits = said_limits(item, viewer.language)
    if limits:
        label += f" · {viewer.say('patrol_page.limits', limits=limits)}"
    before = told.before.get((stop.key, item.key))
    if before is not None:
        label += " · " + viewer.say(
            "patrol_pages.before",
            value=said_value(item, before.said, viewer.language),
            at=instant_text(viewer.language, before.read_at, zone),
        )
    if item.kind is LogKind.NUMBER:
        return Field(name=f"{VALUE}{item.key}", label=label, plain=True, value=value)
    choices = {each: said_value(item, each, viewer.language) for each in item.known}
    return Field(
        name=f"{VALUE}{item.key}",
        label=label,
        plain=True,
        kind=Kind.FEW,
        choices=choices,
        value=value,
    )


def _entries(viewer: Viewer, told: PatrolWalk, stop: Stop, zone: ZoneInfo) -> Component | None:
    """Return every entry of a stop: what counts, what was mended, what is in doubt."""
    rows = [each for each in told.row.values if each.stop == stop.key]
    if not rows:
        return None
    lines = []
    for each in rows:
        item = stop.item(each.value)
        words = [
            viewer.named(item.name),
            _said(viewer, item, each),
            "" if each.entry == Entry.TOLD else viewer.say(f"cli.patrol_entry.{each.entry}"),
            instant_text(viewer.language, each.read_at, zone),
            told.names.get(each.person, each.person.hex[:8]),
            each.reason,
            each.note,
        ]
        lines.append(html.Li(" · ".join(filter(None, words))))
    return panel(
        viewer.say("patrol_pages.entries"),
        html.Ul(lines, className="patrol-list"),
        name="patrol-entries",
    )
