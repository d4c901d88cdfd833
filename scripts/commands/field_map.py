"""In: `field map`, `field broker`. Out: what a message or broker is worth. I/O: files, a broker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from energy.base.text import t
from scripts.commands.frame import workplace_of
from scripts.commands.printing import print_json, print_table, working
from scripts.commands.tree import FINDINGS, NO_CONTACT, Json, misused

if TYPE_CHECKING:
    from processes.mapping_trial import TrialMessage


def add_brokers(app: typer.Typer) -> None:
    """Add `map` and `broker` to the technician's commands."""
    app.command("map")(try_mapping)
    app.command("broker")(look_at_broker)


def try_mapping(
    ctx: typer.Context,
    file: str,
    topic: list[str] | None = None,
    payload: list[Path] | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Check a mapping file and show what messages would become. Stores nothing (exit code 1)."""
    from processes.mapping_trial import mapping_named, remarks, tried

    installation = workplace_of(ctx)
    language = installation.config.language
    topics, files = topic or [], payload or []
    if len(topics) != len(files):
        raise misused("uneven")
    mapping = mapping_named(file)
    messages = [(each, path.read_bytes()) for each, path in zip(topics, files, strict=True)]
    found = tried(mapping, messages, installation.clock.now())
    if as_json:
        print_json({"mapping": mapping.id, "filters": mapping.filters, "messages": found})
    else:
        filters = ", ".join(mapping.filters)
        print(t(language, "mapping.right", id=mapping.id, title=mapping.title, filters=filters))
        for key in remarks(mapping):
            print(t(language, f"mapping.remark.{key}"))
        for message in found:
            _print_message(language, message)
    if any(message.refusals for message in found):
        raise typer.Exit(FINDINGS)


def look_at_broker(
    ctx: typer.Context,
    host: str = "",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 1883,
    settings: Path | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Look whether a broker, or its settings, would lose readings (exit code 1)."""
    from adapters.mqtt.broker_check import Keeping, check_broker
    from adapters.mqtt.broker_settings import settings_problems
    from energy.base.broker_access import BrokerAccess

    language = workplace_of(ctx).config.language
    if not host and settings is None:
        raise misused("no_broker")
    problems = settings_problems(settings.read_text("utf-8")) if settings else []
    report = None
    if host:
        with working(t(language, "mapping.broker.working")):
            report = check_broker(
                host=host,
                port=port,
                client_id="meterline-look",
                access=BrokerAccess.from_environment(),
            )
    if as_json:
        print_json({"problems": problems, "report": report})
    else:
        for problem in problems:
            print(problem)
        if settings and not problems:
            print(t(language, "mapping.broker.sound", file=settings))
        if report is not None:
            print(f"{t(language, f'mapping.broker.{report.keeping}')}: {report.says}")
    if report is not None and report.keeping is Keeping.UNKNOWN:
        raise typer.Exit(NO_CONTACT)
    if problems or (report is not None and report.keeping is not Keeping.KEEPS):
        raise typer.Exit(FINDINGS)


def _print_message(language: str, message: TrialMessage) -> None:
    keys = ("device", "quantity", "value", "unit", "at", "sound")
    print(f"\n{message.topic}")
    if message.values:
        words = {True: t(language, "cli.yes"), False: t(language, "cli.no")}
        rows = [
            (v.device, v.quantity or "-", v.value, v.unit, v.at, words[v.sound])
            for v in message.values
        ]
        print_table([t(language, f"mapping.head.{key}") for key in keys], rows, right=(2,))
    for refusal in message.refusals:
        print(t(language, "mapping.refused", reason=refusal.reason, cause=refusal.detail))
    if message.empty:
        print(t(language, "mapping.empty", number=message.empty))
    if message.historical:
        print(t(language, "mapping.historical"))
    if not (message.values or message.refusals or message.empty):
        print(t(language, "mapping.nothing"))
