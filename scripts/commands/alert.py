"""In: `alert` verbs. Out: alerts listed, shown, acted on; spans that expect some. I/O: desks."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.period import local_day
from scripts.commands.alert_handover import handover
from scripts.commands.alert_past import add_past
from scripts.commands.alert_rule import rule
from scripts.commands.alert_sound import add_sound
from scripts.commands.alert_words import state_of, what_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import print_facts, print_json, print_table
from scripts.commands.tree import Json, group

if runs():
    from dashboards.note_words import wall_instant
    from dashboards.queries.alert_rows import AlertStory, AlertTab
    from dashboards.queries.rows import AlertRow
    from dashboards.security.scope import Right
    from dashboards.selection import selection_of
    from energy.alerting.desk import AlertDesk
    from energy.alerting.suppression import Expected, SuppressionError, Why
    from energy.alerting.suppression_desk import SuppressionDesk
    from energy.system import WEB, WRITER
    from processes.installation import acting

app = group("alert")
app.add_typer(rule)
add_past(app)
add_sound(app)
app.command()(handover)
First = Annotated[str | None, typer.Option("--from")]
Last = Annotated[str | None, typer.Option("--to")]
SHORT = 8


@app.command("list")
def list_(ctx: typer.Context, which: str = "open", *, as_json: Json = False) -> None:
    """List alerts, the newest first; what has the same cause is one."""
    with opened(ctx, WEB) as at:
        if which not in set(AlertTab):
            raise RefusedError.of("alert.which", which=which, known=", ".join(AlertTab))
        today = local_day(at.system.clock.now(), at.site.zone)
        answer = at.queries.alert_board(at.scope, AlertTab(which), selection_of("", today))
        if as_json:
            print_json({"rows": answer.rows.rows, "as_of": answer.as_of})
            return
        _print(at, answer.rows.rows)


@app.command()
def show(ctx: typer.Context, alert: str, *, as_json: Json = False) -> None:
    """Show an alert with its history."""
    with opened(ctx, WEB) as at:
        answer = at.queries.alert(at.scope, _alert(at, alert))
        assert answer is not None, "its id was just found"
        if as_json:
            print_json(answer)
            return
        _print_story(at, answer.rows)


@app.command()
def ack(ctx: typer.Context, alert: str, by: str | None = None) -> None:
    """Acknowledge an alert."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        identity = _alert(at, alert)
        command = id_of("command", "acknowledge", str(identity), str(person))
        _desk(at).acknowledge(identity, person, command_id=command)
        at.settle("operations")
        print(at.text("alert.acknowledged", alert=identity))


@app.command()
def assign(
    ctx: typer.Context,
    alert: str,
    to: Annotated[str | None, typer.Option("--to")] = None,
    by: str | None = None,
) -> None:
    """Give an alert to somebody."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        named = required(to, "--to", at.text("ask.assign"))
        owner = acting(at.system, named, at.site, Right.ACKNOWLEDGE)
        identity = _alert(at, alert)
        before = str(_row(at, identity).assigned_to)
        command = id_of("command", "assign", str(identity), str(person), str(owner), before)
        _desk(at).assign(identity, owner, by=person, command_id=command)
        at.settle("operations")
        print(at.text("alert.assigned", alert=identity, to=at.name_of(owner)))


@app.command()
def shelve(
    ctx: typer.Context,
    alert: str,
    until: str | None = None,
    reason: str | None = None,
    by: str | None = None,
) -> None:
    """Put an alert aside until a time; it comes back by itself."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        end = wall_instant(required(until, "--until", at.text("ask.until")), at.site.zone)
        why = required(reason, "--reason", at.text("ask.reason"))
        identity = _alert(at, alert)
        said = (str(identity), str(person), end.isoformat(), why)
        command = id_of("command", "shelve", *said)
        _desk(at).shelve(identity, end, why, by=person, command_id=command)
        at.settle("operations")
        print(at.text("alert.shelved", alert=identity, until=end.astimezone(at.site.zone)))


@app.command()
def unshelve(ctx: typer.Context, alert: str, by: str | None = None) -> None:
    """Take an alert back from the shelf."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        identity = _alert(at, alert)
        until = str(_row(at, identity).shelved_until)
        command = id_of("command", "unshelve", str(identity), str(person), until)
        _desk(at).unshelve(identity, by=person, command_id=command)
        at.settle("operations")
        print(at.text("alert.unshelved", alert=identity))


@app.command()
def close(
    ctx: typer.Context, alert: str, cause: str, words: str = "", by: str | None = None
) -> None:
    """Close an alert whose value came back, with its cause."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        identity = _alert(at, alert)
        command = id_of("command", "close", str(identity), str(person), cause, repr(words))
        _desk(at).close(identity, cause, words, by=person, command_id=command)
        at.settle("operations")
        print(at.text("alert.closed", alert=identity))


@app.command()
def suppress(
    ctx: typer.Context,
    about: str,
    first: First = None,
    last: Last = None,
    reason: str | None = None,
    by: str | None = None,
    *,
    outage: bool = False,
) -> None:
    """Expect alerts of a node, a point or a source for a span: they are raised and wake nobody."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        begins = wall_instant(required(first, "--from", at.text("ask.note_from")), at.site.zone)
        ends = wall_instant(required(last, "--to", at.text("ask.until")), at.site.zone, last=True)
        why = Why.OUTAGE if outage else Why.MAINTENANCE
        span = id_of("suppression", at.site.key, about, begins.isoformat(), ends.isoformat(), why)
        _spans(at).declare(
            Expected(suppression=span, why=why, about=about, begins_at=begins, ends_at=ends),
            reason=required(reason, "--reason", at.text("ask.reason")),
            by=person,
            command_id=id_of("command", "suppress", str(span)),
        )
        at.settle("operations")
        print(at.text("alert.suppressed", about=about, span=span.hex[:SHORT]))


@app.command()
def unsuppress(ctx: typer.Context, span: str, by: str | None = None) -> None:
    """End a span before its time."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        found = [s.suppression for s in _spans(at).spans() if s.suppression.hex.startswith(span)]
        if len(found) != 1:
            raise SuppressionError.of("none")
        _spans(at).end(found[0], by=person)
        at.settle("operations")
        print(at.text("alert.unsuppressed", span=found[0].hex[:SHORT]))


@app.command()
def suppressions(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the spans in which alerts are expected."""
    with opened(ctx, WEB) as at:
        found = _spans(at).spans()
        if as_json:
            print_json(found)
            return
        zone = at.site.zone
        keys = ("id", "why", "about", "reason", "from", "to", "ended", "by")
        rows = [
            (
                each.suppression.hex[:SHORT],
                at.say(f"suppression_why.{each.why}"),
                each.about,
                each.reason,
                each.begins_at.astimezone(zone),
                each.ends_at.astimezone(zone),
                None if each.ended_at is None else each.ended_at.astimezone(zone),
                at.name_of(each.person),
            )
            for each in found
        ]
        head = [at.text(f"alert_head.{key}") for key in keys]
        print_table(head, rows, nothing=at.text("none.suppressions"))


def _print(at: Opened, alerts: tuple[AlertRow, ...]) -> None:
    keys = ("alert", "severity", "rule", "point", "value", "limit", "unit", "raised", "seen_by")
    rows = [
        (
            str(a.alert)[:SHORT],
            a.severity,
            what_of(at, a),
            a.point or a.meter,
            None if a.code else a.value,
            None if a.code else a.limit,
            None if a.code else a.unit,
            a.raised_at.astimezone(at.site.zone),
            a.assigned_to or a.acknowledged_by,
        )
        for a in alerts
    ]
    head = [at.text(f"head.{key}") for key in keys]
    print_table(head, rows, right=(4, 5), nothing=at.text("none.alerts"))


def _print_story(at: Opened, told: AlertStory) -> None:
    row, zone = told.row, at.site.zone
    shelf = row.shelved_until and f"{row.shelved_until.astimezone(zone)} {row.shelf_reason}"
    cause = row.cause and f"{at.say(f'alert_cause.{row.cause}')} {row.words}"
    facts = {
        "alert": row.alert,
        "severity": row.severity,
        "rule": what_of(at, row),
        "point": row.point or row.meter,
        "raised": row.raised_at.astimezone(zone),
        "seen_by": row.acknowledged_by,
    }
    life = {
        "state": state_of(at, row),
        "now": _now(at, row),
        "owner": row.assigned_to,
        "shelf": shelf,
        "children": row.children or None,
        "cause": cause,
    }
    told_of = [
        *((at.text(f"head.{key}"), value) for key, value in facts.items() if value),
        *((at.text(f"alert_head.{key}"), value) for key, value in life.items() if value),
    ]
    print_facts(told_of)
    print()
    events = [
        (
            each.at.astimezone(zone),
            at.say(f"alert_event.{each.what}"),
            " ".join(filter(None, (at.say(each.code) if each.code else "", each.said))),
            each.person,
        )
        for each in told.events
    ]
    print_table([at.text(f"alert_head.{key}") for key in ("at", "event", "said", "by")], events)


def _now(at: Opened, row: AlertRow) -> str | None:
    """Return the newest value of its register, and when that was read."""
    if row.code or row.now_value is None or row.now_at is None:
        return None
    return f"{row.now_value:f} {row.unit} ({row.now_at.astimezone(at.site.zone)})"


def _desk(at: Opened) -> AlertDesk:
    return AlertDesk(at.system.database, at.site, at.system.clock)


def _spans(at: Opened) -> SuppressionDesk:
    return SuppressionDesk(at.system.database, at.site.schema, at.system.clock)


def _alert(at: Opened, name: str) -> UUID:
    """Return the alert meant by its id or the beginning of it.

    Raises:
        RefusedError: None is meant, or several are.
    """
    found = at.queries.alerts_beginning(at.scope, name.lower()) if name else ()
    if not found:
        raise RefusedError.of("finding.no_alert", name=name)
    if len(found) > 1:
        raise RefusedError.of("finding.alerts", number=len(found), name=name)
    return found[0]


def _row(at: Opened, alert: UUID) -> AlertRow:
    answer = at.queries.alert(at.scope, alert)
    assert answer is not None, "its id was just found"
    return answer.rows.row
