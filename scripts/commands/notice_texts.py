"""In: `notice` verbs on texts and the plan. Out: drafts, reviews, the plan. I/O: the database."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json

if runs():
    from dashboards.security.scope import Right
    from energy.alerting.notices.desk import NoticeDesk
    from energy.alerting.notices.errors import NoticeError
    from energy.alerting.notices.plan import Plan, plan_from
    from energy.alerting.notices.reports import read_spec, read_templates
    from energy.alerting.notices.words import TemplateKey, shipped
    from energy.system import WEB, WRITER
    from processes.notice_files import written

ALL = "all"


def draft(
    ctx: typer.Context, template: str, file: Path | None = None, by: str | None = None
) -> None:
    """Write a text, or take the shipped ones; a second person reviews it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        desk = NoticeDesk(at.system.database, at.site, at.system.vault, at.system.clock)
        keys = _keys(template)
        for key in keys:
            wordings = written(file) if file is not None else shipped(key)
            desk.draft(key, wordings, by=person, command_id=uuid4())
        at.settle("operations")
        print(at.text("notice.drafted", templates=", ".join(keys)))


def review(ctx: typer.Context, template: str, by: str | None = None) -> None:
    """Let the newest draft of a text count; nobody reviews their own."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        desk = NoticeDesk(at.system.database, at.site, at.system.vault, at.system.clock)
        keys = _keys(template)
        for key in keys:
            desk.review(key, by=person, command_id=uuid4())
        at.settle("operations")
        print(at.text("notice.reviewed", templates=", ".join(keys)))


def templates(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the newest version of each text and who reviewed it."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_templates(connection, at.site.schema)
        if as_json:
            print_json(found)
            return
        keys = ("template", "version", "text", "drafted_by", "reviewed_by")
        rows = [
            (
                each.key,
                each.version,
                each.wordings.get(at.language, each.wordings["en"])["text"],
                at.name_of(each.drafted_by),
                at.name_of(each.reviewed_by),
            )
            for each in found
        ]
        print_table([at.text(f"notice_head.{key}") for key in keys], rows, right=(1,))


def plan(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show the plan that holds."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            spec = read_spec(connection, at.site.schema)
        if spec is None:
            raise NoticeError.of("no_plan")
        if as_json:
            print_json(spec)
            return
        keys = ("level", "group", "severity", "ways", "hours", "rules")
        rows = [tuple(_told(row.get(key, "")) for key in keys) for row in spec.get("who", [])]
        print_table([at.text(f"notice_head.{key}") for key in keys], rows)
        _print_untold(at, plan_from(spec, at.site.zone))


def set_plan(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Let the plan of a file hold: who is told of what, by which ways and when."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ADMINISTER)
        desk = NoticeDesk(at.system.database, at.site, at.system.vault, at.system.clock)
        plan = desk.set_plan(written(file), by=person, command_id=uuid4())
        at.settle("operations")
        print(at.text("notice.planned"))
        _print_untold(at, plan)


def _print_untold(at: Opened, plan: Plan) -> None:
    """Say of which alerts nobody would be told."""
    for severity in plan.untold:
        print(at.text("notice.untold", severity=at.say(f"severity.{severity}")))


def _keys(template: str) -> list[TemplateKey]:
    """Return the texts that are meant.

    Raises:
        NoticeError: There is no such text.
    """
    if template == ALL:
        return list(TemplateKey)
    if template not in set(TemplateKey):
        raise NoticeError.of("template_key", key=template, known=", ".join([*TemplateKey, ALL]))
    return [TemplateKey(template)]


def _told(value: object) -> object:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else value
