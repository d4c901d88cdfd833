"""In: `article` verbs. Out: articles written, reviewed, found, shown. I/O: desks, reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from energy.base.ids import id_of
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_facts, print_json, print_table
from scripts.commands.request_print import heads
from scripts.commands.tree import Json, group
from scripts.commands.work_frame import text_of

if runs():
    from dashboards.security.scope import Right
    from energy.service.requests.article_desk import ArticleDesk
    from energy.service.requests.article_file import parse_article
    from energy.service.requests.article_reads import (
        ArticleRow,
        read_article_uses,
        read_articles,
        search_articles,
    )
    from energy.service.requests.errors import RequestError
    from energy.system import WEB, WRITER

app = group("article")


@app.command()
def write(ctx: typer.Context, file: Path, by: str | None = None) -> None:
    """Write the next version of an article from a file; another person reviews it."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.SERVE)
        key, text = parse_article(text_of(file))
        newest = _newest(at, key)
        known = newest.version if newest is not None else 0
        said = (at.site.key, key, str(known), repr(text), str(person))
        version = ArticleDesk(at.system.database, at.site, at.system.clock).write(
            key, text, by=person, command_id=id_of("command", "write article", *said)
        )
        at.settle("operations")
        print(at.text("article.written", article=key, version=version))


@app.command()
def review(ctx: typer.Context, key: str, version: int, by: str | None = None) -> None:
    """Let tenants be told from a version that was read, as another person than its writer."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.SERVE)
        said = (at.site.key, key, str(version), str(person))
        ArticleDesk(at.system.database, at.site, at.system.clock).review(
            key, version, by=person, command_id=id_of("command", "review article", *said)
        )
        at.settle("operations")
        print(at.text("article.reviewed", article=key, version=version))


@app.command("list")
def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the newest version of each article, reviewed or not."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_articles(connection, at.site.schema, drafts=True)
        _print(at, found, as_json=as_json)


@app.command()
def search(ctx: typer.Context, words: str, *, as_json: Json = False) -> None:
    """Find reviewed articles by words in English or Chinese, the best first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = search_articles(connection, at.site.schema, words)
        _print(at, found, as_json=as_json)


@app.command()
def show(ctx: typer.Context, key: str, *, as_json: Json = False) -> None:
    """Show the newest version of an article."""
    with opened(ctx, WEB) as at:
        row = _newest(at, key)
        if row is None:
            raise RequestError.of("no_article", key=key)
        if as_json:
            print_json(row)
            return
        facts = {
            "article": row.key,
            "version": row.version,
            "title": row.title[at.language],
            "tags": ", ".join(row.tags),
            "writer": at.name_of(row.written_by),
            "reviewer": at.name_of(row.reviewed_by),
        }
        shown = [(at.text(f"request_head.{name}"), value) for name, value in facts.items()]
        print_facts([(name, value) for name, value in shown if value])
        print(f"\n{row.text[at.language]}")


@app.command()
def figures(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show how the articles that tenants were told from helped, the most used first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_article_uses(connection, at.site.schema)
        if as_json:
            print_json(found)
            return
        rows = [
            (each.key, each.requests, each.over, each.first_contact, each.satisfaction)
            for each in found
        ]
        head = heads(at, "article", "requests", "over", "first_contact", "score")
        print_table(head, rows, right=(1, 2, 3, 4), nothing=at.text("none.uses"))


def _newest(at: Opened, key: str) -> ArticleRow | None:
    with at.system.database.connection() as connection:
        found = read_articles(connection, at.site.schema, key=key, drafts=True)
    return found[0] if found else None


def _print(at: Opened, found: Sequence[ArticleRow], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    rows = [
        (
            row.key,
            row.version,
            row.title[at.language],
            ", ".join(row.tags),
            at.name_of(row.written_by),
            at.name_of(row.reviewed_by),
        )
        for row in found
    ]
    head = heads(at, "article", "version", "title", "tags", "writer", "reviewer")
    print_table(head, rows, right=(1,), nothing=at.text("none.articles"))
