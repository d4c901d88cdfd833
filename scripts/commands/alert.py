"""In: `alert list|ack`. Out: open alerts, or one acknowledged. I/O: the alert desk."""

from __future__ import annotations

from uuid import UUID

import typer

from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.text import catalogue, t
from scripts.commands.alert_past import add_past
from scripts.commands.alert_rule import rule
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json, group

if runs():
    from dashboards.queries.rows import AlertRow
    from dashboards.security.scope import Right
    from energy.alerting.desk import AlertDesk
    from energy.system import WEB, WRITER

app = group("alert")
app.add_typer(rule)
add_past(app)


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    as_json: Json = False,
) -> None:
    """List the alerts that are not cleared, the newest first."""
    with opened(ctx, WEB) as at:
        answer = at.queries.open_alerts(at.scope)
        if as_json:
            print_json(answer)
            return
        keys = ("alert", "severity", "rule", "point", "value", "limit", "unit", "raised", "seen_by")
        rows = [
            (
                str(a.alert)[:8],
                a.severity,
                _what(at, a),
                a.point or a.meter,
                None if a.code else a.value,
                None if a.code else a.limit,
                None if a.code else a.unit,
                a.raised_at,
                a.acknowledged_by,
            )
            for a in answer.rows
        ]
        print_table([at.text(f"head.{key}") for key in keys], rows, right=(4, 5))


@app.command()
def ack(
    ctx: typer.Context,
    alert: str,
    by: str | None = None,
) -> None:
    """Acknowledge an alert."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ACKNOWLEDGE)
        identity = _alert(at, alert)
        desk = AlertDesk(at.system.database, at.site.schema, at.system.clock)
        command = id_of("command", "acknowledge", str(identity), str(person))
        desk.acknowledge(identity, person, command_id=command)
        at.settle("operations")
        print(at.text("alert.acknowledged", alert=identity))


def _what(at: Opened, row: AlertRow) -> str:
    """Return the rule that was crossed, or what was found."""
    key = f"finding.{row.code}"
    return (t(at.language, key) if key in catalogue() else row.code) if row.code else row.rule


def _alert(at: Opened, name: str) -> UUID:
    """Return the open alert meant by its id or the beginning of it.

    Raises:
        RefusedError: None is meant, or several are.
    """
    alerts = at.queries.open_alerts(at.scope).rows
    found = [each.alert for each in alerts if str(each.alert).startswith(name)]
    if len(found) != 1 or not name:
        raise RefusedError.of("finding.alerts", number=len(found), name=name)
    return found[0]
