"""In: `field health`. Out: what waits in the spools, and how the devices answer. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from energy.base.text import t
from scripts.commands.frame import installation_of
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import FINDINGS, Json

SHOWN = 40
"""Failing devices shown without --all."""
TALLY = ("answers", "failures", "latency_p50_us", "latency_p99_us")


def health(
    ctx: typer.Context,
    *,
    every: Annotated[bool, typer.Option("--all")] = False,
    as_json: Json = False,
) -> None:
    """Show spools, gateways, buses and the devices that fail (exit code 1 if something does)."""
    installation = installation_of(ctx)
    from processes.vitals_reads import ask_health

    data_dir, language = installation.config.data_dir, installation.config.language
    told = ask_health(data_dir, "collect")
    sites: Mapping[str, Any] = ask_health(data_dir, "collect", "/devices")
    clocks: Mapping[str, Any] = ask_health(data_dir, "collect", "/clocks")
    if as_json:
        print_json({**told, "communication": sites, "clocks": clocks})
    else:
        _print_spools(language, told)
        for site in sites.values():
            _print_groups(language, site)
            _print_devices(language, site["devices"], every=every)
        for checked in clocks.values():
            if checked:
                _print_clocks(language, checked)
    failing = any(row["failing"] for site in sites.values() for row in site["devices"])
    if failing or not told["ok"]:
        raise typer.Exit(FINDINGS)


def _print_spools(language: str, told: Mapping[str, Any]) -> None:
    keys = ("site", "open_readings", "sealed_batches", "quarantined", "drained", "held")
    heads = [t(language, f"cli.head.{key}") for key in keys]
    rows = [
        (site, *(spool[key] for key in keys[1:-1]), ", ".join(spool["held"]))
        for site, spool in told["spools"].items()
    ]
    print_table(heads, rows, right=(1, 2, 3, 4))
    for reason in told["reasons"]:
        print(reason)


def _print_groups(language: str, site: Mapping[str, Any]) -> None:
    for what, name in (("gateways", "gateway"), ("buses", "bus")):
        keys = (name, "devices", "failing", "last_seen", *TALLY, "connects", "faults")
        print(f"\n{t(language, f'communication.{what}')}")
        rows = [tuple(_cell(row, key) for key in keys) for row in site[what]]
        print_table(_heads(language, keys), rows, right=(1, 2, 4, 5, 6, 7, 8))


def _print_devices(language: str, devices: list[dict[str, Any]], *, every: bool) -> None:
    failing = sum(bool(row["failing"]) for row in devices)
    never_seen = sum(row["last_seen"] is None for row in devices)
    text = "some_fail" if failing or never_seen else "all_well"
    counts = {"devices": len(devices), "failing": failing, "never_seen": never_seen}
    print(f"\n{t(language, f'communication.{text}', **counts)}")
    rows = devices if every else [row for row in devices if row["failing"]]
    shown = rows if every else rows[:SHOWN]
    keys = ("point", "bus", "last_seen", *TALLY, "failing", "faults")
    if shown:
        cells = [tuple(_cell(row, key) for key in keys) for row in shown]
        print_table(_heads(language, keys), cells, right=(3, 4, 5, 6))
    if len(rows) > len(shown):
        print(t(language, "communication.more", more=len(rows) - len(shown)))


def _print_clocks(language: str, checked: Mapping[str, Any]) -> None:
    host = checked["host"]
    print(f"\n{t(language, 'clocks.title', at=checked['at'])}")
    state = "not_told" if host is None else "kept" if host["synchronised"] else "not_kept"
    most = round(host["most_error_us"] / 1000) if host else 0
    print(t(language, f"clocks.{state}", ms=most))
    for offset in checked["offsets"]:
        ahead = f"{offset['ahead_us'] / 1e6:+.3f}"
        print(t(language, "clocks.ahead", whose=offset["whose"], ahead=ahead))
    for whose in checked["unanswered"]:
        print(t(language, "clocks.silent", whose=whose))


def _heads(language: str, keys: tuple[str, ...]) -> list[str]:
    short = {"latency_p50_us": "p50", "latency_p99_us": "p99"}
    return [t(language, f"communication.head.{short.get(key, key)}") for key in keys]


def _cell(row: Mapping[str, Any], key: str) -> object:
    value = row[key]
    if isinstance(value, dict):
        return ", ".join(f"{code} {times}" for code, times in value.items())
    if key.endswith("_us") and value is not None:
        return f"{value / 1000:.1f}"
    return value
